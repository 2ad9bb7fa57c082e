// Compiled once per instruction level (CMakeLists.txt); see simd/simd.h.
#include "../kernels.h"
#include "deform_attn.h"
#include "dense.h"
#include "depthwise_norm.h"
#include "float32.h"

namespace segr::cpu::SEGR_NAMESPACE {

extern const Kernels kernelTable;
const Kernels kernelTable{CpuLevel::SEGR_LEVEL,
                          splitValue,
                          splitSamples,
                          deformAttn,
                          deformAttnFused,
                          {Simd::lanes, depthwisePack, depthwiseScratchWords, depthwiseNorm},
                          denseKernelsOf<Float32>()};

}  // namespace segr::cpu::SEGR_NAMESPACE
