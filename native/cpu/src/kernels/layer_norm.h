#pragma once

#include <cstdint>

#include "../simd/simd.h"

namespace segr::cpu::SEGR_NAMESPACE {

/// Layer norm of one row of `channels` values in place.
/// Two passes for mean and variance: a single pass of sums and squares would lose digits.
SEGR_INLINE void layerNorm(float* row, int64_t channels, const float* scale, const float* shift, float epsilon) {
  using S = Simd;
  const auto at = [channels](int64_t c) { return channels - c < S::lanes ? static_cast<int>(channels - c) : S::lanes; };
  S::Float total = S::zero();
  for (int64_t c = 0; c < channels; c += S::lanes) total = S::add(total, S::loadFirst(row + c, at(c)));
  const S::Float mean = S::set(S::sum(total) / static_cast<float>(channels));
  S::Float squares = S::zero();
  for (int64_t c = 0; c < channels; c += S::lanes) {
    const S::Float d = S::sub(S::loadFirst(row + c, at(c), mean), mean);
    squares = S::fma(d, d, squares);
  }
  const S::Float inverse = S::set(1.0f / __builtin_sqrtf(S::sum(squares) / static_cast<float>(channels) + epsilon));
  for (int64_t c = 0; c < channels; c += S::lanes) {
    const int n = at(c);
    const S::Float d = S::mul(S::sub(S::loadFirst(row + c, n), mean), inverse);
    S::storeFirst(row + c, S::fma(d, S::loadFirst(scale + c, n), S::loadFirst(shift + c, n)), n);
  }
}

}  // namespace segr::cpu::SEGR_NAMESPACE
