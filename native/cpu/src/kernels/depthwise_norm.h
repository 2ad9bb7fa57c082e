#pragma once

#include "../kernels.h"
#include "../simd/simd.h"
#include "layer_norm.h"

// Depthwise 7x7 convolution and layer norm in one pass, channels last: the head of a ConvNeXt block (Liu et al., CVPR 2022).
//
// Lanes run over channels. Rows of the image come one after the other into a ring of seven, regrouped so that the pixels of one vector of
// channels lie side by side, with the zero padding in place: the convolution then reads seven dense streams, whatever the number of
// channels, and knows no borders on the left and right. A tile is 8 or 4 neighbouring pixels; an input vector, loaded once per filter row,
// serves all of the tile's pixels it reaches. A finished row of pixels is normalised before it leaves the cache.

namespace segr::cpu::SEGR_NAMESPACE {

inline constexpr int64_t depthwiseMargin = 3;
inline constexpr int64_t depthwiseTail = 3;  // a last tile of 4 may reach that far past the row

/// The ring: [row % 7][vector of channels][margin + width + margin + tail][lanes].
struct DepthwiseRing {
  float* data;
  int64_t groups;  // vectors of channels
  int64_t columns;

  DepthwiseRing(const DepthwiseNormTask& task, float* scratch)
      : data(scratch), groups((task.channels + Simd::lanes - 1) / Simd::lanes), columns(2 * depthwiseMargin + task.width + depthwiseTail) {}

  float* at(int64_t row, int64_t group) const { return data + (row % 7 * groups + group) * columns * Simd::lanes; }

  static int64_t words(const DepthwiseNormTask& task) {
    const DepthwiseRing ring(task, nullptr);
    return 7 * ring.groups * ring.columns * Simd::lanes;
  }

  /// Brings row y of the image in. Reads it from end to end: the ring is in the cache, the image is not.
  void load(const DepthwiseNormTask& task, const float* image, int64_t y) const {
    using S = Simd;
    const int64_t stride = columns * S::lanes, whole = task.channels / S::lanes;
    const int rest = static_cast<int>(task.channels - whole * S::lanes);
    const float* from = image + y * task.width * task.channels;
    float* ring = at(y, 0);
    for (int64_t g = 0; g < groups; ++g) {
      for (int64_t x = 0; x < depthwiseMargin; ++x) S::store(ring + g * stride + x * S::lanes, S::zero());
      for (int64_t x = depthwiseMargin + task.width; x < columns; ++x) S::store(ring + g * stride + x * S::lanes, S::zero());
    }
    for (int64_t x = 0; x < task.width; ++x, from += task.channels) {
      float* to = ring + (depthwiseMargin + x) * S::lanes;
      for (int64_t g = 0; g < whole; ++g, to += stride) S::store(to, S::load(from + g * S::lanes));
      if (rest > 0) S::store(to, S::loadFirst(from + whole * S::lanes, rest));
    }
  }
};

/// One vector of channels of T pixels from column x on, the first `count` of them written. `bias` and `weight` belong to the group.
template <int T>
SEGR_INLINE void convolveTile(const DepthwiseNormTask& task, const DepthwiseRing& ring, int64_t y, int64_t x, int64_t group, int64_t count,
                              float* out) {
  using S = Simd;
  S::Float sum[T];
  const S::Float bias = S::load(task.bias + group * S::lanes);
  for (int t = 0; t < T; ++t) sum[t] = bias;
  const int64_t first = y < 3 ? 3 - y : 0;
  const int64_t last = task.height - y < 4 ? task.height - y + 2 : 6;
  for (int64_t ky = first; ky <= last; ++ky) {
    const float* weight = task.weight + (group * 49 + ky * 7) * S::lanes;
    const float* row = ring.at(y + ky - 3, group) + x * S::lanes;
    S::Float w[7];
#pragma GCC unroll 8
    for (int kx = 0; kx < 7; ++kx) w[kx] = S::load(weight + kx * S::lanes);
#pragma GCC unroll 16
    for (int i = 0; i < T + 6; ++i) {
      const S::Float v = S::load(row + i * S::lanes);
#pragma GCC unroll 8
      for (int kx = 0; kx < 7; ++kx) {
        if (i - kx >= 0 && i - kx < T) sum[i - kx] = S::fma(v, w[kx], sum[i - kx]);
      }
    }
  }
  const int64_t channels = task.channels, left = channels - group * S::lanes;
  float* to = out + x * channels + group * S::lanes;
#pragma GCC unroll 8
  for (int t = 0; t < T; ++t, to += channels) {
    if (t >= count) break;
    left >= S::lanes ? S::store(to, sum[t]) : S::storeFirst(to, sum[t], static_cast<int>(left));
  }
}

inline int64_t depthwiseScratchWords(const DepthwiseNormTask& task) {
  return DepthwiseRing::words(task);
}

inline void depthwiseNorm(const DepthwiseNormTask& task, int64_t beginRow, int64_t endRow, float* scratch) {
  const DepthwiseRing ring(task, scratch);
  int64_t loaded = 0, image = -1;  // rows of the image that are in the ring end before `loaded`
  for (int64_t r = beginRow; r < endRow; ++r) {
    const int64_t n = r / task.height, y = r % task.height;
    const float* pixels = task.input + n * task.height * task.width * task.channels;
    if (n != image) {
      image = n;
      loaded = y < 3 ? 0 : y - 3;
    }
    for (; loaded < task.height && loaded <= y + 3; ++loaded) ring.load(task, pixels, loaded);
    float* out = task.output + r * task.width * task.channels;
    for (int64_t g = 0; g < ring.groups; ++g) {
      int64_t x = 0;
      for (; task.width - x >= 8; x += 8) convolveTile<8>(task, ring, y, x, g, 8, out);
      for (; x < task.width; x += 4) convolveTile<4>(task, ring, y, x, g, task.width - x < 4 ? task.width - x : 4, out);
    }
    for (int64_t x = 0; x < task.width; ++x) {
      float* pixel = out + x * task.channels;
      layerNorm(pixel, pixel, task.channels, task.scale, task.shift, task.epsilon);
    }
  }
}

/// Weights [C, 1, 7, 7] to [vector of channels][7][7][lanes], the bias to whole vectors; zeros after C.
inline void depthwisePack(const float* weight, const float* bias, int64_t channels, float* packedWeight, float* packedBias) {
  const int64_t padded = (channels + Simd::lanes - 1) / Simd::lanes * Simd::lanes;
  for (int64_t c = 0; c < padded; ++c) {
    packedBias[c] = c < channels ? bias[c] : 0.0f;
    float* to = packedWeight + c / Simd::lanes * 49 * Simd::lanes + c % Simd::lanes;
    for (int64_t k = 0; k < 49; ++k) to[k * Simd::lanes] = c < channels ? weight[c * 49 + k] : 0.0f;
  }
}

}  // namespace segr::cpu::SEGR_NAMESPACE
