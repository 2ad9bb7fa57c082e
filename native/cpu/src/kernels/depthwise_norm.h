#pragma once

#include "../kernels.h"
#include "../simd/simd.h"
#include "layer_norm.h"

// Depthwise 7x7 convolution and layer norm in one pass, channels last: the head of a ConvNeXt block (Liu et al., CVPR 2022).
// Lanes run over channels. A tile is 8, 4 or 1 neighbouring pixels of a row: each input vector, loaded once per filter row,
// serves all of the tile's pixels it reaches. The tile is normalised while it is still in the first-level cache.

namespace segr::cpu::SEGR_NAMESPACE {

/// One vector of n channels of a tile of T pixels starting at column x. `interior`: no column of the window is outside the image.
/// `whole`: n is a full vector.
template <int T, bool interior, bool whole>
SEGR_INLINE void convolveTile(const DepthwiseNormTask& task, const float* image, int64_t y, int64_t x, int64_t c, int n, float* out) {
  using S = Simd;
  const int64_t channels = task.channels;
  const auto load = [n](const float* p) { return whole ? S::load(p) : S::loadFirst(p, n); };
  S::Float sum[T];
  const S::Float bias = load(task.bias + c);
  for (int t = 0; t < T; ++t) sum[t] = bias;
  const int64_t firstRow = y < 3 ? 3 - y : 0;
  const int64_t lastRow = task.height - y < 4 ? task.height - y + 2 : 6;
  for (int64_t ky = firstRow; ky <= lastRow; ++ky) {
    const float* weight = task.weight + ky * 7 * channels + c;
    const float* row = image + ((y + ky - 3) * task.width + x - 3) * channels + c;
    S::Float w[7];
    for (int kx = 0; kx < 7; ++kx) w[kx] = load(weight + kx * channels);
#pragma GCC unroll 16
    for (int i = 0; i < T + 6; ++i) {
      if (!interior && (x + i < 3 || x + i - 3 >= task.width)) continue;
      const S::Float v = load(row + i * channels);
#pragma GCC unroll 8
      for (int kx = 0; kx < 7; ++kx) {
        if (i - kx >= 0 && i - kx < T) sum[i - kx] = S::fma(v, w[kx], sum[i - kx]);
      }
    }
  }
  for (int t = 0; t < T; ++t) {
    float* to = out + t * channels + c;
    whole ? S::store(to, sum[t]) : S::storeFirst(to, sum[t], n);
  }
}

template <int T, bool interior>
SEGR_INLINE void convolveChannels(const DepthwiseNormTask& task, const float* image, int64_t y, int64_t x, float* out) {
  int64_t c = 0;
  for (; task.channels - c >= Simd::lanes; c += Simd::lanes) convolveTile<T, interior, true>(task, image, y, x, c, Simd::lanes, out);
  if (c < task.channels) convolveTile<T, interior, false>(task, image, y, x, c, static_cast<int>(task.channels - c), out);
}

template <int T>
SEGR_INLINE void depthwiseNormTile(const DepthwiseNormTask& task, const float* image, int64_t y, int64_t x, float* out) {
  if (x >= 3 && x + T + 3 <= task.width) {
    convolveChannels<T, true>(task, image, y, x, out);
  } else {
    convolveChannels<T, false>(task, image, y, x, out);
  }
  for (int t = 0; t < T; ++t) layerNorm(out + t * task.channels, task.channels, task.scale, task.shift, task.epsilon);
}

inline void depthwiseNorm(const DepthwiseNormTask& task, int64_t beginRow, int64_t endRow) {
  for (int64_t r = beginRow; r < endRow; ++r) {
    const int64_t y = r % task.height;
    const float* image = task.input + (r - y) * task.width * task.channels;
    float* out = task.output + r * task.width * task.channels;
    int64_t x = 0;
    for (; task.width - x >= 8; x += 8) depthwiseNormTile<8>(task, image, y, x, out + x * task.channels);
    for (; task.width - x >= 4; x += 4) depthwiseNormTile<4>(task, image, y, x, out + x * task.channels);
    for (; x < task.width; ++x) depthwiseNormTile<1>(task, image, y, x, out + x * task.channels);
  }
}

}  // namespace segr::cpu::SEGR_NAMESPACE
