#pragma once

#include "../dense.h"
#include "../simd/math.h"

// The matrix product under the dense layers, in the manner of Goto and van de Geijn ("Anatomy of High-Performance Matrix Multiplication",
// 2008). A tile of panelRows x panelWidth sums stays in registers; per step, one 4-byte word of each row is broadcast against one word of
// each output of a weight panel. An arithmetic `A` says what a word holds: one float32, two bfloat16 or four 8-bit integers of
// neighbouring inputs.
//
// What an arithmetic must offer (float32.h is the plain one):
//   Sum, zero, load, spread, multiplyAdd   the vector of sums; a vector of weight words; one row word in every lane; row * weight + sum
//   store(rows, chunk, row, values, n)     brings n <= chunk float32 inputs of a row into words, zeros up to a whole word
//   storeHidden(rows, row, column, v, f)   the same for one vector of a hidden layer's only chunk; int8 collects them in f first
//   pack(row, scale, inputs, o, ...)       brings the weights of output o (null: a padding output) into its panel
//
// Inputs come in chunks of A::chunk. A chunk of a row lies at a fixed stride, so that the compiler addresses all rows of a tile from one
// pointer; 16 words of padding keep rows out of each other's cache sets.

namespace segr::cpu::SEGR_NAMESPACE {

inline constexpr int panelWidth = Simd::panelVectors * Simd::lanes;

SEGR_INLINE int64_t roundUp(int64_t value, int64_t to) {
  return (value + to - 1) / to * to;
}
SEGR_INLINE int64_t least(int64_t a, int64_t b) {
  return a < b ? a : b;
}

/// Rows in A's words: [chunk][row][rowStride].
template <typename A>
struct Rows {
  static constexpr int64_t chunkWords = A::chunk / A::perWord;
  static constexpr int64_t rowStride = chunkWords + 16;

  uint32_t* words;
  int64_t count;  // rows
  float* scale;   // int8: value = low + scale * integer, [chunk][row]
  float* low;

  uint32_t* at(int64_t chunk, int64_t row) const { return words + (chunk * count + row) * rowStride; }

  /// Words for `rows` rows of `inputs` values.
  static int64_t wordsFor(int64_t rows, int64_t inputs) {
    return (inputs + A::chunk - 1) / A::chunk * rows * (rowStride + (A::precision == Precision::int8 ? 2 : 0)) + 32;
  }

  static Rows in(uint32_t* scratch, int64_t rows, int64_t inputs) {
    const int64_t chunks = (inputs + A::chunk - 1) / A::chunk;
    float* scale = reinterpret_cast<float*>(scratch + chunks * rows * rowStride);
    return {scratch, rows, scale, scale + chunks * rows};
  }
};

/// Packed weights [outputs, inputs]: panels of panelWidth outputs, each [word of inputs][output]; then for int8 the scale of each
/// (chunk, output), and that scale times the sum of the chunk's integers.
template <typename A>
struct Panels {
  const uint32_t* words;
  const float* scale;
  const float* sum;
  int64_t stride;  // words of a panel
  int64_t padded;  // outputs, whole panels

  static int64_t wordsOf(int64_t inputs) { return (inputs + A::perWord - 1) / A::perWord; }
  static int64_t chunks(int64_t inputs) { return (inputs + A::chunk - 1) / A::chunk; }

  static int64_t wordsFor(int64_t outputs, int64_t inputs) {
    const int64_t padded = roundUp(outputs, panelWidth);
    return padded * wordsOf(inputs) + (A::precision == Precision::int8 ? 2 * padded * chunks(inputs) : 0);
  }

  static Panels in(const uint32_t* packed, int64_t outputs, int64_t inputs) {
    const int64_t padded = roundUp(outputs, panelWidth), stride = wordsOf(inputs) * panelWidth;
    const float* scale = reinterpret_cast<const float*>(packed + padded * wordsOf(inputs));
    return {packed, scale, scale + padded * chunks(inputs), stride, padded};
  }

  /// Where word 0 of output o goes; word k goes k * panelWidth further.
  static uint32_t* column(uint32_t* packed, int64_t inputs, int64_t o) {
    return packed + o / panelWidth * wordsOf(inputs) * panelWidth + o % panelWidth;
  }
};

/// Sums of one chunk: R rows from `rows` against `steps` words of a panel.
template <typename A, int R>
SEGR_INLINE void addProducts(const uint32_t* rows, const uint32_t* panel, int64_t steps, typename A::Sum (&sums)[R][Simd::panelVectors]) {
  constexpr int V = Simd::panelVectors;
  for (int64_t k = 0; k < steps; ++k, panel += panelWidth) {
    typename A::Sum weights[V];
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) weights[v] = A::load(panel + v * Simd::lanes);
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
      const typename A::Sum row = A::spread(rows + r * Rows<A>::rowStride + k);
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) sums[r][v] = A::multiplyAdd(row, weights[v], sums[r][v]);
    }
  }
}

/// Products of R rows from row `row` on with panel `p`, inputs [0, inputs) of the rows being inputs from chunk `chunk` on of the panel.
/// Writes float32 [R][panelWidth] to `tile`.
template <typename A, int R>
SEGR_NOINLINE void tileProduct(const Rows<A>& rows, int64_t row, const Panels<A>& panels, int64_t p, int64_t chunk, int64_t inputs,
                               float* tile) {
  using S = Simd;
  constexpr int V = S::panelVectors;
  typename A::Sum sums[R][V];
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) sums[r][v] = A::zero();
  }
  const uint32_t* panel = panels.words + p * panels.stride + chunk * Rows<A>::chunkWords * panelWidth;
  for (int64_t c = 0; c * A::chunk < inputs; ++c, panel += Rows<A>::chunkWords * panelWidth) {
    addProducts<A, R>(rows.at(c, row), panel, Panels<A>::wordsOf(least(inputs - c * A::chunk, A::chunk)), sums);
    if constexpr (A::precision == Precision::int8) {
      // Integers back to floats, chunk by chunk: sum of (low + scale * i) * (weight scale * j).
      const float* weightScale = panels.scale + (chunk + c) * panels.padded + p * panelWidth;
      const float* weightSum = panels.sum + (chunk + c) * panels.padded + p * panelWidth;
      for (int r = 0; r < R; ++r) {
        const S::Float scale = S::set(rows.scale[c * rows.count + row + r]), low = S::set(rows.low[c * rows.count + row + r]);
        for (int v = 0; v < V; ++v) {
          float* to = tile + r * panelWidth + v * S::lanes;
          const S::Float before = c == 0 ? S::zero() : S::load(to);
          const S::Float scaled = S::mul(A::toFloat(sums[r][v]), scale);
          S::store(to, S::fma(scaled, S::load(weightScale + v * S::lanes), S::fma(low, S::load(weightSum + v * S::lanes), before)));
          sums[r][v] = A::zero();
        }
      }
    } else {
      // Sums of chunks are added up by themselves: shorter sums round less.
#pragma GCC unroll 8
      for (int r = 0; r < R; ++r) {
#pragma GCC unroll 8
        for (int v = 0; v < V; ++v) {
          float* to = tile + r * panelWidth + v * S::lanes;
          S::store(to, c == 0 ? sums[r][v] : S::add(S::load(to), sums[r][v]));
          sums[r][v] = A::zero();
        }
      }
    }
  }
}

template <typename A>
using TileProduct = void (*)(const Rows<A>&, int64_t, const Panels<A>&, int64_t, int64_t, int64_t, float*);

/// tileProduct for `rows` rows, 1 to Simd::panelRows.
template <typename A>
SEGR_INLINE TileProduct<A> tileProductFor(int64_t rows) {
  static_assert(Simd::panelRows <= 6);
  switch (rows) {
    case 1:
      return tileProduct<A, 1>;
    case 2:
      return tileProduct<A, 2>;
    case 3:
      return tileProduct<A, 3>;
    case 4:
      return tileProduct<A, 4>;
    case 5:
      return tileProduct < A, Simd::panelRows < 5 ? 1 : 5 > ;
    default:
      return tileProduct < A, Simd::panelRows < 6 ? 1 : 6 > ;
  }
}

}  // namespace segr::cpu::SEGR_NAMESPACE
