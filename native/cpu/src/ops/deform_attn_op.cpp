#include "deform_attn_op.h"

namespace segr::cpu {

namespace {

constexpr auto int64Type = ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64;
constexpr int64_t queriesPerRange = 32;

float* output(const Ort::KernelContext& context, const Shape& shape) {
  return context.GetOutput(0, shape).GetTensorMutableData<float>();
}

}  // namespace

std::span<const InputSpec> DeformAttnOp::inputs() {
  static constexpr InputSpec specs[] = {
      {"value"}, {"spatial_shapes", int64Type}, {"level_start_index", int64Type}, {"sampling_locations"}, {"attention_weights"}};
  return specs;
}

void DeformAttnOp::inferShape(const ShapeInference& inference) {
  const InferredShape value = inference.input(0), locations = inference.input(3);
  if (value.size() != 4 || locations.size() != 6 || value[2].value < 0 || value[3].value < 0) return;
  inference.setOutput({value[0], locations[1], {value[2].value * value[3].value, ""}});
}

DeformAttnOp::DeformAttnOp(const Ort::ConstKernelInfo&, const Kernels& kernels) : kernels_(kernels) {}

void DeformAttnOp::compute(Ort::KernelContext& context) const {
  const Ort::ConstValue value = context.GetInput(0), sizes = context.GetInput(1), starts = context.GetInput(2);
  const Ort::ConstValue locations = context.GetInput(3), weights = context.GetInput(4);
  const DeformAttnGeometry geometry =
      DeformAttnGeometry::plain(shapeOf(value), shapeOf(sizes), sizes.GetTensorData<int64_t>(), shapeOf(starts),
                                starts.GetTensorData<int64_t>(), shapeOf(locations), shapeOf(weights));
  SampleTable samples;
  geometry.fill(samples);
  DeformAttnTask task;
  geometry.fill(task);
  task.samples = &samples;
  task.value = value.GetTensorData<float>();
  task.locations = locations.GetTensorData<float>();
  task.weights = weights.GetTensorData<float>();
  task.output = output(context, geometry.outputShape());
  parallel(context, geometry.batch * geometry.queries, queriesPerRange,
           [&](int64_t begin, int64_t end) { kernels_.deformAttn(task, begin, end); });
}

std::span<const InputSpec> DeformAttnFusedOp::inputs() {
  static constexpr InputSpec specs[] = {{"value"},
                                        {"spatial_shapes", int64Type},
                                        {"offsets_and_logits"},
                                        {"reference_points", ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, /*optional=*/true}};
  return specs;
}

void DeformAttnFusedOp::inferShape(const ShapeInference& inference) {
  const InferredShape value = inference.input(0), offsets = inference.input(2);
  if (value.size() == 3 && offsets.size() == 3) inference.setOutput({value[0], offsets[1], value[2]});
}

DeformAttnFusedOp::DeformAttnFusedOp(const Ort::ConstKernelInfo& info, const Kernels& kernels)
    : kernels_(kernels), heads_(info.GetAttribute<int64_t>("num_heads")), points_(info.GetAttribute<int64_t>("num_points")) {}

void DeformAttnFusedOp::compute(Ort::KernelContext& context) const {
  const Ort::ConstValue value = context.GetInput(0), sizes = context.GetInput(1), offsets = context.GetInput(2);
  const Ort::ConstValue references = context.GetInputCount() > 3 ? context.GetInput(3) : Ort::ConstValue{nullptr};
  const bool hasReferences = references != nullptr;
  const Shape referencesShape = hasReferences ? shapeOf(references) : Shape{};
  const DeformAttnGeometry geometry =
      DeformAttnGeometry::fused(shapeOf(value), shapeOf(sizes), sizes.GetTensorData<int64_t>(), shapeOf(offsets),
                                hasReferences ? &referencesShape : nullptr, heads_, points_);
  SampleTable samples;
  geometry.fill(samples);
  DeformAttnTask task;
  geometry.fill(task);
  task.samples = &samples;
  task.value = value.GetTensorData<float>();
  task.offsetsAndLogits = offsets.GetTensorData<float>();
  task.references = hasReferences ? references.GetTensorData<float>() : nullptr;
  task.output = output(context, geometry.outputShape());
  parallel(context, geometry.batch * geometry.queries, queriesPerRange,
           [&](int64_t begin, int64_t end) { kernels_.deformAttnFused(task, begin, end); });
}

}  // namespace segr::cpu
