#include "depthwise_norm_op.h"

namespace segr::cpu {

namespace {

// Each range reads six rows twice. Images of few rows still give every thread something to do.
constexpr int64_t rowsPerRange = 5;

}  // namespace

std::span<const InputSpec> DepthwiseNormOp::inputs() {
  static constexpr InputSpec specs[] = {{"x"}, {"weight"}, {"bias"}, {"scale"}, {"shift"}};
  return specs;
}

void DepthwiseNormOp::inferShape(const ShapeInference& inference) {
  inference.setOutput(inference.input(0));
}

DepthwiseNormOp::DepthwiseNormOp(const Ort::ConstKernelInfo& info, const Kernels& kernels)
    : kernels_(kernels), epsilon_(attribute(info, "epsilon", 1e-6f)) {
  const ConstantInputs<DepthwiseNormOp> constant(info);
  const ConstantTensor weight = constant(1), bias = constant(2), scale = constant(3), shift = constant(4);
  channels_ = checkDepthwiseConstants(weight.shape, bias.shape, scale.shape, shift.shape);
  const int64_t padded = (channels_ + kernels.depthwise.lanes - 1) / kernels.depthwise.lanes * kernels.depthwise.lanes;
  weight_.resize(static_cast<size_t>(49 * padded));
  bias_.resize(static_cast<size_t>(padded));
  kernels.depthwise.pack(weight.data, bias.data, channels_, weight_.data(), bias_.data());
  scale_.assign(scale.data, scale.data + channels_);
  shift_.assign(shift.data, shift.data + channels_);
}

void DepthwiseNormOp::compute(Ort::KernelContext& context) const {
  const Ort::ConstValue x = context.GetInput(0);
  const Shape shape = shapeOf(x);
  checkDepthwiseInput(shape, channels_);
  DepthwiseNormTask task;
  task.height = shape[1];
  task.width = shape[2];
  task.channels = channels_;
  task.input = x.GetTensorData<float>();
  task.weight = weight_.data();
  task.bias = bias_.data();
  task.scale = scale_.data();
  task.shift = shift_.data();
  task.epsilon = epsilon_;
  task.output = context.GetOutput(0, shape).GetTensorMutableData<float>();
  const int64_t words = kernels_.depthwise.scratchWords(task);
  parallel(context, shape[0] * shape[1], rowsPerRange,
           [&](int64_t begin, int64_t end) { kernels_.depthwise.run(task, begin, end, reinterpret_cast<float*>(threadScratch(words))); });
}

}  // namespace segr::cpu
