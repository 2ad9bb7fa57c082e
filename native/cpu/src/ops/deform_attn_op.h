#pragma once

#include "custom_op.h"

namespace segr::cpu {

/// MSDeformAttn, see README.md.
class DeformAttnOp {
 public:
  static const char* name() { return "MSDeformAttn"; }
  static std::span<const InputSpec> inputs();
  static void inferShape(const ShapeInference& inference);
  static constexpr int inPlaceInput = -1;

  DeformAttnOp(const Ort::ConstKernelInfo& info, const Kernels& kernels);
  void compute(Ort::KernelContext& context) const;

 private:
  const Kernels& kernels_;
};

/// MSDeformAttnFused, see README.md.
class DeformAttnFusedOp {
 public:
  static const char* name() { return "MSDeformAttnFused"; }
  static std::span<const InputSpec> inputs();
  static void inferShape(const ShapeInference& inference);
  static constexpr int inPlaceInput = -1;

  DeformAttnFusedOp(const Ort::ConstKernelInfo& info, const Kernels& kernels);
  void compute(Ort::KernelContext& context) const;

 private:
  const Kernels& kernels_;
  int64_t heads_;
  int64_t points_;
};

}  // namespace segr::cpu
