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

}  // namespace segr::cpu
