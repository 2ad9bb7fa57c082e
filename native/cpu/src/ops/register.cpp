#include <cstdlib>
#include <mutex>

#include "deform_attn_op.h"
#include "dense_op.h"
#include "depthwise_norm_op.h"
#include "token_ops.h"

#if defined(SEGR_WITH_CUDA)
#include "ops/cuda_op.h"
#endif

#if defined(_WIN32)
#define SEGR_EXPORT __declspec(dllexport)
#else
#define SEGR_EXPORT __attribute__((visibility("default")))
#endif

namespace segr::cpu {

namespace {

/// The operators and the domain they live in. ONNX Runtime keeps pointers to both for as long as any session does, so they are never freed.
struct Library {
  explicit Library(const Kernels& kernels)
      : deformAttn(kernels),
        deformAttnFused(kernels),
        depthwiseNorm(kernels),
        linear(kernels),
        mlp(kernels),
        convolution(kernels),
        layerNorm(kernels),
        groupNorm(kernels),
        resize(kernels),
        attention(kernels) {
    for (const OrtCustomOp* op : std::initializer_list<const OrtCustomOp*>{&deformAttn, &deformAttnFused, &depthwiseNorm, &linear, &mlp,
                                                                           &convolution, &layerNorm, &groupNorm, &resize, &attention}) {
      domain.Add(op);
    }
#if defined(SEGR_WITH_CUDA)
    for (cuda::CudaOpSpec& spec : cuda::cudaOps()) {
      gpu.push_back(std::make_unique<cuda::CudaOp>(std::move(spec)));
      domain.Add(gpu.back().get());
    }
#endif
  }

  Ort::CustomOpDomain domain{"segr"};
  CustomOp<DeformAttnOp> deformAttn;
  CustomOp<DeformAttnFusedOp> deformAttnFused;
  CustomOp<DepthwiseNormOp> depthwiseNorm;
  CustomOp<LinearOp> linear;
  CustomOp<MlpOp> mlp;
  CustomOp<ConvolutionOp> convolution;
  CustomOp<LayerNormOp> layerNorm;
  CustomOp<GroupNormOp> groupNorm;
  CustomOp<ResizeOp> resize;
  CustomOp<AttentionOp> attention;
#if defined(SEGR_WITH_CUDA)
  std::vector<std::unique_ptr<cuda::CudaOp>> gpu;
#endif
};

/// One library per level, made when first asked for: SEGR_CPU_LEVEL is read at each registration.
Library& library(CpuLevel level) {
  static std::mutex mutex;
  static Library* libraries[3] = {};
  const std::lock_guard lock(mutex);
  Library*& slot = libraries[static_cast<size_t>(level)];
  if (slot == nullptr) slot = new Library(kernels(level));
  return *slot;
}

}  // namespace

}  // namespace segr::cpu

/// Version of all that the library offers a program: operators here and, with GPU code, the functions of native/cuda/src/frame/segr_gpu.h.
/// Raised by one whenever anything of it changes its form or its meaning, here and in src/Engine/Inference/CustomOperatorLibrary.cs: a
/// program looks before it uses anything.
extern "C" SEGR_EXPORT int32_t segr_ops_version(void) {
  return 1;
}

/// Called by ONNX Runtime for SessionOptions.RegisterCustomOpLibraryV2.
extern "C" SEGR_EXPORT OrtStatus* ORT_API_CALL RegisterCustomOps(OrtSessionOptions* options, const OrtApiBase* base) {
  const OrtApi* api = base->GetApi(ORT_API_VERSION);
  if (api == nullptr) {
    const std::string message = std::string("libsegr_ops.so needs ONNX Runtime API ") + std::to_string(ORT_API_VERSION) +
                                ", this is ONNX Runtime " + base->GetVersionString() + ".";
    return base->GetApi(1)->CreateStatus(ORT_FAIL, message.c_str());
  }
  Ort::InitApi(api);
  return segr::cpu::guarded([&] {
    const segr::cpu::CpuLevel level = segr::cpu::chooseLevel(std::getenv("SEGR_CPU_LEVEL"));
    Ort::UnownedSessionOptions(options).Add(segr::cpu::library(level).domain);
  });
}
