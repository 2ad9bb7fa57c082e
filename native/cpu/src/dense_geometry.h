#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dense.h"
#include "geometry.h"

// What Linear, Mlp and Conv2dChannelsLast check, and the weights they keep. Free of ONNX Runtime.

namespace segr::cpu {

/// "fp32", "bf16", "int8"; ShapeError for anything else.
Precision parsePrecision(const char* op, const std::string& text);

/// "none", "relu", "gelu"; ShapeError for anything else.
Activation parseActivation(const char* op, const std::string& text);

/// 4-byte words aligned to a cache line.
class WordBuffer {
 public:
  WordBuffer() = default;
  explicit WordBuffer(int64_t words);
  WordBuffer(WordBuffer&& other) noexcept;
  WordBuffer& operator=(WordBuffer&& other) noexcept;
  ~WordBuffer();

  uint32_t* data() const { return data_; }
  int64_t size() const { return size_; }

 private:
  uint32_t* data_ = nullptr;
  int64_t size_ = 0;
};

/// One constant tensor as an operator receives it; `data` is null where an optional input is left out.
struct ConstantTensor {
  Shape shape;
  const float* data = nullptr;
};

/// A dense layer's weights in a kernel's layout.
class DenseLayer {
 public:
  DenseLayer() = default;

  /// `weight` [O, K] is checked to be a matrix, `bias` and `outputScale` to be [O] or left out. The names are for error messages.
  DenseLayer(const char* op, const DenseKernels& kernels, const char* weightName, const ConstantTensor& weight, const char* biasName,
             const ConstantTensor& bias, const ConstantTensor& outputScale = {});

  int64_t inputs() const { return inputs_; }
  int64_t outputs() const { return outputs_; }
  DenseWeights weights() const { return {packed_.data(), bias_.data()}; }

 private:
  int64_t inputs_ = 0;
  int64_t outputs_ = 0;
  WordBuffer packed_;
  std::vector<float> bias_;  // whole panels
};

/// `bias` [O] or zeros where it is left out, padded with zeros to whole panels.
std::vector<float> paddedBias(const char* op, const char* name, const ConstantTensor& bias, int64_t outputs, int64_t panelWidth);

/// The layer norm after a dense layer; empty where the operator has none.
struct DenseNorm {
  std::vector<float> scale, shift;
  float epsilon = 0;

  DenseNorm() = default;
  DenseNorm(const char* op, const ConstantTensor& normScale, const ConstantTensor& normShift, int64_t outputs, float normEpsilon);

  void fill(DenseTask& task) const;
};

/// Checks x [..., K] and the optional residual [..., O] of Linear and Mlp; returns the output's shape.
Shape checkDenseInputs(const char* op, const Shape& x, const Shape* residual, int64_t inputs, int64_t outputs);

/// Strides and zero padding of Conv2dChannelsLast.
struct ConvolutionGeometry {
  int64_t kernelHeight = 0, kernelWidth = 0, channels = 0, outputs = 0;
  int64_t stride = 1;
  int64_t padTop = 0, padLeft = 0, padBottom = 0, padRight = 0;
  bool channelsFirst = false;  // of x; the output has channels last always

  /// Checks the weight [O, C, kh, kw], the stride and the pads [top, left, bottom, right].
  ConvolutionGeometry(const Shape& weight, int64_t strideBoth, const std::vector<int64_t>& pads, bool xChannelsFirst = false);

  /// Whether Winograd's method applies and pays: it transforms each input for all outputs and each output from all inputs.
  bool suitsWinograd() const;

  /// Checks x [N, H, W, C], or [N, C, H, W] with channels first, and fills everything of the source but its data; returns the output's
  /// shape [N, H', W', O].
  Shape fill(const Shape& x, RowSource& source) const;

  /// [O, C, kh, kw] to the order of the source's rows: [O, kh * kw * C], or as it is with channels first.
  std::vector<float> repack(const float* weight) const;
};

/// How run() is to be called for `count` rows or tiles of which it takes at most `largest` at a time: blocks of `block`, `ranges` of them.
struct BlockSplit {
  int64_t block = 0;
  int64_t ranges = 0;

  BlockSplit(int64_t count, int64_t largest);
};

}  // namespace segr::cpu
