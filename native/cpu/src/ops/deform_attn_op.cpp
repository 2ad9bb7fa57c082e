#include "deform_attn_op.h"

#include <optional>

namespace segr::cpu {

namespace {

constexpr auto int64Type = ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64;
constexpr int64_t queriesPerRange = 256;
constexpr int64_t rowsPerRange = 256;

/// Memory for one run out of the session's own allocator, which keeps it for the next.
Ort::MemoryAllocation allocate(const Ort::KernelContext& context, int64_t floats) {
  const Ort::MemoryInfo memory = Ort::MemoryInfo::CreateCpu(OrtDeviceAllocator, OrtMemTypeDefault);
  Ort::Allocator allocator = context.GetAllocator(*static_cast<const OrtMemoryInfo*>(memory));
  return allocator.GetAllocation(static_cast<size_t>(floats) * sizeof(float));
}

/// Runs one of the kernels' two forms on a task that is complete but for its output. What is read head by head is regrouped by heads first
/// where that pays.
void run(Ort::KernelContext& context, const Kernels& kernels, const DeformAttnGeometry& geometry, DeformAttnTask& task,
         void (*kernel)(const DeformAttnTask&, int64_t, int64_t)) {
  SampleTable samples;
  geometry.fill(samples);
  task.samples = &samples;
  task.output = context.GetOutput(0, geometry.outputShape()).GetTensorMutableData<float>();
  std::optional<Ort::MemoryAllocation> memory;
  if (geometry.worthSplitting()) {
    memory.emplace(allocate(context, geometry.splitValueSize() + geometry.splitSamplesSize()));
    float* value = static_cast<float*>(memory->get());
    float* sampled = value + geometry.splitValueSize();
    parallel(context, geometry.batch * geometry.rows, rowsPerRange,
             [&](int64_t begin, int64_t end) { kernels.splitValue(task, begin, end, value); });
    parallel(context, geometry.batch * geometry.queries, rowsPerRange,
             [&](int64_t begin, int64_t end) { kernels.splitSamples(task, begin, end, sampled); });
    geometry.fillSplit(task, value, sampled);
  }
  parallel(context, geometry.batch * geometry.heads * geometry.queries, queriesPerRange,
           [&](int64_t begin, int64_t end) { kernel(task, begin, end); });
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
  DeformAttnTask task;
  geometry.fill(task, value.GetTensorData<float>());
  geometry.fillPlain(task, locations.GetTensorData<float>(), weights.GetTensorData<float>());
  run(context, kernels_, geometry, task, kernels_.deformAttn);
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
  DeformAttnTask task;
  geometry.fill(task, value.GetTensorData<float>());
  geometry.fillFused(task, offsets.GetTensorData<float>(), hasReferences ? references.GetTensorData<float>() : nullptr);
  run(context, kernels_, geometry, task, kernels_.deformAttnFused);
}

}  // namespace segr::cpu
