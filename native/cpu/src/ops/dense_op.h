#pragma once

#include "custom_op.h"

namespace segr::cpu {

/// Linear, see README.md.
class LinearOp {
 public:
  static const char* name() { return "Linear"; }
  static std::span<const InputSpec> inputs();
  static void inferShape(const ShapeInference& inference);
  static constexpr int inPlaceInput = 3;  // the residual

  LinearOp(const Ort::ConstKernelInfo& info, const Kernels& kernels);
  void compute(Ort::KernelContext& context) const;

 private:
  const DenseKernels& kernels_;
  Activation activation_;
  DenseLayer layer_;
  DenseNorm norm_;
};

/// Mlp, see README.md.
class MlpOp {
 public:
  static const char* name() { return "Mlp"; }
  static std::span<const InputSpec> inputs();
  static void inferShape(const ShapeInference& inference);
  static constexpr int inPlaceInput = 6;  // the residual

  MlpOp(const Ort::ConstKernelInfo& info, const Kernels& kernels);
  void compute(Ort::KernelContext& context) const;

 private:
  const DenseKernels& kernels_;
  Activation activation_;
  DenseLayer first_, second_;
  DenseNorm norm_;
};

/// Conv2dChannelsLast, see README.md.
class ConvolutionOp {
 public:
  static const char* name() { return "Conv2dChannelsLast"; }
  static std::span<const InputSpec> inputs();
  static void inferShape(const ShapeInference& inference);
  static constexpr int inPlaceInput = -1;

  ConvolutionOp(const Ort::ConstKernelInfo& info, const Kernels& kernels);
  void compute(Ort::KernelContext& context) const;

 private:
  const DenseKernels& kernels_;
  const WinogradKernels* winograd_;  // null where the plain way is taken
  Activation activation_;
  ConvolutionGeometry geometry_;
  DenseLayer layer_;
  WordBuffer packed_;        // for winograd_
  std::vector<float> bias_;  // likewise, whole panels
  DenseNorm norm_;

  void runWinograd(Ort::KernelContext& context, const Ort::ConstValue& x) const;
};

}  // namespace segr::cpu
