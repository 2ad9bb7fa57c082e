#pragma once

#include "../tokens.h"
#include "dense.h"

// Group norm, channels last. Moments are taken block by block while the block is in the cache, mean first and then distances from it, and
// joined in float64 (Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979): no digits
// are lost, however many rows there are.

namespace segr::cpu::SEGR_NAMESPACE {

inline void groupNormMoments(const GroupNormTask& task, int64_t beginBlock, int64_t endBlock) {
  using S = Simd;
  for (int64_t b = beginBlock; b < endBlock; ++b) {
    const int64_t first = b * GroupNormTask::blockRows, count = least(task.rows - first, GroupNormTask::blockRows);
    const S::Float share = S::set(1.0f / static_cast<float>(count));
    float* means = task.moments + b * 2 * task.channels;
    for (int64_t c = 0; c < task.channels; c += S::lanes) {
      const int n = static_cast<int>(least(task.channels - c, S::lanes));
      const float* from = task.input + first * task.channels + c;
      S::Float sum = S::zero(), squares = S::zero();
      for (int64_t r = 0; r < count; ++r) sum = S::add(sum, S::loadFirst(from + r * task.channels, n));
      const S::Float mean = S::mul(sum, share);
      for (int64_t r = 0; r < count; ++r) {
        const S::Float d = S::sub(S::loadFirst(from + r * task.channels, n), mean);
        squares = S::fma(d, d, squares);
      }
      S::storeFirst(means + c, mean, n);
      S::storeFirst(means + task.channels + c, squares, n);
    }
  }
}

inline void groupNormFactors(const GroupNormTask& task) {
  const int64_t width = task.channels / task.groups, blocks = task.blocks();
  for (int64_t g = 0; g < task.groups; ++g) {
    double total = 0;
    for (int64_t b = 0; b < blocks; ++b) {
      const float* means = task.moments + b * 2 * task.channels + g * width;
      const double count = static_cast<double>(least(task.rows - b * GroupNormTask::blockRows, GroupNormTask::blockRows));
      for (int64_t c = 0; c < width; ++c) total += count * static_cast<double>(means[c]);
    }
    const double values = static_cast<double>(task.rows * width), mean = total / values;
    double squares = 0;
    for (int64_t b = 0; b < blocks; ++b) {
      const float* means = task.moments + b * 2 * task.channels + g * width;
      const double count = static_cast<double>(least(task.rows - b * GroupNormTask::blockRows, GroupNormTask::blockRows));
      for (int64_t c = 0; c < width; ++c) {
        const double distance = static_cast<double>(means[c]) - mean;
        squares += static_cast<double>(means[task.channels + c]) + count * distance * distance;
      }
    }
    const double inverse = 1 / __builtin_sqrt(squares / values + static_cast<double>(task.epsilon));
    for (int64_t c = g * width; c < (g + 1) * width; ++c) {
      const double factor = inverse * static_cast<double>(task.scale[c]);
      task.factors[c] = static_cast<float>(factor);
      task.factors[task.channels + c] = static_cast<float>(mean);
    }
  }
}

inline void groupNormApply(const GroupNormTask& task, int64_t beginRow, int64_t endRow) {
  using S = Simd;
  for (int64_t r = beginRow; r < endRow; ++r) {
    const float* from = task.input + r * task.channels;
    float* to = task.output + r * task.channels;
    for (int64_t c = 0; c < task.channels; c += S::lanes) {
      const int n = static_cast<int>(least(task.channels - c, S::lanes));
      const S::Float factor = S::loadFirst(task.factors + c, n), mean = S::loadFirst(task.factors + task.channels + c, n);
      const S::Float d = S::sub(S::loadFirst(from + c, n), mean);  // before anything is rounded: far from zero few digits are left
      S::storeFirst(to + c, activate(task.activation, S::fma(d, factor, S::loadFirst(task.shift + c, n))), n);
    }
  }
}

}  // namespace segr::cpu::SEGR_NAMESPACE
