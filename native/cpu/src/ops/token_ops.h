#pragma once

#include "custom_op.h"

namespace segr::cpu {

/// LayerNorm, see README.md.
class LayerNormOp {
 public:
  static const char* name() { return "LayerNorm"; }
  static std::span<const InputSpec> inputs();
  static void inferShape(const ShapeInference& inference) { inference.setOutput(inference.input(0)); }
  static constexpr int inPlaceInput = 0;

  LayerNormOp(const Ort::ConstKernelInfo& info, const Kernels& kernels);
  void compute(Ort::KernelContext& context) const;

 private:
  const TokenKernels& kernels_;
  ChannelNorm norm_;
};

/// GroupNorm, see README.md.
class GroupNormOp {
 public:
  static const char* name() { return "GroupNorm"; }
  static std::span<const InputSpec> inputs();
  static void inferShape(const ShapeInference& inference) { inference.setOutput(inference.input(0)); }
  static constexpr int inPlaceInput = 0;

  GroupNormOp(const Ort::ConstKernelInfo& info, const Kernels& kernels);
  void compute(Ort::KernelContext& context) const;

 private:
  const TokenKernels& kernels_;
  int64_t groups_;
  Activation activation_;
  ChannelNorm norm_;
};

/// ResizeBilinear, see README.md.
class ResizeOp {
 public:
  static const char* name() { return "ResizeBilinear"; }
  static std::span<const InputSpec> inputs();
  static void inferShape(const ShapeInference& inference);
  static constexpr int inPlaceInput = 2;

  ResizeOp(const Ort::ConstKernelInfo& info, const Kernels& kernels);
  void compute(Ort::KernelContext& context) const;

 private:
  const TokenKernels& kernels_;
};

/// MaskedAttention, see README.md.
class AttentionOp {
 public:
  static const char* name() { return "MaskedAttention"; }
  static std::span<const InputSpec> inputs();
  static void inferShape(const ShapeInference& inference) { inference.setOutput(inference.input(0)); }
  static constexpr int inPlaceInput = -1;

  AttentionOp(const Ort::ConstKernelInfo& info, const Kernels& kernels);
  void compute(Ort::KernelContext& context) const;

 private:
  const TokenKernels& kernels_;
  int64_t heads_;
};

}  // namespace segr::cpu
