#pragma once

#include "custom_op.h"

namespace segr::cpu {

/// DepthwiseConv7x7LayerNorm, see README.md.
class DepthwiseNormOp {
 public:
  static const char* name() { return "DepthwiseConv7x7LayerNorm"; }
  static std::span<const InputSpec> inputs();
  static void inferShape(const ShapeInference& inference);
  static constexpr int inPlaceInput = -1;

  DepthwiseNormOp(const Ort::ConstKernelInfo& info, const Kernels& kernels);
  void compute(Ort::KernelContext& context) const;

 private:
  const Kernels& kernels_;
  int64_t channels_ = 0;
  float epsilon_;
  std::vector<float> weight_, bias_;  // as the kernel wants them
  std::vector<float> scale_, shift_;
};

}  // namespace segr::cpu
