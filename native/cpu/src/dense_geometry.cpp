#include "dense_geometry.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <thread>
#include <utility>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace segr::cpu {

namespace {

constexpr const char* convolutionName = "Conv2dChannelsLast";

[[noreturn]] void fail(const char* op, const std::string& what) {
  throw ShapeError(std::string(op) + ": " + what);
}

void requireVector(const char* op, const char* name, const ConstantTensor& tensor, int64_t size) {
  if (tensor.data != nullptr) requireShape(op, name, tensor.shape, {size}, "O");
}

}  // namespace

Precision parsePrecision(const char* op, const std::string& text) {
  if (text == "fp32") return Precision::fp32;
  if (text == "bf16") return Precision::bf16;
  if (text == "int8") return Precision::int8;
  fail(op, "precision is '" + text + "', must be fp32, bf16 or int8.");
}

Activation parseActivation(const char* op, const std::string& text) {
  if (text == "none") return Activation::none;
  if (text == "relu") return Activation::relu;
  if (text == "gelu") return Activation::gelu;
  fail(op, "activation is '" + text + "', must be none, relu or gelu.");
}

WordBuffer::WordBuffer(int64_t words) : size_(words) {
  constexpr size_t cacheLine = 64, hugePage = size_t{2} << 20;
  const size_t bytes = static_cast<size_t>(words) * sizeof(uint32_t);
  const size_t alignment = bytes >= 2 * hugePage ? hugePage : cacheLine;
  data_ = static_cast<uint32_t*>(std::aligned_alloc(alignment, (bytes / alignment + 1) * alignment));
  if (data_ == nullptr) throw std::bad_alloc();
#if defined(__linux__)
  // Weights are read from end to end: large pages spare most of the address look-ups. A hint, so the result does not matter.
  if (alignment == hugePage) static_cast<void>(madvise(data_, bytes / alignment * alignment, MADV_HUGEPAGE));
#endif
}

WordBuffer::WordBuffer(WordBuffer&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

WordBuffer& WordBuffer::operator=(WordBuffer&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

WordBuffer::~WordBuffer() {
  std::free(data_);
}

DenseLayer::DenseLayer(const char* op, const DenseKernels& kernels, const char* weightName, const ConstantTensor& weight,
                       const char* biasName, const ConstantTensor& bias, const ConstantTensor& outputScale) {
  requireRank(op, weightName, weight.shape, "O K");
  outputs_ = weight.shape[0];
  inputs_ = weight.shape[1];
  if (inputs_ < 1 || outputs_ < 1) fail(op, std::string(weightName) + " is " + text(weight.shape) + ", must not be empty.");
  elements(op, weightName, weight.shape);
  requireVector(op, "scale", outputScale, outputs_);
  bias_ = paddedBias(op, biasName, bias, outputs_, kernels.panelWidth);

  packed_ = WordBuffer(kernels.packedWords(outputs_, inputs_));
  kernels.pack(weight.data, outputScale.data, outputs_, inputs_, packed_.data());
  for (int64_t o = 0; outputScale.data != nullptr && o < outputs_; ++o) bias_[static_cast<size_t>(o)] *= outputScale.data[o];
}

std::vector<float> paddedBias(const char* op, const char* name, const ConstantTensor& bias, int64_t outputs, int64_t panelWidth) {
  requireVector(op, name, bias, outputs);
  std::vector<float> padded(static_cast<size_t>((outputs + panelWidth - 1) / panelWidth * panelWidth), 0.0f);
  if (bias.data != nullptr) std::copy(bias.data, bias.data + outputs, padded.begin());
  return padded;
}

DenseNorm::DenseNorm(const char* op, const ConstantTensor& normScale, const ConstantTensor& normShift, int64_t outputs, float normEpsilon)
    : epsilon(normEpsilon) {
  if ((normScale.data == nullptr) != (normShift.data == nullptr)) fail(op, "norm_scale and norm_shift must be given together.");
  if (normScale.data == nullptr) return;
  requireVector(op, "norm_scale", normScale, outputs);
  requireVector(op, "norm_shift", normShift, outputs);
  scale.assign(normScale.data, normScale.data + outputs);
  shift.assign(normShift.data, normShift.data + outputs);
}

void DenseNorm::fill(DenseTask& task) const {
  task.normScale = scale.empty() ? nullptr : scale.data();
  task.normShift = shift.empty() ? nullptr : shift.data();
  task.epsilon = epsilon;
}

Shape checkDenseInputs(const char* op, const Shape& x, const Shape* residual, int64_t inputs, int64_t outputs) {
  if (x.empty() || x.back() != inputs) fail(op, "x is " + text(x) + ", must be [..., K] with K = " + std::to_string(inputs) + ".");
  Shape output = x;
  output.back() = outputs;
  elements(op, "x", x);
  elements(op, "the output", output);
  if (residual != nullptr) requireShape(op, "residual", *residual, output, "... O");
  return output;
}

ConvolutionGeometry::ConvolutionGeometry(const Shape& weight, int64_t strideBoth, const std::vector<int64_t>& pads, bool xChannelsFirst)
    : stride(strideBoth), channelsFirst(xChannelsFirst) {
  const char* op = convolutionName;
  requireRank(op, "weight", weight, "O C kh kw");
  elements(op, "weight", weight);
  if (*std::min_element(weight.begin(), weight.end()) < 1) fail(op, "weight is " + text(weight) + ", must not be empty.");
  outputs = weight[0];
  channels = weight[1];
  kernelHeight = weight[2];
  kernelWidth = weight[3];
  constexpr int64_t largest = 1 << 20;
  if (stride < 1 || stride > largest) fail(op, "stride is " + std::to_string(stride) + ", must be from 1 to 1048576.");
  if (pads.size() != 4 || *std::min_element(pads.begin(), pads.end()) < 0 || *std::max_element(pads.begin(), pads.end()) > largest) {
    fail(op, "pads is " + text(pads) + ", must be [top, left, bottom, right], each from 0 to 1048576.");
  }
  padTop = pads[0];
  padLeft = pads[1];
  padBottom = pads[2];
  padRight = pads[3];
}

bool ConvolutionGeometry::suitsWinograd() const {
  constexpr int64_t few = 128;
  return kernelHeight == 3 && kernelWidth == 3 && stride == 1 && !channelsFirst && channels >= few && outputs >= few;
}

Shape ConvolutionGeometry::fill(const Shape& x, RowSource& source) const {
  const char* op = convolutionName;
  const char* letters = channelsFirst ? "N C H W" : "N H W C";
  requireRank(op, "x", x, letters);
  requireShape(op, "x", x, channelsFirst ? Shape{x[0], channels, x[2], x[3]} : Shape{x[0], x[1], x[2], channels}, letters);
  elements(op, "x", x);
  source.height = x[channelsFirst ? 2 : 1];
  source.width = x[channelsFirst ? 3 : 2];
  const int64_t height = source.height + padTop + padBottom - kernelHeight, width = source.width + padLeft + padRight - kernelWidth;
  if (height < 0 || width < 0) {
    fail(op, "x is " + text(x) + ", smaller than the " + std::to_string(kernelHeight) + " x " + std::to_string(kernelWidth) + " kernel.");
  }
  source.convolution = true;
  source.channelsFirst = channelsFirst;
  source.channels = channels;
  source.outputHeight = height / stride + 1;
  source.outputWidth = width / stride + 1;
  source.kernelHeight = kernelHeight;
  source.kernelWidth = kernelWidth;
  source.stride = stride;
  source.padTop = padTop;
  source.padLeft = padLeft;
  Shape output{x[0], source.outputHeight, source.outputWidth, outputs};
  elements(op, "the output", output);
  return output;
}

std::vector<float> ConvolutionGeometry::repack(const float* weight) const {
  const int64_t taps = kernelHeight * kernelWidth;
  if (channelsFirst) return {weight, weight + outputs * taps * channels};
  std::vector<float> packed(static_cast<size_t>(outputs * taps * channels));
  for (int64_t o = 0; o < outputs; ++o) {
    for (int64_t c = 0; c < channels; ++c) {
      for (int64_t k = 0; k < taps; ++k) packed[static_cast<size_t>((o * taps + k) * channels + c)] = weight[(o * channels + c) * taps + k];
    }
  }
  return packed;
}

BlockSplit::BlockSplit(int64_t count, int64_t most) {
  // Few blocks are made a multiple of the processors' number, so that threads get equal shares.
  constexpr int64_t few = 32;
  static const int64_t processors = std::clamp<int64_t>(std::thread::hardware_concurrency(), 1, few);
  const int64_t largest = std::max<int64_t>(1, most);
  ranges = (count + largest - 1) / largest;
  if (ranges < few) ranges = std::min((ranges + processors - 1) / processors * processors, std::max<int64_t>(1, count / 8));
  ranges = std::max<int64_t>(ranges, 1);
  block = (count + ranges - 1) / ranges;
  ranges = block == 0 ? 0 : (count + block - 1) / block;
}

}  // namespace segr::cpu
