#pragma once

#include <NvInferRuntime.h>

#include <string>
#include <vector>

#include "host/kernel_library.h"
#include "kernels/deform_attn.h"

// MSDeformAttnFused for TensorRT 10: the kernel of native/cuda as a version-3 plugin. See README.md for inputs and fields.

namespace segr::tensorrt {

/// What the plugin is made of: its fields.
struct DeformAttnFields {
  int32_t heads = 0;
  int32_t points = 0;
  std::vector<int32_t> sizes;  // (height, width) of each level

  /// Levels one after the other in S.
  int64_t rows() const;
};

class DeformAttnPlugin : public nvinfer1::IPluginV3,
                         public nvinfer1::IPluginV3OneCore,
                         public nvinfer1::IPluginV3OneBuild,
                         public nvinfer1::IPluginV3OneRuntime {
 public:
  explicit DeformAttnPlugin(DeformAttnFields fields);

  // IPluginV3
  nvinfer1::IPluginCapability* getCapabilityInterface(nvinfer1::PluginCapabilityType type) noexcept override;
  nvinfer1::IPluginV3* clone() noexcept override;

  // IPluginV3OneCore
  const char* getPluginName() const noexcept override { return "MSDeformAttnFused"; }
  const char* getPluginVersion() const noexcept override { return "1"; }
  const char* getPluginNamespace() const noexcept override { return ""; }

  // IPluginV3OneBuild
  int32_t getNbOutputs() const noexcept override { return 1; }
  int32_t getOutputDataTypes(nvinfer1::DataType* outputs, int32_t outputCount, const nvinfer1::DataType* inputs,
                             int32_t inputCount) const noexcept override;
  int32_t getOutputShapes(const nvinfer1::DimsExprs* inputs, int32_t inputCount, const nvinfer1::DimsExprs* shapeInputs,
                          int32_t shapeInputCount, nvinfer1::DimsExprs* outputs, int32_t outputCount,
                          nvinfer1::IExprBuilder& builder) noexcept override;
  bool supportsFormatCombination(int32_t position, const nvinfer1::DynamicPluginTensorDesc* tensors, int32_t inputCount,
                                 int32_t outputCount) noexcept override;
  int32_t configurePlugin(const nvinfer1::DynamicPluginTensorDesc* inputs, int32_t inputCount,
                          const nvinfer1::DynamicPluginTensorDesc* outputs, int32_t outputCount) noexcept override;

  // IPluginV3OneRuntime
  int32_t onShapeChange(const nvinfer1::PluginTensorDesc* inputs, int32_t inputCount, const nvinfer1::PluginTensorDesc* outputs,
                        int32_t outputCount) noexcept override;
  int32_t enqueue(const nvinfer1::PluginTensorDesc* inputDescs, const nvinfer1::PluginTensorDesc* outputDescs, const void* const* inputs,
                  void* const* outputs, void* workspace, cudaStream_t stream) noexcept override;
  nvinfer1::IPluginV3* attachToContext(nvinfer1::IPluginResourceContext* context) noexcept override;
  const nvinfer1::PluginFieldCollection* getFieldsToSerialize() noexcept override;

 private:
  DeformAttnFields fields_;
  std::vector<nvinfer1::PluginField> stored_;
  nvinfer1::PluginFieldCollection collection_{};
  cuda::DeformAttnParams params_{};  // all but the addresses, for the shapes in force
  cuda::KernelFunction vector_, scalar_;
  size_t elementSize_ = 0;
};

class DeformAttnCreator : public nvinfer1::IPluginCreatorV3One {
 public:
  DeformAttnCreator();

  nvinfer1::IPluginV3* createPlugin(const char* name, const nvinfer1::PluginFieldCollection* fields,
                                    nvinfer1::TensorRTPhase phase) noexcept override;
  const nvinfer1::PluginFieldCollection* getFieldNames() noexcept override { return &collection_; }
  const char* getPluginName() const noexcept override { return "MSDeformAttnFused"; }
  const char* getPluginVersion() const noexcept override { return "1"; }
  const char* getPluginNamespace() const noexcept override { return ""; }

 private:
  std::vector<nvinfer1::PluginField> fields_;
  nvinfer1::PluginFieldCollection collection_{};
};

/// Tells TensorRT's log, once a logger is known, or standard error.
void logError(const std::string& text) noexcept;

}  // namespace segr::tensorrt
