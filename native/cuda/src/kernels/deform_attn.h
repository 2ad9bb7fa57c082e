#pragma once

#include <stddef.h>

#include "kernel.h"

// Multi-scale deformable attention (Zhu et al., ICLR 2021, eq. 3; bilinear sampling as torch.nn.functional.grid_sample with zeros padding
// and align_corners=False). Semantics and dimension letters are those of native/cpu/README.md.
//
// The work is a gather: per (query, head) L*P samples of four pixels, each D neighbouring channels. It is bound by loads, so a thread owns
// 16 bytes of channels and moves them by one instruction; the D * size / 16 threads of a head lie side by side, and the heads of a query
// after them, so that a warp reads whole sectors and neighbouring queries, which sample neighbouring pixels, share the L1 cache. Each
// thread works its samples' positions and weights out for itself: what a team of threads reads in common is one broadcast load, and a
// dozen arithmetic instructions cost less than a barrier. Nothing is spilled: no array outlives a loop, the softmax goes over the logits
// twice (largest, then sum and weight in one) instead of keeping them.

namespace segr::cuda {

/// Height and width of a feature level, and the first of its pixels among S.
struct DeformLevel {
  int32_t height;
  int32_t width;
  int32_t start;
};

/// Levels lie in the kernel's parameters, which are constant memory.
inline constexpr int maxDeformLevels = 64;

/// Everything lies in device memory, rows one after the other.
struct DeformAttnParams {
  const void* value;        // [N, S, M, D]
  const void* pairs;        // plain: (x, y) locations; fused: (x, y) offsets; [N, Lq] rows of [M, L, P, 2]
  const void* single;       // plain: attention weights; fused: logits; [N, Lq] rows of [M, L, P]
  const float* references;  // fused: [Lq, 2], or null: query q is the centre of pixel q of all levels
  void* output;             // [N, Lq, M, D]
  int64_t pairsRow;         // values from one query's pairs to the next one's
  int64_t singleRow;        // likewise
  uint32_t rows;            // S
  uint32_t queries;         // Lq
  uint32_t images;          // N
  int32_t heads;            // M
  int32_t channels;         // D
  int32_t points;           // P
  int32_t levels;           // L
  DeformLevel level[maxDeformLevels];
};

/// One (query, head) as a thread sees it.
template <typename Value, typename Sample>
struct DeformAttnWork {
  const Value* value;    // channel 0 of the thread's share of row 0
  const Sample* pairs;   // of the head
  const Sample* single;  // of the head
  int32_t pitch;         // values from one row to the next
};

/// Adds `weight` times the bilinear sample at (x, y), in pixels of the level (0 is the first pixel's centre), to `sum`.
template <typename Value, int width>
SEGR_INLINE void addSample(const Value* value, int32_t pitch, const DeformLevel& level, float x, float y, float weight, float* sum) {
  // False for NaN. From here on all of x, y and the pixels around them lie in or next to the level, whatever came in.
  const bool touches = x > -1.0f && x < static_cast<float>(level.width) && y > -1.0f && y < static_cast<float>(level.height);
  if (!touches) return;
  const float left = floor(x), top = floor(y);
  const float toRight = x - left, toBottom = y - top;
  const auto column = static_cast<int32_t>(left), row = static_cast<int32_t>(top);

  // A neighbour outside weighs nothing and is replaced by the one inside.
  const float columnWeight[2] = {column < 0 ? 0.0f : 1.0f - toRight, column + 1 < level.width ? toRight : 0.0f};
  const float rowWeight[2] = {row < 0 ? 0.0f : weight * (1.0f - toBottom), row + 1 < level.height ? weight * toBottom : 0.0f};
  const int32_t columns[2] = {column < 0 ? 0 : column, column + 1 < level.width ? column + 1 : column};
  const int32_t rows[2] = {row < 0 ? 0 : row, row + 1 < level.height ? row + 1 : row};

  // All four loads are on their way before the first is used.
  float pixel[4][width];
  SEGR_UNROLL
  for (int corner = 0; corner < 4; ++corner) {
    const int32_t at = level.start + rows[corner / 2] * level.width + columns[corner % 2];
    loadValues<Value, width>(value + static_cast<int64_t>(at) * pitch, pixel[corner]);
  }
  SEGR_UNROLL
  for (int corner = 0; corner < 4; ++corner) {
    const float share = rowWeight[corner / 2] * columnWeight[corner % 2];
    SEGR_UNROLL
    for (int c = 0; c < width; ++c) sum[c] = fma(share, pixel[corner][c], sum[c]);
  }
}

/// The centre of pixel `query` of all levels, 0 to 1 across its own.
SEGR_INLINE void pixelCentre(const DeformAttnParams& p, uint32_t query, float& x, float& y) {
  auto rest = static_cast<int32_t>(query);
  int l = 0;
  while (l + 1 < p.levels && rest >= p.level[l].height * p.level[l].width) {
    rest -= p.level[l].height * p.level[l].width;
    ++l;
  }
  const int32_t row = rest / p.level[l].width, column = rest - row * p.level[l].width;
  x = (static_cast<float>(column) + 0.5f) / static_cast<float>(p.level[l].width);
  y = (static_cast<float>(row) + 0.5f) / static_cast<float>(p.level[l].height);
}

inline constexpr int deformThreads = 256;

/// The grid of a kernel whose threads take `width` channels each.
inline Launch deformLaunch(const DeformAttnParams& p, int32_t width) {
  const auto threads = static_cast<uint32_t>(static_cast<int64_t>(p.queries) * p.heads * (p.channels / width));
  return {(threads + deformThreads - 1) / deformThreads, p.images, deformThreads, 0};
}

/// @tparam Value    type of value and output
/// @tparam Sample   type of offsets and logits, or of locations and weights
/// @tparam fused    whether MSDeformAttnFused: softmax and location arithmetic on the fly
/// @tparam width    channels of a thread: those of 16 bytes where the sizes and addresses allow it, else 1
template <typename Value, typename Sample, bool fused, int width>
struct DeformAttn {
  using Params = DeformAttnParams;
  static constexpr int phases = 1;
  static constexpr int blockThreads = deformThreads;

  static Launch launch(const Params& p) { return deformLaunch(p, width); }

  template <int>
  SEGR_MEMBER void run(const Params& p, const Place& place, float*) {
    const auto lanes = static_cast<uint32_t>(p.channels / width), heads = static_cast<uint32_t>(p.heads);
    const uint32_t index = place.index(), unit = index / lanes, query = unit / heads, head = unit - query * heads;
    if (query >= p.queries) return;
    const int32_t samples = p.levels * p.points;
    const int64_t row = static_cast<int64_t>(place.image) * p.queries + query;
    DeformAttnWork<Value, Sample> at;
    at.pitch = p.heads * p.channels;
    const int64_t share = static_cast<int64_t>(head) * p.channels + (index - unit * lanes) * width;
    at.value = static_cast<const Value*>(p.value) + static_cast<int64_t>(place.image) * p.rows * at.pitch + share;
    at.pairs = static_cast<const Sample*>(p.pairs) + row * p.pairsRow + static_cast<int64_t>(head) * samples * 2;
    at.single = static_cast<const Sample*>(p.single) + row * p.singleRow + static_cast<int64_t>(head) * samples;

    float sum[width];
    SEGR_UNROLL
    for (int c = 0; c < width; ++c) sum[c] = 0.0f;
    const float scale = gather(p, at, query, samples, sum);
    SEGR_UNROLL
    for (int c = 0; c < width; ++c) sum[c] *= scale;
    storeValues<Value, width>(static_cast<Value*>(p.output) + row * at.pitch + share, sum);
  }

 private:
  SEGR_MEMBER void loadPair(const Sample* pairs, float& x, float& y) {
    if constexpr (width > 1) {
      float both[2];
      loadValues<Sample, 2>(pairs, both);
      x = both[0];
      y = both[1];
    } else {
      x = Element<Sample>::load(pairs);
      y = Element<Sample>::load(pairs + 1);
    }
  }

  /// Sums all samples up; returns what the sum is still to be multiplied by.
  SEGR_MEMBER float gather(const Params& p, const DeformAttnWork<Value, Sample>& at, uint32_t query, int32_t samples, float* sum) {
    float largest = 0.0f, referenceX = 0.0f, referenceY = 0.0f, total = 1.0f;
    if constexpr (fused) {
      if (p.references != nullptr) {
        referenceX = loadFloat(p.references + 2 * static_cast<int64_t>(query));
        referenceY = loadFloat(p.references + 2 * static_cast<int64_t>(query) + 1);
      } else {
        pixelCentre(p, query, referenceX, referenceY);
      }
      largest = Element<Sample>::load(at.single);
      for (int32_t s = 1; s < samples; ++s) largest = larger(largest, Element<Sample>::load(at.single + s));
      total = 0.0f;
    }
    const Sample* pairs = at.pairs;
    const Sample* single = at.single;
    for (int32_t l = 0; l < p.levels; ++l) {
      const DeformLevel level = p.level[l];
      const auto levelWidth = static_cast<float>(level.width), levelHeight = static_cast<float>(level.height);
      const float originX = fma(referenceX, levelWidth, -0.5f), originY = fma(referenceY, levelHeight, -0.5f);
      for (int32_t s = 0; s < p.points; ++s, pairs += 2, ++single) {
        float x, y, weight = Element<Sample>::load(single);
        loadPair(pairs, x, y);
        if constexpr (fused) {
          x += originX;
          y += originY;
          weight = exponential(weight - largest);
          total += weight;
        } else {
          x = fma(x, levelWidth, -0.5f);
          y = fma(y, levelHeight, -0.5f);
        }
        addSample<Value, width>(at.value, at.pitch, level, x, y, weight, sum);
      }
    }
    return fused ? 1.0f / total : 1.0f;
  }
};

/// Channels of 16 bytes.
template <typename Value>
inline constexpr int deformVector = static_cast<int>(16 / sizeof(Value));

/// Whether threads may take 16 bytes of channels: the addresses and distances of what they read must be multiples of its size.
inline bool deformVectorFits(const DeformAttnParams& p, size_t valueSize, size_t sampleSize) {
  const auto aligned = [](const void* address, uintptr_t bytes) { return reinterpret_cast<uintptr_t>(address) % bytes == 0; };
  return static_cast<size_t>(p.channels) * valueSize % 16 == 0 && aligned(p.value, 16) && aligned(p.output, 16) &&
         aligned(p.pairs, 2 * sampleSize) && p.pairsRow % 2 == 0;
}

}  // namespace segr::cuda
