#include "ops/deform_attn_op.h"

#include <string>

#include "cuda_op.h"
#include "host/deform_params.h"

namespace segr::cuda {

namespace {

constexpr auto floatType = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
constexpr auto halfType = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16;
constexpr auto bfloatType = ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16;
constexpr auto int64Type = ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64;

size_t sizeOf(ONNXTensorElementDataType type) {
  return type == floatType ? 4 : 2;
}

/// The kernels of one combination of types: for 16 bytes of channels a thread, and for one channel.
class DeformLaunch {
 public:
  DeformLaunch(KernelLibrary& library, bool fused, ONNXTensorElementDataType value, ONNXTensorElementDataType sample)
      : value_(value), sample_(sample) {
    const std::string name = std::string("segr_deform_") + (fused ? "fused_" : "plain_") + typeName(value) + "_" + typeName(sample);
    vector_ = library.find("deform_attn", name + "_vector");
    scalar_ = library.find("deform_attn", name + "_scalar");
  }

  size_t sampleSize() const { return sizeOf(sample_); }

  void run(const DeformAttnParams& p, void* stream) const {
    const bool wide = deformVectorFits(p, sizeOf(value_), sizeOf(sample_));
    const int32_t width = wide ? static_cast<int32_t>(16 / sizeOf(value_)) : 1;
    (wide ? vector_ : scalar_).launch(deformLaunch(p, width), p, stream);
  }

 private:
  ONNXTensorElementDataType value_, sample_;
  KernelFunction vector_, scalar_;
};

class DeformAttnKernel : public CudaKernel {
 public:
  DeformAttnKernel(KernelLibrary& library, ONNXTensorElementDataType value) : launch_(library, false, value, floatType) {}

  void compute(Ort::KernelContext& context) const override {
    const Ort::ConstValue value = context.GetInput(0), sizes = context.GetInput(1), starts = context.GetInput(2);
    const Ort::ConstValue locations = context.GetInput(3), weights = context.GetInput(4);
    const auto geometry =
        cpu::DeformAttnGeometry::plain(cpu::shapeOf(value), cpu::shapeOf(sizes), sizes.GetTensorData<int64_t>(), cpu::shapeOf(starts),
                                       starts.GetTensorData<int64_t>(), cpu::shapeOf(locations), cpu::shapeOf(weights));
    DeformAttnParams p = deformParams(cpu::DeformAttnOp::name(), geometry, false);
    p.value = value.GetTensorRawData();
    p.pairs = locations.GetTensorRawData();
    p.single = weights.GetTensorRawData();
    p.output = context.GetOutput(0, geometry.outputShape()).GetTensorMutableRawData();
    launch_.run(p, streamOf(context));
  }

 private:
  DeformLaunch launch_;
};

class DeformAttnFusedKernel : public CudaKernel {
 public:
  DeformAttnFusedKernel(const Ort::ConstKernelInfo& info, KernelLibrary& library, ONNXTensorElementDataType value,
                        ONNXTensorElementDataType sample)
      : launch_(library, true, value, sample),
        heads_(info.GetAttribute<int64_t>("num_heads")),
        points_(info.GetAttribute<int64_t>("num_points")) {}

  void compute(Ort::KernelContext& context) const override {
    const Ort::ConstValue value = context.GetInput(0), sizes = context.GetInput(1), offsets = context.GetInput(2);
    const Ort::ConstValue references = context.GetInputCount() > 3 ? context.GetInput(3) : Ort::ConstValue{nullptr};
    const bool hasReferences = references != nullptr;
    const cpu::Shape referencesShape = hasReferences ? cpu::shapeOf(references) : cpu::Shape{};
    const auto geometry =
        cpu::DeformAttnGeometry::fused(cpu::shapeOf(value), cpu::shapeOf(sizes), sizes.GetTensorData<int64_t>(), cpu::shapeOf(offsets),
                                       hasReferences ? &referencesShape : nullptr, heads_, points_);
    DeformAttnParams p = deformParams(cpu::DeformAttnFusedOp::name(), geometry, true);
    p.value = value.GetTensorRawData();
    p.pairs = offsets.GetTensorRawData();
    // Offsets and logits are two parts of one row.
    p.single = static_cast<const char*>(offsets.GetTensorRawData()) +
               static_cast<size_t>(2 * geometry.heads * geometry.samplesPerHead()) * launch_.sampleSize();
    p.references = hasReferences ? references.GetTensorData<float>() : nullptr;
    p.output = context.GetOutput(0, geometry.outputShape()).GetTensorMutableRawData();
    launch_.run(p, streamOf(context));
  }

 private:
  DeformLaunch launch_;
  int64_t heads_, points_;
};

CudaOpSpec plain(ONNXTensorElementDataType value) {
  return {cpu::DeformAttnOp::name(),
          {{"value", value},
           {"spatial_shapes", int64Type, false, true},
           {"level_start_index", int64Type, false, true},
           {"sampling_locations", floatType},
           {"attention_weights", floatType}},
          value,
          cpu::DeformAttnOp::inferShape,
          [value](const Ort::ConstKernelInfo&, KernelLibrary& library) { return std::make_unique<DeformAttnKernel>(library, value); }};
}

CudaOpSpec fused(ONNXTensorElementDataType value, ONNXTensorElementDataType sample) {
  return {
      cpu::DeformAttnFusedOp::name(),
      {{"value", value}, {"spatial_shapes", int64Type, false, true}, {"offsets_and_logits", sample}, {"reference_points", floatType, true}},
      value,
      cpu::DeformAttnFusedOp::inferShape,
      [value, sample](const Ort::ConstKernelInfo& info, KernelLibrary& library) {
        return std::make_unique<DeformAttnFusedKernel>(info, library, value, sample);
      }};
}

}  // namespace

std::vector<CudaOpSpec> deformAttnCudaOps() {
  return {plain(floatType),           plain(halfType),
          plain(bfloatType),          fused(floatType, floatType),
          fused(halfType, floatType), fused(bfloatType, floatType),
          fused(halfType, halfType),  fused(bfloatType, bfloatType)};
}

}  // namespace segr::cuda
