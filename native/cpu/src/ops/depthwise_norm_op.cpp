#include "depthwise_norm_op.h"

namespace segr::cpu {

std::span<const InputSpec> DepthwiseNormOp::inputs() {
  static constexpr InputSpec specs[] = {{"x"}, {"weight"}, {"bias"}, {"scale"}, {"shift"}};
  return specs;
}

void DepthwiseNormOp::inferShape(const ShapeInference& inference) {
  inference.setOutput(inference.input(0));
}

DepthwiseNormOp::DepthwiseNormOp(const Ort::ConstKernelInfo& info, const Kernels& kernels)
    : kernels_(kernels), epsilon_(attribute(info, "epsilon", 1e-6f)) {
  const auto constant = [&](size_t index) { return constantInput(info, name(), inputs()[index], index); };
  const ConstantTensor weight = constant(1), bias = constant(2), scale = constant(3), shift = constant(4);
  channels_ = checkDepthwiseConstants(weight.shape, bias.shape, scale.shape, shift.shape);
  weight_ = repackDepthwise(weight.data, channels_);
  bias_.assign(bias.data, bias.data + channels_);
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
  parallel(context, shape[0] * shape[1], 1, [&](int64_t begin, int64_t end) { kernels_.depthwiseNorm(task, begin, end); });
}

}  // namespace segr::cpu
