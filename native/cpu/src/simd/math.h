#pragma once

#include "simd.h"

namespace segr::cpu::SEGR_NAMESPACE {

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

/// x * Phi(x) with Phi the normal distribution (the exact, erf form of GELU); off by less than 1e-6 everywhere, by 2e-8 on average for
/// |x| < 1; NaN stays NaN. Phi(x) - 1/2 is odd and settled beyond |x| = 5.6: x times a polynomial in x^2, fitted there with the weight that
/// the product by x gives its error (Lawson's iteration on a Chebyshev basis, degree 16: off by 6e-9 before rounding), and written in
/// s = 2 x^2 / 5.6^2 - 1 so that no digits cancel.
SEGR_INLINE Simd::Float gelu(Simd::Float x) {
  using S = Simd;
  const S::Float lower = S::max(S::set(-5.6f), x);  // this operand order keeps NaN
  const S::Float inner = S::min(S::set(5.6f), lower);
  const S::Float s = S::fma(S::mul(inner, inner), S::set(2.0f / (5.6f * 5.6f)), S::set(-1.0f));
  S::Float y = S::set(1.151638426e-04f);
  y = S::fma(y, s, S::set(-3.636442998e-04f));
  y = S::fma(y, s, S::set(4.099590005e-04f));
  y = S::fma(y, s, S::set(-5.089881015e-04f));
  y = S::fma(y, s, S::set(1.456864527e-03f));
  y = S::fma(y, s, S::set(-3.036339302e-03f));
  y = S::fma(y, s, S::set(4.825311713e-03f));
  y = S::fma(y, s, S::set(-7.417197339e-03f));
  y = S::fma(y, s, S::set(1.119684707e-02f));
  y = S::fma(y, s, S::set(-1.580185257e-02f));
  y = S::fma(y, s, S::set(2.089463919e-02f));
  y = S::fma(y, s, S::set(-2.630265988e-02f));
  y = S::fma(y, s, S::set(3.197488934e-02f));
  y = S::fma(y, s, S::set(-3.834629059e-02f));
  y = S::fma(y, s, S::set(4.698068649e-02f));
  y = S::fma(y, s, S::set(-6.305126846e-02f));
  y = S::fma(y, s, S::set(1.262595952e-01f));
  // Far below, the rest of Phi meets -5.6 and not x itself, which could be any size.
  return S::mul(lower, S::fma(inner, y, S::set(0.5f)));
}

}  // namespace segr::cpu::SEGR_NAMESPACE
