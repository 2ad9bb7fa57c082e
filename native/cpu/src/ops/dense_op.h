#pragma once

#include "custom_op.h"

namespace segr::cpu {

/// Linear, see README.md.
class LinearOp {
 public:
  static const char* name() { return "Linear"; }
  static std::span<const InputSpec> inputs();
  static void inferShape(const ShapeInference& inference);

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

  ConvolutionOp(const Ort::ConstKernelInfo& info, const Kernels& kernels);
  void compute(Ort::KernelContext& context) const;

 private:
  const DenseKernels& kernels_;
  Activation activation_;
  ConvolutionGeometry geometry_;
  DenseLayer layer_;
};

}  // namespace segr::cpu
