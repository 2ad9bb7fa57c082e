#include "depthwise_norm_op.h"

namespace segr::cpu {

std::span<const InputSpec> DepthwiseNormOp::inputs() {
  static constexpr InputSpec specs[] = {{"x"}, {"weight"}, {"bias"}, {"scale"}, {"shift"}};
  return specs;
}

void DepthwiseNormOp::inferShape(Ort::ShapeInferContext& context) {
  const auto& x = context.GetInputShape(0);
  if (x.size() == 4) declareOutput(context, x);
}

DepthwiseNormOp::DepthwiseNormOp(const Ort::ConstKernelInfo& info, const Kernels& kernels) : kernels_(kernels) {
  const auto constant = [&](size_t index) { return constantInput(info, name(), inputs()[index], index); };
  const Ort::ConstValue weight = constant(1), bias = constant(2), scale = constant(3), shift = constant(4);
  channels_ = checkDepthwiseConstants(shapeOf(weight), shapeOf(bias), shapeOf(scale), shapeOf(shift));
  weight_ = repackDepthwise(weight.GetTensorData<float>(), channels_);
  bias_ = copyOf(bias);
  scale_ = copyOf(scale);
  shift_ = copyOf(shift);
  float epsilon = 0;
  // ONNX Runtime reports an attribute that is left out as an error.
  if (Ort::Status(Ort::GetApi().KernelInfoGetAttribute_float(info, "epsilon", &epsilon)).IsOK()) epsilon_ = epsilon;
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
