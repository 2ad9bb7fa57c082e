#pragma once

#include <cstdint>

#include "cpu_level.h"
#include "dense.h"
#include "tokens.h"

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

/// Values of each (image, head, row) or (image, head, query), neighbours in memory, with the distances between them.
struct HeadView {
  const float* data = nullptr;
  int64_t image = 0;
  int64_t head = 0;
  int64_t row = 0;
};

/// Multi-scale deformable attention. Letters as in README.md. What it reads may lie as it came, heads side by side in each row, or
/// regrouped so that each head's rows follow one another: then neighbouring queries find what they share in the cache.
struct DeformAttnTask {
  int64_t rows = 0;      // S
  int64_t queries = 0;   // Lq
  int64_t heads = 0;     // M
  int64_t channels = 0;  // D
  const SampleTable* samples = nullptr;
  HeadView value;                     // D channels of each row
  HeadView pairs;                     // plain: (x, y) locations; fused: (x, y) offsets; L*P of each query
  HeadView single;                    // plain: attention weights; fused: logits
  const float* references = nullptr;  // fused: [Lq, 2], or null: query q is the centre of pixel q
  const Level* levels = nullptr;      // for that case
  float* output = nullptr;            // [N, Lq, M*D]
};

/// Depthwise 7x7 convolution, zero padding 3, then layer norm over channels. Channels last.
struct DepthwiseNormTask {
  int64_t height = 0;
  int64_t width = 0;
  int64_t channels = 0;
  const float* input = nullptr;   // [N, H, W, C]
  const float* weight = nullptr;  // as DepthwiseKernels::pack left it
  const float* bias = nullptr;    // likewise
  const float* scale = nullptr;   // [C]
  const float* shift = nullptr;   // [C]
  float epsilon = 0;
  float* output = nullptr;  // [N, H, W, C]
};

/// The depthwise kernel of one instruction level.
struct DepthwiseKernels {
  int lanes;  // pack() pads channels to a multiple of this

  /// Weights [C, 1, 7, 7] and bias [C] to the kernel's layout: 49 * C and C values, C padded.
  void (*pack)(const float* weight, const float* bias, int64_t channels, float* packedWeight, float* packedBias);

  /// Floats of scratch memory that run() needs.
  int64_t (*scratchWords)(const DepthwiseNormTask& task);

  /// Computes some of the N * H image rows. Each call reads three rows more on either side. `scratch` is aligned to 64 bytes.
  void (*run)(const DepthwiseNormTask& task, int64_t beginRow, int64_t endRow, float* scratch);
};

/// The kernels of one instruction level.
struct Kernels {
  CpuLevel level;

  /// Regroups rows [begin, end) of N * S of the value to [N, M, S, D].
  void (*splitValue)(const DeformAttnTask& task, int64_t begin, int64_t end, float* split);

  /// Regroups queries [begin, end) of N * Lq of pairs and single to [N, M, Lq, 3*L*P], pairs first.
  void (*splitSamples)(const DeformAttnTask& task, int64_t begin, int64_t end, float* split);

  /// Deformable attention in its two forms on some of the N * M * Lq (image, head, query).
  void (*deformAttn)(const DeformAttnTask& task, int64_t begin, int64_t end);
  void (*deformAttnFused)(const DeformAttnTask& task, int64_t begin, int64_t end);

  DepthwiseKernels depthwise;
  DenseKernels dense;  // in float32
  TokenKernels tokens;
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
