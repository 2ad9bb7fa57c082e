#include "deform_attn_plugin.h"

#include <exception>
#include <limits>
#include <string_view>
#include <utility>

#include "host/deform_params.h"

namespace segr::tensorrt {

using nvinfer1::DataType;
using nvinfer1::PluginField;
using nvinfer1::PluginFieldType;

namespace {

constexpr const char* opName = "MSDeformAttnFused";

/// Runs `body`; what it throws is logged and becomes TensorRT's "failed". No exception may cross into TensorRT.
template <typename Body>
int32_t guarded(Body&& body) noexcept {
  try {
    body();
    return 0;
  } catch (const std::exception& error) {
    logError(error.what());
  } catch (...) {
    logError("MSDeformAttnFused: unknown exception");
  }
  return 1;
}

cpu::Shape shapeOf(const nvinfer1::Dims& dims) {
  return {dims.d, dims.d + dims.nbDims};
}

/// A field's integers; ONNX attributes come as 64-bit numbers, those of an engine as they were stored.
std::vector<int32_t> integers(const PluginField& field) {
  std::vector<int32_t> values;
  for (int32_t i = 0; i < field.length; ++i) {
    const int64_t value = field.type == PluginFieldType::kINT64 ? static_cast<const int64_t*>(field.data)[i]
                          : field.type == PluginFieldType::kINT32
                              ? static_cast<const int32_t*>(field.data)[i]
                              : throw cpu::ShapeError(std::string(opName) + ": " + field.name + " must be integers.");
    if (value < 1 || value > std::numeric_limits<int32_t>::max()) {
      throw cpu::ShapeError(std::string(opName) + ": " + field.name + " holds " + std::to_string(value) + ", must be at least 1.");
    }
    values.push_back(static_cast<int32_t>(value));
  }
  return values;
}

DeformAttnFields readFields(const nvinfer1::PluginFieldCollection& collection) {
  DeformAttnFields result;
  for (int32_t i = 0; i < collection.nbFields; ++i) {
    const PluginField& field = collection.fields[i];
    const std::string_view name = field.name;
    if (name == "num_heads" && field.length == 1) result.heads = integers(field)[0];
    if (name == "num_points" && field.length == 1) result.points = integers(field)[0];
    if (name == "spatial_shapes") result.sizes = integers(field);
  }
  if (result.heads == 0 || result.points == 0 || result.sizes.empty() || result.sizes.size() % 2 != 0) {
    throw cpu::ShapeError(std::string(opName) + ": num_heads, num_points and spatial_shapes (height, width of each level) must be given.");
  }
  return result;
}

}  // namespace

int64_t DeformAttnFields::rows() const {
  int64_t sum = 0;
  for (size_t l = 0; l < sizes.size(); l += 2) sum += static_cast<int64_t>(sizes[l]) * sizes[l + 1];
  return sum;
}

DeformAttnPlugin::DeformAttnPlugin(DeformAttnFields fields) : fields_(std::move(fields)) {}

nvinfer1::IPluginCapability* DeformAttnPlugin::getCapabilityInterface(nvinfer1::PluginCapabilityType type) noexcept {
  switch (type) {
    case nvinfer1::PluginCapabilityType::kCORE:
      return static_cast<nvinfer1::IPluginV3OneCore*>(this);
    case nvinfer1::PluginCapabilityType::kBUILD:
      return static_cast<nvinfer1::IPluginV3OneBuild*>(this);
    case nvinfer1::PluginCapabilityType::kRUNTIME:
      return static_cast<nvinfer1::IPluginV3OneRuntime*>(this);
  }
  return nullptr;
}

nvinfer1::IPluginV3* DeformAttnPlugin::clone() noexcept {
  nvinfer1::IPluginV3* copy = nullptr;
  guarded([&] {
    auto made = std::make_unique<DeformAttnPlugin>(fields_);
    made->params_ = params_;
    made->vector_ = vector_;
    made->scalar_ = scalar_;
    made->elementSize_ = elementSize_;
    copy = made.release();
  });
  return copy;
}

int32_t DeformAttnPlugin::getOutputDataTypes(DataType* outputs, int32_t outputCount, const DataType* inputs,
                                             int32_t inputCount) const noexcept {
  if (outputCount != 1 || inputCount != 2) return 1;
  outputs[0] = inputs[0];
  return 0;
}

int32_t DeformAttnPlugin::getOutputShapes(const nvinfer1::DimsExprs* inputs, int32_t inputCount, const nvinfer1::DimsExprs*, int32_t,
                                          nvinfer1::DimsExprs* outputs, int32_t outputCount, nvinfer1::IExprBuilder&) noexcept {
  if (outputCount != 1 || inputCount != 2 || inputs[0].nbDims != 3 || inputs[1].nbDims != 3) {
    logError("MSDeformAttnFused: takes value [N, S, M*D] and offsets_and_logits [N, Lq, 3*M*L*P].");
    return 1;
  }
  outputs[0].nbDims = 3;
  outputs[0].d[0] = inputs[0].d[0];
  outputs[0].d[1] = inputs[1].d[1];
  outputs[0].d[2] = inputs[0].d[2];
  return 0;
}

bool DeformAttnPlugin::supportsFormatCombination(int32_t position, const nvinfer1::DynamicPluginTensorDesc* tensors, int32_t inputCount,
                                                 int32_t outputCount) noexcept {
  if (inputCount != 2 || outputCount != 1 || position > 2) return false;
  const nvinfer1::PluginTensorDesc& tensor = tensors[position].desc;
  if (tensor.format != nvinfer1::TensorFormat::kLINEAR) return false;
  // All three have one type, which the first decides.
  if (position > 0) return tensor.type == tensors[0].desc.type;
  return tensor.type == DataType::kFLOAT || tensor.type == DataType::kHALF || tensor.type == DataType::kBF16;
}

int32_t DeformAttnPlugin::configurePlugin(const nvinfer1::DynamicPluginTensorDesc*, int32_t, const nvinfer1::DynamicPluginTensorDesc*,
                                          int32_t) noexcept {
  return 0;
}

int32_t DeformAttnPlugin::onShapeChange(const nvinfer1::PluginTensorDesc* inputs, int32_t inputCount, const nvinfer1::PluginTensorDesc*,
                                        int32_t) noexcept {
  return guarded([&] {
    if (inputCount != 2) throw cpu::ShapeError(std::string(opName) + ": takes two inputs.");
    const std::vector<int64_t> sizes(fields_.sizes.begin(), fields_.sizes.end());
    const auto geometry = cpu::DeformAttnGeometry::fused(shapeOf(inputs[0].dims), {static_cast<int64_t>(sizes.size() / 2), 2}, sizes.data(),
                                                         shapeOf(inputs[1].dims), nullptr, fields_.heads, fields_.points);
    params_ = cuda::deformParams(opName, geometry, true);
    const DataType type = inputs[0].type;
    elementSize_ = type == DataType::kFLOAT ? 4 : 2;
    const char* name = type == DataType::kFLOAT ? "f32_f32" : type == DataType::kHALF ? "f16_f16" : "bf16_bf16";
    // The context that TensorRT runs in is the current device's.
    cuda::KernelLibrary& library = cuda::KernelLibrary::forDevice(cuda::Driver::get().currentDevice());
    vector_ = library.find("deform_attn", std::string("segr_deform_fused_") + name + "_vector");
    scalar_ = library.find("deform_attn", std::string("segr_deform_fused_") + name + "_scalar");
  });
}

int32_t DeformAttnPlugin::enqueue(const nvinfer1::PluginTensorDesc*, const nvinfer1::PluginTensorDesc*, const void* const* inputs,
                                  void* const* outputs, void*, cudaStream_t stream) noexcept {
  return guarded([&] {
    cuda::DeformAttnParams p = params_;
    p.value = inputs[0];
    p.pairs = inputs[1];
    p.single = static_cast<const char*>(inputs[1]) + static_cast<size_t>(2 * p.heads * p.levels * p.points) * elementSize_;
    p.output = outputs[0];
    const bool wide = cuda::deformVectorFits(p, elementSize_, elementSize_);
    (wide ? vector_ : scalar_).launch(cuda::deformLaunch(p, wide ? static_cast<int32_t>(16 / elementSize_) : 1), p, stream);
  });
}

nvinfer1::IPluginV3* DeformAttnPlugin::attachToContext(nvinfer1::IPluginResourceContext*) noexcept {
  return clone();
}

const nvinfer1::PluginFieldCollection* DeformAttnPlugin::getFieldsToSerialize() noexcept {
  const int32_t failed = guarded([&] {
    stored_ = {{"num_heads", &fields_.heads, PluginFieldType::kINT32, 1},
               {"num_points", &fields_.points, PluginFieldType::kINT32, 1},
               {"spatial_shapes", fields_.sizes.data(), PluginFieldType::kINT32, static_cast<int32_t>(fields_.sizes.size())}};
    collection_ = {static_cast<int32_t>(stored_.size()), stored_.data()};
  });
  return failed != 0 ? nullptr : &collection_;
}

DeformAttnCreator::DeformAttnCreator()
    : fields_{{"num_heads", nullptr, PluginFieldType::kINT64, 1},
              {"num_points", nullptr, PluginFieldType::kINT64, 1},
              {"spatial_shapes", nullptr, PluginFieldType::kINT64, 0}},
      collection_{static_cast<int32_t>(fields_.size()), fields_.data()} {}

nvinfer1::IPluginV3* DeformAttnCreator::createPlugin(const char*, const nvinfer1::PluginFieldCollection* fields,
                                                     nvinfer1::TensorRTPhase) noexcept {
  nvinfer1::IPluginV3* made = nullptr;
  guarded([&] { made = new DeformAttnPlugin(readFields(*fields)); });
  return made;
}

}  // namespace segr::tensorrt
