#pragma once

#include <stddef.h>

#include "kernel.h"

// Depthwise 7x7 convolution (stride 1, zero padding 3) and layer norm over channels in one pass, channels last: the head of a ConvNeXt
// block (Liu et al., CVPR 2022). As two operators of a GPU library it is a transpose, a depthwise convolution, a transpose and a layer
// norm, each a trip through memory; here a pixel is read and written once, its convolution waits in shared memory for mean and variance.
//
// A block owns a tile of 8 columns and a few rows, with all channels. In the convolution a thread takes 4 channels of the tile's 8 columns
// in a row: each filter row costs 14 loads of pixels and 7 of weights for 56 * 4 multiplications. Then 128 / pixels threads share a pixel.

namespace segr::cuda {

inline constexpr int depthwiseColumns = 8;
inline constexpr int depthwiseMostRows = 4;

struct DepthwiseNormParams {
  const void* input;    // [N, H, W, C]
  const float* weight;  // [7, 7, C'], C' = C rounded up to a multiple of 4; zeros after C
  const float* bias;    // [C'], likewise
  const float* scale;   // [C]
  const float* shift;   // [C]
  void* output;         // [N, H, W, C]
  float epsilon;
  int32_t images;  // N
  int32_t height;
  int32_t width;
  int32_t channels;
  int32_t tileRows;  // 1, 2 or 4; depthwiseTileRows
};

/// C' of DepthwiseNormParams.
SEGR_METHOD constexpr int32_t depthwisePadded(int32_t channels) {
  return (channels + 3) / 4 * 4;
}

/// Values of shared memory for a tile: its pixels, 4 values apart from a multiple of the banks, and two sums for each thread.
inline int64_t depthwiseShared(int32_t rows, int32_t channels) {
  return rows * depthwiseColumns * (static_cast<int64_t>(depthwisePadded(channels)) + 4) + 2 * 128;
}

/// The most rows whose convolution fits into shared memory, 0 where not even one does (C > 2012).
inline int32_t depthwiseTileRows(int32_t channels) {
  for (int32_t rows = depthwiseMostRows; rows > 0; rows /= 2) {
    if (depthwiseShared(rows, channels) * 4 <= largestShared) return rows;
  }
  return 0;
}

inline constexpr int depthwiseThreads = 128;

inline Launch depthwiseLaunch(const DepthwiseNormParams& p) {
  const int32_t across = (p.width + depthwiseColumns - 1) / depthwiseColumns, down = (p.height + p.tileRows - 1) / p.tileRows;
  return {static_cast<uint32_t>(across * down), static_cast<uint32_t>(p.images), depthwiseThreads,
          static_cast<uint32_t>(depthwiseShared(p.tileRows, p.channels) * 4)};
}

/// @tparam T      type of input and output
/// @tparam width  channels per load: 4 where C is a multiple of 4 and the addresses fit, else 1
template <typename T, int width>
struct DepthwiseNorm {
  using Params = DepthwiseNormParams;
  static constexpr int phases = 4;
  static constexpr int blockThreads = depthwiseThreads;

  static Launch launch(const Params& p) { return depthwiseLaunch(p); }

  template <int phase>
  SEGR_MEMBER void run(const Params& p, const Place& place, float* shared) {
    const Tile tile(p, place, shared);
    if constexpr (phase == 0) {
      convolve(p, tile);
    } else if constexpr (phase == 1) {
      float sum = 0.0f;
      for (int32_t c = tile.part; c < p.channels; c += tile.parts) sum += tile.mine[c];
      tile.sums[tile.thread] = sum;
    } else if constexpr (phase == 2) {
      // Around the mean, in a second pass over what is at hand in shared memory: nothing is lost where the mean is large.
      const float mean = total(tile, tile.sums) / static_cast<float>(p.channels);
      float sum = 0.0f;
      for (int32_t c = tile.part; c < p.channels; c += tile.parts) {
        const float d = tile.mine[c] - mean;
        sum = fma(d, d, sum);
      }
      tile.squares[tile.thread] = sum;
    } else {
      normalise(p, tile);
    }
  }

 private:
  /// What a thread knows of its block: where the tile lies, the results in shared memory and, for the norm, its pixel.
  struct Tile {
    int32_t thread, row0, column0, padded, parts, part, pixel;
    int64_t image;   // first value of the image
    int32_t pitch;   // from one pixel's results to the next one's
    float* results;  // [tileRows * 8, pitch]
    float* sums;     // [128] of each thread's part of its pixel
    float* squares;  // likewise
    float* mine;     // results of the thread's pixel

    SEGR_METHOD Tile(const Params& p, const Place& place, float* shared) {
      const int32_t across = (p.width + depthwiseColumns - 1) / depthwiseColumns, block = static_cast<int32_t>(place.block);
      thread = static_cast<int32_t>(place.thread);
      row0 = block / across * p.tileRows;
      column0 = block % across * depthwiseColumns;
      padded = depthwisePadded(p.channels);
      image = static_cast<int64_t>(place.image) * p.height * p.width * p.channels;
      const int32_t pixels = p.tileRows * depthwiseColumns;
      parts = blockThreads / pixels;
      pixel = thread / parts;
      part = thread % parts;
      pitch = padded + 4;
      results = shared;
      sums = shared + pixels * pitch;
      squares = sums + blockThreads;
      mine = results + pixel * pitch;
    }
  };

  SEGR_MEMBER void loadChannels(const T* p, int32_t channels, float* out) {
    if constexpr (width == 4) {
      loadValues<T, 4>(p, out);
    } else {
      SEGR_UNROLL
      for (int i = 0; i < 4; ++i) out[i] = i < channels ? Element<T>::load(p + i) : 0.0f;
    }
  }

  SEGR_MEMBER void convolve(const Params& p, const Tile& tile) {
    const int32_t groups = tile.padded / 4;
    for (int32_t task = tile.thread; task < groups * p.tileRows; task += blockThreads) {
      const int32_t tileRow = task / groups, channel = (task - tileRow * groups) * 4, y = tile.row0 + tileRow;
      if (y >= p.height) break;
      float sum[depthwiseColumns][4];
      float bias[4];
      loadValues<float, 4>(p.bias + channel, bias);
      SEGR_UNROLL
      for (int x = 0; x < depthwiseColumns; ++x) {
        SEGR_UNROLL
        for (int c = 0; c < 4; ++c) sum[x][c] = bias[c];
      }
      for (int32_t ky = 0; ky < 7; ++ky) {
        const int32_t row = y + ky - 3;
        if (row < 0 || row >= p.height) continue;
        float weight[7][4];
        SEGR_UNROLL
        for (int kx = 0; kx < 7; ++kx) loadValues<float, 4>(p.weight + (ky * 7 + kx) * tile.padded + channel, weight[kx]);
        const T* from = static_cast<const T*>(p.input) + tile.image + (static_cast<int64_t>(row) * p.width) * p.channels + channel;
        SEGR_UNROLL
        for (int i = 0; i < depthwiseColumns + 6; ++i) {
          const int32_t column = tile.column0 + i - 3;
          if (column < 0 || column >= p.width) continue;
          float pixel[4];
          loadChannels(from + static_cast<int64_t>(column) * p.channels, p.channels - channel, pixel);
          SEGR_UNROLL
          for (int kx = 0; kx < 7; ++kx) {
            const int x = i - kx;  // the column of the tile that this filter column serves
            if (x >= 0 && x < depthwiseColumns) {
              SEGR_UNROLL
              for (int c = 0; c < 4; ++c) sum[x][c] = fma(pixel[c], weight[kx][c], sum[x][c]);
            }
          }
        }
      }
      SEGR_UNROLL
      for (int x = 0; x < depthwiseColumns; ++x) {
        float* to = tile.results + (tileRow * depthwiseColumns + x) * tile.pitch + channel;
        SEGR_UNROLL
        for (int c = 0; c < 4; ++c) to[c] = sum[x][c];
      }
    }
  }

  /// Sum over the threads of the tile's pixel, in the same order for each of them.
  SEGR_MEMBER float total(const Tile& tile, const float* parts) {
    float sum = 0.0f;
    for (int32_t i = 0; i < tile.parts; ++i) sum += parts[tile.pixel * tile.parts + i];
    return sum;
  }

  SEGR_MEMBER void normalise(const Params& p, const Tile& tile) {
    const int32_t y = tile.row0 + tile.pixel / depthwiseColumns, x = tile.column0 + tile.pixel % depthwiseColumns;
    if (y >= p.height || x >= p.width) return;
    const auto count = static_cast<float>(p.channels);
    const float mean = total(tile, tile.sums) / count, variance = total(tile, tile.squares) / count;
    const float inverse = 1.0f / squareRoot(variance + p.epsilon);
    T* to = static_cast<T*>(p.output) + tile.image + (static_cast<int64_t>(y) * p.width + x) * p.channels;
    for (int32_t c = tile.part * width; c < p.channels; c += tile.parts * width) {
      float out[width];
      SEGR_UNROLL
      for (int i = 0; i < width; ++i) {
        out[i] = fma((tile.mine[c + i] - mean) * inverse, loadFloat(p.scale + c + i), loadFloat(p.shift + c + i));
      }
      storeValues<T, width>(to + c, out);
    }
  }
};

/// Whether threads may load 4 channels at once.
inline bool depthwiseVectorFits(const DepthwiseNormParams& p, size_t elementSize) {
  const auto aligned = [=](const void* address) { return reinterpret_cast<uintptr_t>(address) % (4 * elementSize) == 0; };
  return p.channels % 4 == 0 && aligned(p.input) && aligned(p.output);
}

}  // namespace segr::cuda
