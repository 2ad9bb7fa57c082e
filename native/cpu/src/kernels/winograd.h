#pragma once

#include "../tokens.h"
#include "dense.h"
#include "float32.h"

// 3x3 convolution by the minimal filtering algorithm F(2x2, 3x3) of Lavin and Gray ("Fast Algorithms for Convolutional Neural Networks",
// CVPR 2016, section 4.1): windows d of 4 x 4 and filters g are brought into the domain where the convolution is a product at each of 16
// points, Y = A^T [(G g G^T) * (B^T d B)] A. At each point the product over channels is a matrix product of tiles with outputs: 4/9 of the
// multiplications of the plain way, and no larger errors, because the transforms only add. F(4x4, 3x3) would need 1/4, but its errors are ten
// times as large and put pixels on the other side of a mask's border.

namespace segr::cpu::SEGR_NAMESPACE {

inline constexpr int64_t winogradWindow = 4;
inline constexpr int64_t winogradPoints = 16;

/// B^T applied to four values.
SEGR_INLINE void winogradInput(const Simd::Float (&d)[4], Simd::Float (&t)[4]) {
  using S = Simd;
  t[0] = S::sub(d[0], d[2]);
  t[1] = S::add(d[1], d[2]);
  t[2] = S::sub(d[2], d[1]);
  t[3] = S::sub(d[1], d[3]);
}

/// A^T applied to four values.
SEGR_INLINE void winogradOutput(const Simd::Float (&m)[4], Simd::Float (&y)[2]) {
  using S = Simd;
  y[0] = S::add(S::add(m[0], m[1]), m[2]);
  y[1] = S::sub(S::sub(m[1], m[2]), m[3]);
}

inline int64_t winogradPackedWords(int64_t outputs, int64_t channels) {
  return winogradPoints * Panels<Float32>::wordsFor(outputs, channels);
}

/// G g G^T of every filter, in float64, as one packed matrix [O, C] for each point.
inline void winogradPack(const float* weights, int64_t outputs, int64_t channels, uint32_t* packed) {
  constexpr double g[4][3] = {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};
  const int64_t words = Panels<Float32>::wordsFor(outputs, channels), padded = roundUp(outputs, panelWidth);
  for (int64_t o = 0; o < padded; ++o) {
    for (int64_t c = 0; c < channels; ++c) {
      for (int64_t point = 0; point < winogradPoints; ++point) {
        double sum = 0;
        for (int64_t k = 0; o < outputs && k < 9; ++k) {
          sum += g[point / 4][k / 3] * g[point % 4][k % 3] * static_cast<double>(weights[(o * channels + c) * 9 + k]);
        }
        const float value = static_cast<float>(sum);
        __builtin_memcpy(Panels<Float32>::column(packed + point * words, channels, o) + c * panelWidth, &value, sizeof value);
      }
    }
  }
}

/// The scratch memory of a block of tiles.
struct WinogradScratch {
  int64_t tiles, words;  // words: of the block's rows at one point
  uint32_t* rows;        // [point] Rows
  float* products;       // [point][tile][panelWidth]
  float* zeros;          // a pixel outside the image

  WinogradScratch(const WinogradTask& task, int64_t count, uint32_t* scratch)
      : tiles(count), words(roundUp(Rows<Float32>::wordsFor(count, task.source.channels), alignment)), rows(scratch) {
    products = reinterpret_cast<float*>(rows + winogradPoints * words);
    zeros = products + winogradPoints * tiles * panelWidth;
  }

  Rows<Float32> at(int64_t point, int64_t count) const { return {rows + point * words, count, nullptr, nullptr}; }
};

inline int64_t winogradTileBlock(const WinogradTask& task) {
  constexpr int64_t cacheWords = 224 * 1024;
  const int64_t perTile = winogradPoints * (task.source.channels + 16 + panelWidth);
  const int64_t fitting = cacheWords / perTile / Simd::panelRows * Simd::panelRows;
  return fitting < Simd::panelRows ? Simd::panelRows : least(fitting, 8 * Simd::panelRows);
}

inline int64_t winogradScratchWords(const WinogradTask& task, int64_t tiles) {
  const WinogradScratch scratch(task, tiles, nullptr);
  return winogradPoints * scratch.words + winogradPoints * tiles * panelWidth + roundUp(task.source.channels, Simd::lanes);
}

/// Brings the window of tile `tile` into row `row` of every point.
inline void winogradGather(const WinogradTask& task, const WinogradScratch& scratch, int64_t tile, int64_t row, int64_t count) {
  using S = Simd;
  const RowSource& source = task.source;
  const int64_t x0 = tile % task.tilesAcross() * WinogradTask::side - source.padLeft;
  const int64_t y0 = tile / task.tilesAcross() % task.tilesDown() * WinogradTask::side - source.padTop;
  const float* image =
      source.data + tile / (task.tilesAcross() * task.tilesDown()) * source.height * source.width * source.channels;
  const float* pixels[winogradPoints];
  for (int64_t i = 0; i < winogradPoints; ++i) {
    const int64_t y = y0 + i / winogradWindow, x = x0 + i % winogradWindow;
    const bool outside = y < 0 || x < 0 || y >= source.height || x >= source.width;
    pixels[i] = outside ? scratch.zeros : image + (y * source.width + x) * source.channels;
  }
  for (int64_t c = 0; c < source.channels; c += S::lanes) {
    const int n = static_cast<int>(least(source.channels - c, S::lanes));
    S::Float half[4][4];  // [column of the window][row of the domain]
#pragma GCC unroll 4
    for (int x = 0; x < 4; ++x) {
      S::Float d[4];
#pragma GCC unroll 4
      for (int y = 0; y < 4; ++y) d[y] = S::loadFirst(pixels[y * 4 + x] + c, n);
      winogradInput(d, half[x]);
    }
#pragma GCC unroll 4
    for (int y = 0; y < 4; ++y) {
      S::Float d[4], t[4];
#pragma GCC unroll 4
      for (int x = 0; x < 4; ++x) d[x] = half[x][y];
      winogradInput(d, t);
#pragma GCC unroll 4
      for (int x = 0; x < 4; ++x) {
        float* to = reinterpret_cast<float*>(scratch.at(y * 4 + x, count).at(c / Float32::chunk, row)) + c % Float32::chunk;
        S::store(to, t[x]);  // past the last channel: zeros, inside the row's padding
      }
    }
  }
}

/// Writes the pixels of tile `tile`, whose products are row `row`, for the panel of outputs from `column` on.
inline void winogradFinish(const WinogradTask& task, const WinogradScratch& scratch, int64_t tile, int64_t row, int64_t count,
                           int64_t column) {
  using S = Simd;
  const RowSource& source = task.source;
  const int64_t x0 = tile % task.tilesAcross() * WinogradTask::side;
  const int64_t y0 = tile / task.tilesAcross() % task.tilesDown() * WinogradTask::side;
  const int64_t image = tile / (task.tilesAcross() * task.tilesDown());
  const int64_t width = least(source.outputWidth - x0, WinogradTask::side), height = least(source.outputHeight - y0, WinogradTask::side);
  float* out = task.output + ((image * source.outputHeight + y0) * source.outputWidth + x0) * task.outputs;
  for (int64_t at = column; at < least(column + panelWidth, task.outputs); at += S::lanes) {
    const int n = static_cast<int>(least(task.outputs - at, S::lanes));
    const S::Float bias = S::load(task.bias + at);
    S::Float half[4][2];  // [column of the domain][row of the tile]
#pragma GCC unroll 4
    for (int x = 0; x < 4; ++x) {
      S::Float m[4];
#pragma GCC unroll 4
      for (int y = 0; y < 4; ++y) m[y] = S::load(scratch.products + ((y * 4 + x) * count + row) * panelWidth + (at - column));
      winogradOutput(m, half[x]);
    }
    for (int64_t y = 0; y < height; ++y) {
      S::Float m[4], result[2];
#pragma GCC unroll 4
      for (int x = 0; x < 4; ++x) m[x] = half[x][y];
      winogradOutput(m, result);
      for (int64_t x = 0; x < width; ++x) {
        S::storeFirst(out + (y * source.outputWidth + x) * task.outputs + at, activate(task.activation, S::add(result[x], bias)), n);
      }
    }
  }
}

inline void winogradRun(const WinogradTask& task, int64_t begin, int64_t end, int64_t tiles, uint32_t* memory) {
  const WinogradScratch scratch(task, tiles, memory);
  const int64_t channels = task.source.channels, words = Panels<Float32>::wordsFor(task.outputs, channels);
  __builtin_memset(scratch.zeros, 0, static_cast<size_t>(channels) * sizeof(float));
  for (; begin < end; begin += tiles) {
    const int64_t count = least(tiles, end - begin);
    for (int64_t t = 0; t < count; ++t) winogradGather(task, scratch, begin + t, t, count);
    for (int64_t column = 0; column < task.outputs; column += panelWidth) {
      for (int64_t point = 0; point < winogradPoints; ++point) {
        const Panels<Float32> panels = Panels<Float32>::in(task.packed + point * words, task.outputs, channels);
        const Rows<Float32> rows = scratch.at(point, count);
        forTiles(count, [&](int64_t row, int64_t n) {
          tileProductFor<Float32>(n)(rows, row, panels, column / panelWidth, 0, channels,
                                     scratch.products + (point * count + row) * panelWidth);
        });
      }
      for (int64_t t = 0; t < count; ++t) winogradFinish(task, scratch, begin + t, t, count, column);
    }
  }
}

}  // namespace segr::cpu::SEGR_NAMESPACE
