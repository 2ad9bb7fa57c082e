#include "dense_op.h"

#include <numeric>

namespace segr::cpu {

namespace {

constexpr auto floatType = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
constexpr float defaultEpsilon = 1e-5f;

/// The kernels for the node's precision. Says so once per precision where the machine makes it another.
const DenseKernels& choose(const Ort::ConstKernelInfo& info, const char* op, const Kernels& kernels) {
  const std::string wanted = attribute(info, "precision", "fp32");
  const Precision precision = parsePrecision(op, wanted);
  const DenseKernels& chosen = denseKernels(kernels.level, precision);
  if (chosen.precision != precision) {
    static std::once_flag said[3];
    std::call_once(said[static_cast<size_t>(precision)], [&] {
      const std::string text = "precision " + wanted + " needs instructions that are not used here (CPU level " + name(kernels.level) +
                               "): computing in " + (chosen.precision == Precision::bf16 ? "bf16." : "fp32.");
      Ort::Logger(info.GetLogger()).LogMessage(ORT_LOGGING_LEVEL_WARNING, ORT_FILE, __LINE__, __FUNCTION__, text.c_str());
    });
  }
  return chosen;
}

/// Computes all rows of a task whose source, output and residual are set.
void run(const Ort::KernelContext& context, const DenseKernels& kernels, const DenseTask& task, int64_t rows) {
  const BlockSplit blocks(rows, kernels.rowBlock(task));
  const int64_t words = kernels.scratchWords(task, blocks.block);
  parallel(context, blocks.ranges, 1, [&](int64_t begin, int64_t end) {
    kernels.run(task, begin * blocks.block, std::min(end * blocks.block, rows), blocks.block, threadScratch(words));
  });
}

int64_t product(Shape::const_iterator begin, Shape::const_iterator end) {
  return std::accumulate(begin, end, int64_t{1}, [](int64_t a, int64_t b) { return a * b; });
}

/// Linear and Mlp: x, the optional residual, the output.
void runRows(Ort::KernelContext& context, const char* op, const DenseKernels& kernels, DenseTask& task, size_t residualIndex) {
  const Ort::ConstValue x = context.GetInput(0);
  const Ort::ConstValue residual = context.GetInputCount() > residualIndex ? context.GetInput(residualIndex) : Ort::ConstValue{nullptr};
  const Shape shape = shapeOf(x), residualShape = residual == nullptr ? Shape{} : shapeOf(residual);
  const Shape output = checkDenseInputs(op, shape, residual == nullptr ? nullptr : &residualShape, task.inputs, task.outputs);
  task.source.data = x.GetTensorData<float>();
  task.residual = residual == nullptr ? nullptr : residual.GetTensorData<float>();
  task.output = context.GetOutput(0, output).GetTensorMutableData<float>();
  run(context, kernels, task, product(output.begin(), output.end() - 1));
}

/// x's shape with the last dimension taken from dimension `axis` of input `index`.
void inferRows(const ShapeInference& inference, size_t index) {
  InferredShape shape = inference.input(0);
  if (shape.empty()) return;  // not known yet
  shape.back() = inference.input(index).at(0);
  inference.setOutput(shape);
}

}  // namespace

std::span<const InputSpec> LinearOp::inputs() {
  static constexpr InputSpec specs[] = {{"x"},
                                        {"weight"},
                                        {"bias", floatType, /*optional=*/true},
                                        {"residual", floatType, true},
                                        {"norm_scale", floatType, true},
                                        {"norm_shift", floatType, true},
                                        {"x_added", floatType, true}};
  return specs;
}

void LinearOp::inferShape(const ShapeInference& inference) {
  inferRows(inference, 1);
}

LinearOp::LinearOp(const Ort::ConstKernelInfo& info, const Kernels& kernels)
    : kernels_(choose(info, name(), kernels)), activation_(parseActivation(name(), attribute(info, "activation", "none"))) {
  const ConstantInputs<LinearOp> constant(info);
  layer_ = DenseLayer(name(), kernels_, "weight", constant(1), "bias", constant(2));
  norm_ = DenseNorm(name(), constant(4), constant(5), layer_.outputs(), attribute(info, "epsilon", defaultEpsilon));
}

void LinearOp::compute(Ort::KernelContext& context) const {
  DenseTask task;
  task.inputs = layer_.inputs();
  task.outputs = layer_.outputs();
  task.first = layer_.weights();
  task.activation = activation_;
  norm_.fill(task);
  if (const Ort::ConstValue added = context.GetInputCount() > 6 ? context.GetInput(6) : Ort::ConstValue{nullptr}; added != nullptr) {
    requireShape(name(), "x_added", shapeOf(added), shapeOf(context.GetInput(0)), "... K");
    task.source.added = added.GetTensorData<float>();
  }
  runRows(context, name(), kernels_, task, 3);
}

std::span<const InputSpec> MlpOp::inputs() {
  static constexpr InputSpec specs[] = {{"x"},
                                        {"weight1"},
                                        {"bias1", floatType, /*optional=*/true},
                                        {"weight2"},
                                        {"bias2", floatType, true},
                                        {"scale", floatType, true},
                                        {"residual", floatType, true},
                                        {"norm_scale", floatType, true},
                                        {"norm_shift", floatType, true}};
  return specs;
}

void MlpOp::inferShape(const ShapeInference& inference) {
  inferRows(inference, 3);
}

MlpOp::MlpOp(const Ort::ConstKernelInfo& info, const Kernels& kernels)
    : kernels_(choose(info, name(), kernels)), activation_(parseActivation(name(), attribute(info, "activation", "gelu"))) {
  const ConstantInputs<MlpOp> constant(info);
  first_ = DenseLayer(name(), kernels_, "weight1", constant(1), "bias1", constant(2));
  second_ = DenseLayer(name(), kernels_, "weight2", constant(3), "bias2", constant(4), constant(5));
  if (second_.inputs() != first_.outputs()) {
    throw ShapeError(std::string(name()) + ": weight2 takes " + std::to_string(second_.inputs()) + " inputs, but weight1 has " +
                     std::to_string(first_.outputs()) + " outputs.");
  }
  norm_ = DenseNorm(name(), constant(7), constant(8), second_.outputs(), attribute(info, "epsilon", defaultEpsilon));
}

void MlpOp::compute(Ort::KernelContext& context) const {
  DenseTask task;
  task.inputs = first_.inputs();
  task.hidden = first_.outputs();
  task.outputs = second_.outputs();
  task.first = first_.weights();
  task.second = second_.weights();
  task.activation = activation_;
  norm_.fill(task);
  runRows(context, name(), kernels_, task, 6);
}

std::span<const InputSpec> ConvolutionOp::inputs() {
  static constexpr InputSpec specs[] = {
      {"x"}, {"weight"}, {"bias", floatType, /*optional=*/true}, {"norm_scale", floatType, true}, {"norm_shift", floatType, true}};
  return specs;
}

void ConvolutionOp::inferShape(const ShapeInference& inference) {
  const InferredShape x = inference.input(0), weight = inference.input(1);
  const size_t row = inference.attribute("channels_first", 0) != 0 ? 2 : 1;
  const int64_t stride = inference.attribute("stride", 1);
  const auto pads = inference.attribute("pads", std::array<int64_t, 4>{});
  const auto side = [&](size_t axis) {
    const int64_t before = x.at(row + axis).value, kernel = weight.at(2 + axis).value;
    return InferredDim{before < 0 || kernel < 0 || stride < 1 ? -1 : (before + pads[axis] + pads[axis + 2] - kernel) / stride + 1, ""};
  };
  inference.setOutput({x.at(0), side(0), side(1), weight.at(0)});  // sides that are known by name only are found when the model runs
}

ConvolutionOp::ConvolutionOp(const Ort::ConstKernelInfo& info, const Kernels& kernels)
    : kernels_(choose(info, name(), kernels)),
      winograd_(nullptr),
      activation_(parseActivation(name(), attribute(info, "activation", "none"))),
      geometry_(ConstantInputs<ConvolutionOp>(info)(1).shape, attribute(info, "stride", int64_t{1}),
                attribute(info, "pads", std::vector<int64_t>{0, 0, 0, 0}), attribute(info, "channels_first", int64_t{0}) != 0) {
  const ConstantInputs<ConvolutionOp> constant(info);
  const ConstantTensor weight = constant(1), bias = constant(2);
  const int64_t outputs = geometry_.outputs;
  norm_ = DenseNorm(name(), constant(3), constant(4), outputs, attribute(info, "epsilon", defaultEpsilon));
  if (kernels_.precision == Precision::fp32 && geometry_.suitsWinograd() && norm_.scale.empty()) {
    winograd_ = &kernels.tokens.winograd;
    packed_ = WordBuffer(winograd_->packedWords(outputs, geometry_.channels));
    winograd_->pack(weight.data, outputs, geometry_.channels, packed_.data());
    bias_ = paddedBias(name(), "bias", bias, outputs, kernels_.panelWidth);
    return;
  }
  const std::vector<float> matrix = geometry_.repack(weight.data);
  const ConstantTensor rows{{outputs, static_cast<int64_t>(matrix.size()) / outputs}, matrix.data()};
  layer_ = DenseLayer(name(), kernels_, "weight", rows, "bias", bias);
}

void ConvolutionOp::compute(Ort::KernelContext& context) const {
  const Ort::ConstValue x = context.GetInput(0);
  if (winograd_ != nullptr) return runWinograd(context, x);
  DenseTask task;
  task.inputs = layer_.inputs();
  task.outputs = layer_.outputs();
  task.first = layer_.weights();
  task.activation = activation_;
  norm_.fill(task);
  const Shape output = geometry_.fill(shapeOf(x), task.source);
  task.source.data = x.GetTensorData<float>();
  task.output = context.GetOutput(0, output).GetTensorMutableData<float>();
  run(context, kernels_, task, product(output.begin(), output.end() - 1));
}

void ConvolutionOp::runWinograd(Ort::KernelContext& context, const Ort::ConstValue& x) const {
  WinogradTask task;
  task.outputs = geometry_.outputs;
  task.packed = packed_.data();
  task.bias = bias_.data();
  task.activation = activation_;
  const Shape output = geometry_.fill(shapeOf(x), task.source);
  task.source.data = x.GetTensorData<float>();
  task.output = context.GetOutput(0, output).GetTensorMutableData<float>();
  const int64_t tiles = output[0] * task.tilesDown() * task.tilesAcross();
  const BlockSplit blocks(tiles, winograd_->tileBlock(task));
  const int64_t words = winograd_->scratchWords(task, blocks.block);
  parallel(context, blocks.ranges, 1, [&](int64_t begin, int64_t end) {
    winograd_->run(task, begin * blocks.block, std::min(end * blocks.block, tiles), blocks.block, threadScratch(words));
  });
}

}  // namespace segr::cpu
