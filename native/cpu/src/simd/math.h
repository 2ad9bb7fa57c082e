#pragma once

#include "simd.h"

namespace segr::cpu::SEGR_LEVEL {

/// e^x with a relative error below 2e-7; 0 below about -104, infinity above about 88.7, NaN for NaN.
/// x = n ln 2 + r with |r| <= ln 2 / 2, and e^r from its Taylor series up to r^7 (the rest is below 6e-9).
SEGR_INLINE Simd::Float exponential(Simd::Float x) {
  using S = Simd;
  // The comparison order of min and max keeps a NaN in the second operand.
  const S::Float bounded = S::max(S::set(-104.0f), S::min(S::set(88.8f), x));
  const S::Float n = S::round(S::mul(bounded, S::set(1.44269504f)));
  S::Float r = S::fma(n, S::set(-0.693145752f), bounded);  // ln 2 in two parts, the first exact in products with n
  r = S::fma(n, S::set(-1.42860677e-6f), r);
  S::Float y = S::set(1.0f / 5040.0f);
  y = S::fma(y, r, S::set(1.0f / 720.0f));
  y = S::fma(y, r, S::set(1.0f / 120.0f));
  y = S::fma(y, r, S::set(1.0f / 24.0f));
  y = S::fma(y, r, S::set(1.0f / 6.0f));
  y = S::fma(y, r, S::set(0.5f));
  y = S::fma(y, r, S::set(1.0f));
  y = S::fma(y, r, S::set(1.0f));
  return S::scale2(y, n);
}

}  // namespace segr::cpu::SEGR_LEVEL
