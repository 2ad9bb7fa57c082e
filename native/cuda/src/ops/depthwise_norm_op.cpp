#include "ops/depthwise_norm_op.h"

#include <limits>
#include <string>

#include "cuda_op.h"
#include "host/depthwise_weights.h"

namespace segr::cuda {

namespace {

/// The weights lie in the GPU's memory from the session's creation on, in float32 whatever the type of the pixels.
class DepthwiseNormKernel : public CudaKernel {
 public:
  DepthwiseNormKernel(const Ort::ConstKernelInfo& info, KernelLibrary& library, ONNXTensorElementDataType type)
      : elementSize_(type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT ? 4 : 2), epsilon_(cpu::attribute(info, "epsilon", 1e-6f)) {
    const std::string name = std::string("segr_depthwise_norm_") + typeName(type);
    vector_ = library.find("depthwise_norm", name + "_vector");
    scalar_ = library.find("depthwise_norm", name + "_scalar");

    const char* op = cpu::DepthwiseNormOp::name();
    const cpu::ConstantInputs<cpu::DepthwiseNormOp> constant(info);
    const cpu::ConstantTensor weight = constant(1), bias = constant(2), scale = constant(3), shift = constant(4);
    channels_ = cpu::checkDepthwiseConstants(weight.shape, bias.shape, scale.shape, shift.shape);
    if (channels_ > std::numeric_limits<int32_t>::max() || depthwiseTileRows(static_cast<int32_t>(channels_)) == 0) {
      throw cpu::ShapeError(std::string(op) + ": C is " + std::to_string(channels_) + ", at most 2012 channels are supported on a GPU.");
    }
    const DepthwiseWeights packed(weight.data, bias.data, channels_);
    weight_ = library.upload(packed.weight);
    bias_ = library.upload(packed.bias);
    scale_ = library.upload({scale.data, scale.data + channels_});
    shift_ = library.upload({shift.data, shift.data + channels_});
  }

  void compute(Ort::KernelContext& context) const override {
    const Ort::ConstValue x = context.GetInput(0);
    const cpu::Shape shape = cpu::shapeOf(x);
    cpu::checkDepthwiseInput(shape, channels_);
    constexpr int64_t largest = std::numeric_limits<int32_t>::max() / 16;
    if (shape[0] > 65535 || shape[1] > largest || shape[2] > largest || shape[1] * shape[2] > largest) {
      throw cpu::ShapeError(std::string(cpu::DepthwiseNormOp::name()) + ": x is " + cpu::text(shape) + ", too large for a GPU.");
    }
    const auto channels = static_cast<int32_t>(channels_);
    DepthwiseNormParams p = {};
    p.input = x.GetTensorRawData();
    p.weight = weight_.data();
    p.bias = bias_.data();
    p.scale = scale_.data();
    p.shift = shift_.data();
    p.output = context.GetOutput(0, shape).GetTensorMutableRawData();
    p.epsilon = epsilon_;
    p.images = static_cast<int32_t>(shape[0]);
    p.height = static_cast<int32_t>(shape[1]);
    p.width = static_cast<int32_t>(shape[2]);
    p.channels = channels;
    p.tileRows = depthwiseTileRows(channels);
    (depthwiseVectorFits(p, elementSize_) ? vector_ : scalar_).launch(depthwiseLaunch(p), p, streamOf(context));
  }

 private:
  size_t elementSize_;
  float epsilon_;
  int64_t channels_ = 0;
  KernelFunction vector_, scalar_;
  DeviceFloats weight_, bias_, scale_, shift_;
};

}  // namespace

std::vector<CudaOpSpec> depthwiseNormCudaOps() {
  constexpr auto floatType = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
  std::vector<CudaOpSpec> all;
  for (const auto type : {floatType, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16, ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16}) {
    all.push_back({cpu::DepthwiseNormOp::name(),
                   {{"x", type},
                    {"weight", floatType, false, true},
                    {"bias", floatType, false, true},
                    {"scale", floatType, false, true},
                    {"shift", floatType, false, true}},
                   type,
                   cpu::DepthwiseNormOp::inferShape,
                   [type](const Ort::ConstKernelInfo& info, KernelLibrary& library) {
                     return std::make_unique<DepthwiseNormKernel>(info, library, type);
                   }});
  }
  return all;
}

}  // namespace segr::cuda
