#pragma once

#include "../tokens.h"
#include "gemm.h"

namespace segr::cpu::SEGR_NAMESPACE {

/// Where a position of the output falls: between `low` and `high`, `share` of the way.
struct ResizePoint {
  int64_t low, high;
  float share;

  ResizePoint(int64_t position, int64_t outputs, int64_t inputs) {
    const double at = (static_cast<double>(position) + 0.5) * static_cast<double>(inputs) / static_cast<double>(outputs) - 0.5;
    const double inside = at < 0 ? 0 : at;  // the border is repeated; past the other one low = high
    low = least(static_cast<int64_t>(inside), inputs - 1);
    high = least(low + 1, inputs - 1);
    share = static_cast<float>(inside - static_cast<double>(low));
  }
};

inline void resizeBilinear(const ResizeTask& task, int64_t beginRow, int64_t endRow) {
  using S = Simd;
  const int64_t channels = task.channels, rowSize = task.width * channels;
  for (int64_t r = beginRow; r < endRow; ++r) {
    const ResizePoint y(r % task.outputHeight, task.outputHeight, task.height);
    const float* image = task.input + r / task.outputHeight * task.height * rowSize;
    const float *top = image + y.low * rowSize, *bottom = image + y.high * rowSize;
    const S::Float down = S::set(y.share);
    for (int64_t column = 0; column < task.outputWidth; ++column) {
      const ResizePoint x(column, task.outputWidth, task.width);
      const S::Float right = S::set(x.share);
      const int64_t low = x.low * channels, high = x.high * channels, out = (r * task.outputWidth + column) * channels;
      for (int64_t c = 0; c < channels; c += S::lanes) {
        const int n = static_cast<int>(least(channels - c, S::lanes));
        const auto between = [&](const float* row) {
          const S::Float a = S::loadFirst(row + low + c, n);
          return S::fma(S::sub(S::loadFirst(row + high + c, n), a), right, a);
        };
        const S::Float above = between(top);
        S::Float value = S::fma(S::sub(between(bottom), above), down, above);
        if (task.residual != nullptr) value = S::add(S::loadFirst(task.residual + out + c, n), value);
        S::storeFirst(task.output + out + c, value, n);
      }
    }
  }
}

}  // namespace segr::cpu::SEGR_NAMESPACE
