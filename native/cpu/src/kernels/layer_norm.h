#pragma once

#include <cstdint>

#include "../simd/simd.h"
#include "../tokens.h"

namespace segr::cpu::SEGR_NAMESPACE {

/// Layer norm of one row of `channels` values; `row` may be `from`.
/// Two passes for mean and variance: a single pass of sums and squares would lose digits.
SEGR_INLINE void layerNorm(const float* from, float* row, int64_t channels, const float* scale, const float* shift, float epsilon) {
  using S = Simd;
  const auto at = [channels](int64_t c) { return channels - c < S::lanes ? static_cast<int>(channels - c) : S::lanes; };
  S::Float total = S::zero();
  for (int64_t c = 0; c < channels; c += S::lanes) total = S::add(total, S::loadFirst(from + c, at(c)));
  const S::Float mean = S::set(S::sum(total) / static_cast<float>(channels));
  S::Float squares = S::zero();
  for (int64_t c = 0; c < channels; c += S::lanes) {
    const S::Float d = S::sub(S::loadFirst(from + c, at(c), mean), mean);
    squares = S::fma(d, d, squares);
  }
  const S::Float inverse = S::set(1.0f / __builtin_sqrtf(S::sum(squares) / static_cast<float>(channels) + epsilon));
  for (int64_t c = 0; c < channels; c += S::lanes) {
    const int n = at(c);
    const S::Float d = S::mul(S::sub(S::loadFirst(from + c, n), mean), inverse);
    S::storeFirst(row + c, S::fma(d, S::loadFirst(scale + c, n), S::loadFirst(shift + c, n)), n);
  }
}

inline void layerNormRows(const LayerNormTask& task, int64_t beginRow, int64_t endRow) {
  for (int64_t r = beginRow; r < endRow; ++r) {
    layerNorm(task.input + r * task.channels, task.output + r * task.channels, task.channels, task.scale, task.shift, task.epsilon);
  }
}

}  // namespace segr::cpu::SEGR_NAMESPACE
