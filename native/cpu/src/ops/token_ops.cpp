#include "token_ops.h"

namespace segr::cpu {

namespace {

constexpr auto floatType = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;

/// Ranges of about this many values are worth a thread.
constexpr int64_t valuesPerRange = 16 * 1024;

int64_t rowsPerRange(int64_t valuesPerRow) {
  return std::max<int64_t>(1, valuesPerRange / std::max<int64_t>(1, valuesPerRow));
}

}  // namespace

std::span<const InputSpec> LayerNormOp::inputs() {
  static constexpr InputSpec specs[] = {{"x"}, {"scale"}, {"shift"}};
  return specs;
}

LayerNormOp::LayerNormOp(const Ort::ConstKernelInfo& info, const Kernels& kernels)
    : kernels_(kernels.tokens),
      norm_(name(), ConstantInputs<LayerNormOp>(info)(1), ConstantInputs<LayerNormOp>(info)(2), attribute(info, "epsilon", 1e-5f)) {}

void LayerNormOp::compute(Ort::KernelContext& context) const {
  const Ort::ConstValue x = context.GetInput(0);
  const Shape shape = shapeOf(x);
  const int64_t rows = checkRows(name(), shape, norm_.channels());
  LayerNormTask task;
  task.channels = norm_.channels();
  task.input = x.GetTensorData<float>();
  task.scale = norm_.scale.data();
  task.shift = norm_.shift.data();
  task.epsilon = norm_.epsilon;
  task.output = context.GetOutput(0, shape).GetTensorMutableData<float>();
  parallel(context, rows, rowsPerRange(task.channels), [&](int64_t begin, int64_t end) { kernels_.layerNorm(task, begin, end); });
}

std::span<const InputSpec> GroupNormOp::inputs() {
  static constexpr InputSpec specs[] = {{"x"}, {"scale"}, {"shift"}};
  return specs;
}

GroupNormOp::GroupNormOp(const Ort::ConstKernelInfo& info, const Kernels& kernels)
    : kernels_(kernels.tokens),
      groups_(info.GetAttribute<int64_t>("groups")),
      activation_(parseActivation(name(), attribute(info, "activation", "none"))),
      norm_(name(), ConstantInputs<GroupNormOp>(info)(1), ConstantInputs<GroupNormOp>(info)(2), attribute(info, "epsilon", 1e-5f)) {
  checkGroups(name(), groups_, norm_.channels());
}

void GroupNormOp::compute(Ort::KernelContext& context) const {
  const Ort::ConstValue x = context.GetInput(0);
  const Shape shape = shapeOf(x);
  GroupNormTask task;
  task.rows = checkRows(name(), shape, norm_.channels());
  task.channels = norm_.channels();
  task.groups = groups_;
  task.input = x.GetTensorData<float>();
  task.scale = norm_.scale.data();
  task.shift = norm_.shift.data();
  task.epsilon = norm_.epsilon;
  task.activation = activation_;
  task.output = context.GetOutput(0, shape).GetTensorMutableData<float>();
  if (task.rows == 0) return;
  task.moments = reinterpret_cast<float*>(threadScratch((task.blocks() + 1) * 2 * task.channels));
  task.factors = task.moments + task.blocks() * 2 * task.channels;
  parallel(context, task.blocks(), rowsPerRange(GroupNormTask::blockRows * task.channels),
           [&](int64_t begin, int64_t end) { kernels_.groupNorm.moments(task, begin, end); });
  kernels_.groupNorm.factors(task);
  parallel(context, task.rows, rowsPerRange(task.channels),
           [&](int64_t begin, int64_t end) { kernels_.groupNorm.apply(task, begin, end); });
}

std::span<const InputSpec> ResizeOp::inputs() {
  static constexpr InputSpec specs[] = {{"x"}, {"size", ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64}, {"residual", floatType, /*optional=*/true}};
  return specs;
}

void ResizeOp::inferShape(const ShapeInference& inference) {
  inference.setOutput(inference.input(2));  // without a residual the sides are in a tensor, which is not at hand here
}

ResizeOp::ResizeOp(const Ort::ConstKernelInfo&, const Kernels& kernels) : kernels_(kernels.tokens) {}

void ResizeOp::compute(Ort::KernelContext& context) const {
  const Ort::ConstValue x = context.GetInput(0), size = context.GetInput(1);
  const Ort::ConstValue residual = context.GetInputCount() > 2 ? context.GetInput(2) : Ort::ConstValue{nullptr};
  const Shape shape = shapeOf(x), residualShape = residual == nullptr ? Shape{} : shapeOf(residual);
  const Shape output = checkResize(shape, shapeOf(size), size.GetTensorData<int64_t>(), residual == nullptr ? nullptr : &residualShape);
  ResizeTask task;
  task.height = shape[1];
  task.width = shape[2];
  task.channels = shape[3];
  task.outputHeight = output[1];
  task.outputWidth = output[2];
  task.input = x.GetTensorData<float>();
  task.residual = residual == nullptr ? nullptr : residual.GetTensorData<float>();
  task.output = context.GetOutput(0, output).GetTensorMutableData<float>();
  parallel(context, output[0] * output[1], rowsPerRange(output[2] * output[3]),
           [&](int64_t begin, int64_t end) { kernels_.resize(task, begin, end); });
}

std::span<const InputSpec> AttentionOp::inputs() {
  static constexpr InputSpec specs[] = {{"query"}, {"key"}, {"value"}, {"mask_logits", floatType, /*optional=*/true}};
  return specs;
}

AttentionOp::AttentionOp(const Ort::ConstKernelInfo& info, const Kernels& kernels)
    : kernels_(kernels.tokens), heads_(info.GetAttribute<int64_t>("num_heads")) {}

void AttentionOp::compute(Ort::KernelContext& context) const {
  const Ort::ConstValue query = context.GetInput(0), key = context.GetInput(1), value = context.GetInput(2);
  const Ort::ConstValue logits = context.GetInputCount() > 3 ? context.GetInput(3) : Ort::ConstValue{nullptr};
  const Shape shape = shapeOf(query), keyShape = shapeOf(key), logitsShape = logits == nullptr ? Shape{} : shapeOf(logits);
  checkAttention(shape, keyShape, shapeOf(value), logits == nullptr ? nullptr : &logitsShape, heads_);
  AttentionTask task;
  task.queries = shape[0];
  task.keys = keyShape[0];
  task.heads = heads_;
  task.channels = shape[1] / heads_;
  task.query = query.GetTensorData<float>();
  task.key = key.GetTensorData<float>();
  task.value = value.GetTensorData<float>();
  task.logits = logits == nullptr ? nullptr : logits.GetTensorData<float>();
  task.output = context.GetOutput(0, shape).GetTensorMutableData<float>();
  const int64_t rows = kernels_.attention.blockRows(task), words = kernels_.attention.scratchWords(task);
  const int64_t units = heads_ * ((task.queries + rows - 1) / rows);
  // Four passes over keys times channels for each query; a range is worth a thread from some ten thousand products on.
  const int64_t perUnit = std::max<int64_t>(1, rows * task.keys * task.channels);
  parallel(context, units, std::max<int64_t>(1, 4 * valuesPerRange / perUnit),
           [&](int64_t begin, int64_t end) { kernels_.attention.run(task, begin, end, reinterpret_cast<float*>(threadScratch(words))); });
}

}  // namespace segr::cpu
