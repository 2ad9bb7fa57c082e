#include "cuda_op.h"

#include <utility>

namespace segr::cuda {

namespace {

/// The GPU that a node was given to: where the provider allocates for it.
int deviceOf(const OrtKernelInfo* info) {
  OrtAllocator* allocator = nullptr;
  Ort::ThrowOnError(Ort::GetApi().KernelInfoGetAllocator(info, OrtMemTypeDefault, &allocator));
  const Ort::Allocator owner(allocator);
  const OrtMemoryInfo* memory = nullptr;
  Ort::ThrowOnError(Ort::GetApi().AllocatorGetInfo(allocator, &memory));
  int device = 0;
  Ort::ThrowOnError(Ort::GetApi().MemoryInfoGetId(memory, &device));
  return device;
}

}  // namespace

CudaOp::CudaOp(CudaOpSpec spec, const char* provider) : OrtCustomOp{}, spec_(std::move(spec)), provider_(provider) {
  version = ORT_API_VERSION;
  GetName = [](const OrtCustomOp* op) { return static_cast<const CudaOp*>(op)->spec_.name; };
  GetExecutionProviderType = [](const OrtCustomOp* op) { return static_cast<const CudaOp*>(op)->provider_; };
  GetInputTypeCount = [](const OrtCustomOp* op) { return static_cast<const CudaOp*>(op)->spec_.inputs.size(); };
  GetInputType = [](const OrtCustomOp* op, size_t i) { return static_cast<const CudaOp*>(op)->spec_.inputs[i].type; };
  GetInputCharacteristic = [](const OrtCustomOp* op, size_t i) {
    return static_cast<const CudaOp*>(op)->spec_.inputs[i].optional ? INPUT_OUTPUT_OPTIONAL : INPUT_OUTPUT_REQUIRED;
  };
  GetInputMemoryType = [](const OrtCustomOp* op, size_t i) {
    return static_cast<const CudaOp*>(op)->spec_.inputs[i].onCpu ? OrtMemTypeCPUInput : OrtMemTypeDefault;
  };
  GetOutputTypeCount = [](const OrtCustomOp*) -> size_t { return 1; };
  GetOutputType = [](const OrtCustomOp* op, size_t) { return static_cast<const CudaOp*>(op)->spec_.output; };
  GetOutputCharacteristic = [](const OrtCustomOp*, size_t) { return INPUT_OUTPUT_REQUIRED; };
  GetVariadicInputMinArity = [](const OrtCustomOp*) { return 1; };
  GetVariadicInputHomogeneity = [](const OrtCustomOp*) { return 1; };
  GetVariadicOutputMinArity = [](const OrtCustomOp*) { return 1; };
  GetVariadicOutputHomogeneity = [](const OrtCustomOp*) { return 1; };
  GetStartVersion = [](const OrtCustomOp*) { return 1; };
  GetEndVersion = [](const OrtCustomOp*) { return 1; };
  CreateKernelV2 = [](const OrtCustomOp* op, const OrtApi*, const OrtKernelInfo* info, void** kernel) -> OrtStatusPtr {
    return cpu::guarded([&] {
      const CudaOpSpec& declared = static_cast<const CudaOp*>(op)->spec_;
      try {
        *kernel = declared.create(Ort::ConstKernelInfo(info), KernelLibrary::forDevice(deviceOf(info))).release();
      } catch (const GpuError& error) {
        throw GpuError(std::string(declared.name) + ": " + error.what());
      }
    });
  };
  KernelComputeV2 = [](void* kernel, OrtKernelContext* raw) -> OrtStatusPtr {
    return cpu::guarded([&] {
      Ort::KernelContext context(raw);
      static_cast<const CudaKernel*>(kernel)->compute(context);
    });
  };
  KernelDestroy = [](void* kernel) { delete static_cast<CudaKernel*>(kernel); };
  InferOutputShapeFn = [](const OrtCustomOp* op, OrtShapeInferContext* raw) -> OrtStatusPtr {
    // Only a hint for the memory planner: an input whose shape is not known yet is no error.
    try {
      static_cast<const CudaOp*>(op)->spec_.inferShape(cpu::ShapeInference(raw));
    } catch (...) {
    }
    return nullptr;
  };
}

std::vector<CudaOpSpec> cudaOps() {
  std::vector<CudaOpSpec> all = deformAttnCudaOps();
  for (CudaOpSpec& spec : depthwiseNormCudaOps()) all.push_back(std::move(spec));
  return all;
}

void* streamOf(const Ort::KernelContext& context) {
  return context.GetGPUComputeStream();
}

const char* typeName(ONNXTensorElementDataType type) {
  switch (type) {
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16:
      return "f16";
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16:
      return "bf16";
    default:
      return "f32";
  }
}

}  // namespace segr::cuda
