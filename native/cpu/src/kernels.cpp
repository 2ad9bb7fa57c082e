#include "kernels.h"

namespace segr::cpu {

const Kernels& kernels(CpuLevel level) {
#if defined(__x86_64__)
  switch (level) {
    case CpuLevel::avx512:
      return avx512::kernelTable;
    case CpuLevel::avx2:
      return avx2::kernelTable;
    default:
      return scalar::kernelTable;
  }
#else
  static_cast<void>(level);
  return scalar::kernelTable;
#endif
}

const DenseKernels& denseKernels(CpuLevel level, Precision precision) {
#if defined(__x86_64__)
  if (level == CpuLevel::avx512) {
    if (precision == Precision::int8 && __builtin_cpu_supports("avx512vnni")) return avx512_vnni::denseTable;
    if (precision != Precision::fp32 && __builtin_cpu_supports("avx512bf16")) return avx512_bf16::denseTable;
  }
#else
  static_cast<void>(precision);
#endif
  return kernels(level).dense;
}

}  // namespace segr::cpu
