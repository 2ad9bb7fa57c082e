#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "host/kernel_library.h"
#include "ops/custom_op.h"

// How an operator is declared to ONNX Runtime's CUDA provider. Names, inputs and attributes are those of the CPU operators (native/cpu/
// README.md), which live in the same library: the provider of a node decides which of the two runs.

namespace segr::cuda {

inline constexpr const char* cudaProvider = "CUDAExecutionProvider";

/// One node's kernel.
class CudaKernel {
 public:
  CudaKernel() = default;
  CudaKernel(const CudaKernel&) = delete;
  CudaKernel& operator=(const CudaKernel&) = delete;
  virtual ~CudaKernel() = default;

  /// Puts the work on the provider's stream and returns.
  virtual void compute(Ort::KernelContext& context) const = 0;
};

/// An operator for one combination of element types. ONNX Runtime picks by the types of a node's inputs.
struct CudaOpSpec {
  const char* name;
  std::vector<cpu::InputSpec> inputs;
  ONNXTensorElementDataType output;
  void (*inferShape)(const cpu::ShapeInference&);
  std::function<std::unique_ptr<CudaKernel>(const Ort::ConstKernelInfo&, KernelLibrary&)> create;
};

class CudaOp : public cpu::DeclaredOp {
 public:
  /// `provider` is CUDA's, but for tests, which run the operators over a driver of their own.
  explicit CudaOp(CudaOpSpec spec, const char* provider = cudaProvider);

 private:
  std::function<std::unique_ptr<CudaKernel>(const Ort::ConstKernelInfo&, KernelLibrary&)> create_;
};

/// All operators.
std::vector<CudaOpSpec> cudaOps();

std::vector<CudaOpSpec> deformAttnCudaOps();
std::vector<CudaOpSpec> depthwiseNormCudaOps();

/// The stream that the provider wants the work on; null is the default stream.
void* streamOf(const Ort::KernelContext& context);

/// "f32", "f16" or "bf16", as entry points are called.
const char* typeName(ONNXTensorElementDataType type);

}  // namespace segr::cuda
