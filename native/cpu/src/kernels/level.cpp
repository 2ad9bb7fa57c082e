// Compiled once per instruction level (CMakeLists.txt); see simd/simd.h.
#include "../kernels.h"
#include "deform_attn.h"
#include "depthwise_norm.h"

namespace segr::cpu::SEGR_LEVEL {

extern const Kernels kernelTable;
const Kernels kernelTable{CpuLevel::SEGR_LEVEL, deformAttn, deformAttnFused, depthwiseNorm};

}  // namespace segr::cpu::SEGR_LEVEL
