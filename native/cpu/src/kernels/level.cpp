// Compiled once per instruction level (CMakeLists.txt); see simd/simd.h.
#include "../kernels.h"
#include "attention.h"
#include "deform_attn.h"
#include "dense.h"
#include "depthwise_norm.h"
#include "float32.h"
#include "group_norm.h"
#include "resize.h"
#include "winograd.h"

namespace segr::cpu::SEGR_NAMESPACE {

extern const Kernels kernelTable;
const Kernels kernelTable{CpuLevel::SEGR_LEVEL,
                          splitValue,
                          splitSamples,
                          deformAttn,
                          deformAttnFused,
                          {Simd::lanes, depthwisePack, depthwiseScratchWords, depthwiseNorm},
                          denseKernelsOf<Float32>(),
                          {layerNormRows,
                           {groupNormMoments, groupNormFactors, groupNormApply},
                           resizeBilinear,
                           {attentionBlockRows, attentionScratchWords, attention},
                           {winogradPackedWords, winogradPack, winogradTileBlock, winogradScratchWords, winogradRun}}};

}  // namespace segr::cpu::SEGR_NAMESPACE
