#pragma once

#include <cstdint>

// Dense layers: y = W x + b on many rows, alone or two in a row with an activation between (an MLP), on plain rows or on the windows of a
// convolution. Types shared by the kernels and whoever calls them; letters as in README.md.

namespace segr::cpu {

/// How far the products may round their operands. Sums are float32 in each (int8: exact integers within a group of inputs).
enum class Precision { fp32, bf16, int8 };

enum class Activation { none, relu, gelu };

/// Where the rows of a dense layer come from: a matrix [T, K], or the windows of an image, zero outside it: [N, H, W, C] with K =
/// kernelHeight * kernelWidth * C in the order (ky, kx, c), or [N, C, H, W] in the order (c, ky, kx).
struct RowSource {
  const float* data = nullptr;
  const float* added = nullptr;  // matrix only: [T, K] or null, added to it
  bool convolution = false;
  bool channelsFirst = false;
  int64_t height = 0, width = 0, channels = 0;
  int64_t outputHeight = 0, outputWidth = 0;
  int64_t kernelHeight = 0, kernelWidth = 0;
  int64_t stride = 1;
  int64_t padTop = 0, padLeft = 0;
};

/// One dense layer's weights as DenseKernels::pack left them, and its bias.
struct DenseWeights {
  const uint32_t* packed = nullptr;
  const float* bias = nullptr;  // padded with zeros to whole panels
};

/// y = norm(residual + second(activation(first(x)))) with two layers, norm(residual + activation(first(x))) with one.
struct DenseTask {
  RowSource source;
  int64_t inputs = 0;   // K
  int64_t hidden = 0;   // F, 0 for a single layer
  int64_t outputs = 0;  // O
  DenseWeights first;
  DenseWeights second;
  Activation activation = Activation::none;
  const float* residual = nullptr;   // [T, O] or null
  const float* normScale = nullptr;  // [O] or null: no layer norm
  const float* normShift = nullptr;
  float epsilon = 0;
  float* output = nullptr;  // [T, O]
};

/// The dense kernels of one instruction level and precision.
struct DenseKernels {
  Precision precision;
  int panelWidth;  // outputs are packed in panels of this many

  /// 4-byte words that pack() writes for weights [outputs, inputs].
  int64_t (*packedWords)(int64_t outputs, int64_t inputs);

  /// Packs weights [outputs, inputs]; row o times outputScale[o] where that is given. `packed` is aligned to 64 bytes.
  void (*pack)(const float* weights, const float* outputScale, int64_t outputs, int64_t inputs, uint32_t* packed);

  /// Rows that run() works on at a time: what fits the second-level cache together with what they need.
  int64_t (*rowBlock)(const DenseTask& task);

  /// 4-byte words of scratch memory that run() needs for blocks of `rows` rows.
  int64_t (*scratchWords)(const DenseTask& task, int64_t rows);

  /// Computes rows [begin, end) in blocks of at most `rows`. `scratch` is aligned to 64 bytes.
  void (*run)(const DenseTask& task, int64_t begin, int64_t end, int64_t rows, uint32_t* scratch);
};

}  // namespace segr::cpu
