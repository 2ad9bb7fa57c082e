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

CudaOp::CudaOp(CudaOpSpec spec, const char* provider)
    : DeclaredOp(of<CudaKernel>({spec.name, provider, std::move(spec.inputs), spec.output, spec.inferShape})),
      create_(std::move(spec.create)) {
  CreateKernelV2 = [](const OrtCustomOp* raw, const OrtApi*, const OrtKernelInfo* info, void** kernel) -> OrtStatusPtr {
    return cpu::guarded([&] {
      const auto* op = static_cast<const CudaOp*>(raw);
      try {
        *kernel = op->create_(Ort::ConstKernelInfo(info), KernelLibrary::forDevice(deviceOf(info))).release();
      } catch (const GpuError& error) {
        throw GpuError(std::string(op->spec().name) + ": " + error.what());
      }
    });
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
