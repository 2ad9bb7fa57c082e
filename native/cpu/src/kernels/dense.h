#pragma once

#include "gemm.h"
#include "layer_norm.h"

// Dense layers on blocks of rows. A block's rows, its hidden values and its outputs stay in the second-level cache; the weights pass by
// panel after panel. The hidden layer of an MLP is never written to memory: it is made chunk by chunk, and each chunk is multiplied on.

namespace segr::cpu::SEGR_NAMESPACE {

/// Rows of a block start aligned: whole cache lines of words.
inline constexpr int64_t alignment = 16;

/// Gathers the window of output pixel `row` of a convolution on an image with channels first: [c][ky][kx].
inline void gatherPlanes(const RowSource& source, int64_t row, float* out) {
  const int64_t x0 = row % source.outputWidth * source.stride - source.padLeft;
  const int64_t y0 = row / source.outputWidth % source.outputHeight * source.stride - source.padTop;
  const float* plane = source.data + row / (source.outputWidth * source.outputHeight) * source.height * source.width * source.channels;
  for (int64_t c = 0; c < source.channels; ++c, plane += source.height * source.width) {
    for (int64_t y = y0; y < y0 + source.kernelHeight; ++y) {
      for (int64_t x = x0; x < x0 + source.kernelWidth; ++x) {
        *out++ = y < 0 || x < 0 || y >= source.height || x >= source.width ? 0.0f : plane[y * source.width + x];
      }
    }
  }
}

/// Gathers the window of output pixel `row` of a convolution: [ky][kx][c].
inline void gatherWindow(const RowSource& source, int64_t row, float* out) {
  if (source.channelsFirst) return gatherPlanes(source, row, out);
  const int64_t x0 = row % source.outputWidth * source.stride - source.padLeft;
  const int64_t y0 = row / source.outputWidth % source.outputHeight * source.stride - source.padTop;
  const float* image = source.data + row / (source.outputWidth * source.outputHeight) * source.height * source.width * source.channels;
  for (int64_t ky = 0; ky < source.kernelHeight; ++ky) {
    const int64_t y = y0 + ky;
    for (int64_t kx = 0; kx < source.kernelWidth; ++kx, out += source.channels) {
      const int64_t x = x0 + kx;
      if (y < 0 || x < 0 || y >= source.height || x >= source.width) {
        __builtin_memset(out, 0, static_cast<size_t>(source.channels) * sizeof(float));
      } else {
        __builtin_memcpy(out, image + (y * source.width + x) * source.channels, static_cast<size_t>(source.channels) * sizeof(float));
      }
    }
  }
}

/// Brings rows [begin, begin + rows.count) of the source into A's words. `window` has room for one row.
template <typename A>
SEGR_NOINLINE void packRows(const RowSource& source, int64_t inputs, int64_t begin, const Rows<A>& rows, float* window) {
  for (int64_t r = 0; r < rows.count; ++r) {
    const float* row = source.data + (begin + r) * inputs;
    if (source.convolution) {
      gatherWindow(source, begin + r, window);
      row = window;
    } else if (source.added != nullptr) {
      using S = Simd;
      const float* added = source.added + (begin + r) * inputs;
      for (int64_t k = 0; k < inputs; k += S::lanes) {
        const int n = static_cast<int>(least(inputs - k, S::lanes));
        S::storeFirst(window + k, S::add(S::loadFirst(row + k, n), S::loadFirst(added + k, n)), n);
      }
      row = window;
    }
    for (int64_t c = 0; c * A::chunk < inputs; ++c) A::store(rows, c, r, row + c * A::chunk, least(inputs - c * A::chunk, A::chunk));
  }
}

SEGR_INLINE Simd::Float activate(Activation activation, Simd::Float v) {
  switch (activation) {
    case Activation::relu:
      return Simd::max(Simd::zero(), v);  // this operand order keeps NaN
    case Activation::gelu:
      return gelu(v);
    default:
      return v;
  }
}

/// Calls body(row, rows) for tiles of nearly equal height that cover `count` rows.
template <typename Body>
SEGR_INLINE void forTiles(int64_t count, const Body& body) {
  const int64_t tiles = (count + Simd::panelRows - 1) / Simd::panelRows;
  for (int64_t t = 0, row = 0; t < tiles; ++t) {
    const int64_t next = count * (t + 1) / tiles;
    body(row, next - row);
    row = next;
  }
}

/// Hidden values [from, from + n) of a block: activation(first layer). Whole panels are computed; those past the last output are
/// activation(0) = 0.
template <typename A>
SEGR_NOINLINE void hiddenChunk(const DenseTask& task, const Rows<A>& rows, int64_t from, int64_t n, const Rows<A>& hidden, float* floats) {
  using S = Simd;
  const Panels<A> panels = Panels<A>::in(task.first.packed, task.hidden, task.inputs);
  const float* bias = task.first.bias + from;
  alignas(64) float tile[S::panelRows * panelWidth];
  for (int64_t column = 0; column < n; column += panelWidth) {
    forTiles(rows.count, [&](int64_t row, int64_t count) {
      tileProductFor<A>(count)(rows, row, panels, (from + column) / panelWidth, 0, task.inputs, tile);
      for (int64_t r = 0; r < count; ++r) {
        for (int at = 0; at < panelWidth; at += S::lanes) {
          const S::Float value = activate(task.activation, S::add(S::load(tile + r * panelWidth + at), S::load(bias + column + at)));
          A::storeHidden(hidden, row + r, column + at, value, floats);
        }
      }
    });
  }
  if constexpr (A::precision == Precision::int8) {
    for (int64_t r = 0; r < rows.count; ++r) A::store(hidden, 0, r, floats + r * A::chunk, n);
  }
}

/// out[row][column...] += tile, for the columns below `outputs`.
SEGR_INLINE void addTile(const float* tile, int64_t count, int64_t column, int64_t outputs, float* out) {
  using S = Simd;
  for (int64_t r = 0; r < count; ++r, out += outputs) {
    for (int v = 0; v < S::panelVectors; ++v) {
      const int64_t left = outputs - column - v * S::lanes;
      if (left <= 0) break;
      float* to = out + column + v * S::lanes;
      const S::Float values = S::load(tile + r * panelWidth + v * S::lanes);
      if (left >= S::lanes) {
        S::store(to, S::add(S::load(to), values));
      } else {
        const int n = static_cast<int>(left);
        S::storeFirst(to, S::add(S::loadFirst(to, n), values), n);
      }
    }
  }
}

/// out[row][column...] = activation(tile + bias), plus the residual, for the columns below `outputs`.
SEGR_INLINE void finishTile(const DenseTask& task, const float* tile, int64_t count, int64_t column, const float* residual, float* out) {
  using S = Simd;
  for (int64_t r = 0; r < count; ++r) {
    for (int v = 0; v < S::panelVectors; ++v) {
      const int64_t at = column + v * S::lanes, left = task.outputs - at;
      if (left <= 0) break;
      const int n = left >= S::lanes ? S::lanes : static_cast<int>(left);
      S::Float value = activate(task.activation, S::add(S::load(tile + r * panelWidth + v * S::lanes), S::load(task.first.bias + at)));
      if (residual != nullptr) value = S::add(value, S::loadFirst(residual + r * task.outputs + at, n));
      S::storeFirst(out + r * task.outputs + at, value, n);
    }
  }
}

/// The single layer on a block of rows.
template <typename A>
SEGR_INLINE void oneLayer(const DenseTask& task, const Rows<A>& rows, const float* residual, float* out) {
  const Panels<A> panels = Panels<A>::in(task.first.packed, task.outputs, task.inputs);
  alignas(64) float tile[Simd::panelRows * panelWidth];
  for (int64_t column = 0; column < task.outputs; column += panelWidth) {
    forTiles(rows.count, [&](int64_t row, int64_t count) {
      tileProductFor<A>(count)(rows, row, panels, column / panelWidth, 0, task.inputs, tile);
      const float* from = residual == nullptr ? nullptr : residual + row * task.outputs;
      finishTile(task, tile, count, column, from, out + row * task.outputs);
    });
  }
}

/// Both layers on a block of rows.
template <typename A>
SEGR_INLINE void twoLayers(const DenseTask& task, const Rows<A>& rows, const float* residual, float* out, uint32_t* scratch) {
  using S = Simd;
  const int64_t outputs = task.outputs;
  for (int64_t r = 0; r < rows.count; ++r) {
    for (int64_t c = 0; c < outputs; c += S::lanes) {
      const int n = outputs - c < S::lanes ? static_cast<int>(outputs - c) : S::lanes;
      S::Float start = S::load(task.second.bias + c);
      if (residual != nullptr) start = S::add(start, S::loadFirst(residual + r * outputs + c, n));
      S::storeFirst(out + r * outputs + c, start, n);
    }
  }
  const Panels<A> panels = Panels<A>::in(task.second.packed, outputs, task.hidden);
  const Rows<A> hidden = Rows<A>::in(scratch, rows.count, A::chunk);
  float* floats = reinterpret_cast<float*>(scratch + roundUp(Rows<A>::wordsFor(rows.count, A::chunk), alignment));
  alignas(64) float tile[S::panelRows * panelWidth];
  for (int64_t from = 0; from < task.hidden; from += A::chunk) {
    const int64_t n = least(task.hidden - from, A::chunk);
    hiddenChunk(task, rows, from, n, hidden, floats);
    for (int64_t column = 0; column < outputs; column += panelWidth) {
      forTiles(rows.count, [&](int64_t row, int64_t count) {
        tileProductFor<A>(count)(hidden, row, panels, column / panelWidth, from / A::chunk, n, tile);
        addTile(tile, count, column, outputs, out + row * outputs);
      });
    }
  }
}

template <typename A>
int64_t denseRowBlock(const DenseTask& task) {
  // Weights too large for a share of the third-level cache come from memory anew for every block: fewer, larger blocks then.
  constexpr int64_t largest = 96, largeWeights = int64_t{12} << 20;
  const int64_t weights = 4 * (task.hidden > 0 ? task.hidden * (task.inputs + task.outputs) : task.inputs * task.outputs) / A::perWord;
  const int64_t cacheBytes = (weights > largeWeights ? 750 : 480) * 1024;
  const int64_t bytesPerRow = 4 * (task.inputs / A::perWord + task.outputs + (task.hidden > 0 ? Rows<A>::chunkWords : 0));
  const int64_t rows = cacheBytes / bytesPerRow / Simd::panelRows * Simd::panelRows;
  return rows < 2 * Simd::panelRows ? 2 * Simd::panelRows : least(rows, largest);
}

template <typename A>
int64_t denseScratchWords(const DenseTask& task, int64_t rows) {
  int64_t words = roundUp(Rows<A>::wordsFor(rows, task.inputs), alignment) + roundUp(task.inputs, alignment);
  if (task.hidden > 0)
    words += roundUp(Rows<A>::wordsFor(rows, A::chunk), alignment) + (A::precision == Precision::int8 ? rows * A::chunk : 0);
  return words;
}

template <typename A>
void denseRun(const DenseTask& task, int64_t begin, int64_t end, int64_t block, uint32_t* scratch) {
  for (; begin < end; begin += block) {
    const int64_t count = least(block, end - begin);
    const Rows<A> rows = Rows<A>::in(scratch, count, task.inputs);
    uint32_t* rest = scratch + roundUp(Rows<A>::wordsFor(count, task.inputs), alignment);
    float* window = reinterpret_cast<float*>(rest);
    rest += roundUp(task.inputs, alignment);
    packRows(task.source, task.inputs, begin, rows, window);
    float* out = task.output + begin * task.outputs;
    const float* residual = task.residual == nullptr ? nullptr : task.residual + begin * task.outputs;
    if (task.hidden > 0) {
      twoLayers(task, rows, residual, out, rest);
    } else {
      oneLayer(task, rows, residual, out);
    }
    if (task.normScale == nullptr) continue;
    for (int64_t r = 0; r < count; ++r) {
      float* row = out + r * task.outputs;
      layerNorm(row, row, task.outputs, task.normScale, task.normShift, task.epsilon);
    }
  }
}

template <typename A>
int64_t densePackedWords(int64_t outputs, int64_t inputs) {
  return Panels<A>::wordsFor(outputs, inputs);
}

template <typename A>
void densePack(const float* weights, const float* outputScale, int64_t outputs, int64_t inputs, uint32_t* packed) {
  const int64_t padded = roundUp(outputs, panelWidth);
  for (int64_t o = 0; o < padded; ++o) {
    const bool real = o < outputs;
    A::pack(real ? weights + o * inputs : nullptr, real && outputScale != nullptr ? outputScale[o] : 1.0f, inputs, o, padded, packed);
  }
}

template <typename A>
constexpr DenseKernels denseKernelsOf() {
  return {A::precision, panelWidth, densePackedWords<A>, densePack<A>, denseRowBlock<A>, denseScratchWords<A>, denseRun<A>};
}

}  // namespace segr::cpu::SEGR_NAMESPACE
