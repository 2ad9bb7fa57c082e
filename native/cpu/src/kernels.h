#pragma once

#include <cstdint>

#include "cpu_level.h"
#include "dense.h"

// The kernels behind the operators: plain pointers and sizes, already checked (see geometry.h), no allocation, no threads of their own.
// Each works on a range of its task, so that the caller can split the range over threads.

namespace segr::cpu {

/// Most sampling points a head may have over all levels (L * P); sizes the tables that live on the stack.
inline constexpr int maxSamplesPerHead = 1024;

/// Height and width of a feature level, and where its pixels start along S.
struct Level {
  int32_t height;
  int32_t width;
  int32_t start;
};

/// Level data repeated for each sample (level, point) of a head, so that vector lanes can run over samples.
/// Filled up to `count`; the lanes after it are never used.
struct SampleTable {
  int count = 0;
  alignas(64) float width[maxSamplesPerHead];
  alignas(64) float height[maxSamplesPerHead];
  alignas(64) int32_t start[maxSamplesPerHead];
};

/// Multi-scale deformable attention. Letters as in README.md.
struct DeformAttnTask {
  int64_t rows = 0;      // S
  int64_t queries = 0;   // Lq; a range runs over N * Lq
  int64_t heads = 0;     // M
  int64_t channels = 0;  // D
  const SampleTable* samples = nullptr;
  const float* value = nullptr;  // [N, S, M, D]
  float* output = nullptr;       // [N, Lq, M*D]

  // Plain form.
  const float* locations = nullptr;  // [N, Lq, M, L, P, 2]
  const float* weights = nullptr;    // [N, Lq, M, L, P]

  // Fused form.
  const float* offsetsAndLogits = nullptr;  // [N, Lq, 3*M*L*P]
  const float* references = nullptr;        // [Lq, 2], or null: query q is the centre of pixel q
  const Level* levels = nullptr;            // for that case
  int64_t levelCount = 0;
};

/// Depthwise 7x7 convolution, zero padding 3, then layer norm over channels. Channels last.
struct DepthwiseNormTask {
  int64_t height = 0;
  int64_t width = 0;
  int64_t channels = 0;
  const float* input = nullptr;   // [N, H, W, C]
  const float* weight = nullptr;  // [7, 7, C]
  const float* bias = nullptr;    // [C]
  const float* scale = nullptr;   // [C]
  const float* shift = nullptr;   // [C]
  float epsilon = 0;
  float* output = nullptr;  // [N, H, W, C]
};

/// The kernels of one instruction level.
struct Kernels {
  CpuLevel level;
  void (*deformAttn)(const DeformAttnTask&, int64_t begin, int64_t end);
  void (*deformAttnFused)(const DeformAttnTask&, int64_t begin, int64_t end);
  void (*depthwiseNorm)(const DepthwiseNormTask&, int64_t beginRow, int64_t endRow);  // rows of the N * H image rows
  DenseKernels dense;                                                                 // in float32
};

/// The kernels of a level that supports(level) confirmed.
const Kernels& kernels(CpuLevel level);

/// The dense kernels of a level in `precision`, or in the nearest better one where the level or the machine has no instructions for it.
const DenseKernels& denseKernels(CpuLevel level, Precision precision);

namespace scalar {
extern const Kernels kernelTable;
}
#if defined(__x86_64__)
namespace avx2 {
extern const Kernels kernelTable;
}
namespace avx512 {
extern const Kernels kernelTable;
}
namespace avx512_bf16 {
extern const DenseKernels denseTable;
}
namespace avx512_vnni {
extern const DenseKernels denseTable;
}
#endif

}  // namespace segr::cpu
