#pragma once

#include "../simd/math.h"
#include "../tokens.h"
#include "gemm.h"

// Multi-head attention of few queries to many keys. Lanes run over queries: keys and values are then read as they lie, by broadcast, and
// the softmax runs down the lanes without a reduction. Keys come in chunks whose weights stay in the cache, with a running maximum and sum
// (Milakov and Gimelshein, "Online normalizer calculation for softmax", 2018; as in FlashAttention): nothing of size Q x T is written.
//
// Which keys a mask leaves out is not used to skip work: the union of the masks of a block of queries is nearly the whole picture, and a
// query whose mask is empty sees all of it.

namespace segr::cpu::SEGR_NAMESPACE {

inline constexpr int64_t attentionChunk = 128;  // keys

inline int64_t attentionBlockRows(const AttentionTask& task) {
  const int64_t vectors = (task.queries + Simd::lanes - 1) / Simd::lanes, blocks = (vectors + Simd::panelVectors - 1) / Simd::panelVectors;
  return blocks == 0 ? Simd::lanes : (vectors + blocks - 1) / blocks * Simd::lanes;
}

/// The scratch memory of one block of queries, V vectors wide.
struct AttentionScratch {
  float* query;    // [D][width]: scaled
  float* result;   // [D][width]: sums of values so far
  float* weights;  // [attentionChunk][width]: scores, then their exponentials
  float* most;     // [width]: the largest score so far
  float* total;    // [width]: sum of exponentials so far
  float* factor;   // [width]: what sums so far are multiplied with
  float* least;    // [width]: a key is seen whose logit is not below it: 0, or -infinity where the query sees all keys

  AttentionScratch(const AttentionTask& task, int64_t width, float* scratch)
      : query(scratch),
        result(query + task.channels * width),
        weights(result + task.channels * width),
        most(weights + attentionChunk * width),
        total(most + width),
        factor(total + width),
        least(factor + width) {}

  static int64_t words(const AttentionTask& task) { return (2 * task.channels + attentionChunk + 4) * panelWidth; }
};

/// Scores of R keys, `stride` apart, for V vectors of queries: [R][V * lanes].
template <int R, int V>
SEGR_NOINLINE void attentionScores(const float* key, int64_t stride, int64_t channels, const float* query, float* scores) {
  using S = Simd;
  S::Float sums[R][V];
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) sums[r][v] = S::zero();
  }
  for (int64_t d = 0; d < channels; ++d, query += V * S::lanes) {
    S::Float q[V];
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) q[v] = S::load(query + v * S::lanes);
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
      const S::Float k = S::set(key[r * stride + d]);
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) sums[r][v] = S::fma(k, q[v], sums[r][v]);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) S::store(scores + (r * V + v) * S::lanes, sums[r][v]);
  }
}

/// Result rows [R][V * lanes] of R channels: times `factor`, plus `count` values, `stride` apart, by their weights.
template <int R, int V>
SEGR_NOINLINE void attentionSums(const float* value, int64_t stride, int64_t count, const float* weights, const float* factor,
                                 float* result) {
  using S = Simd;
  S::Float sums[R][V];
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) sums[r][v] = S::mul(S::load(result + (r * V + v) * S::lanes), S::load(factor + v * S::lanes));
  }
  for (int64_t t = 0; t < count; ++t, value += stride, weights += V * S::lanes) {
    S::Float w[V];
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) w[v] = S::load(weights + v * S::lanes);
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
      const S::Float x = S::set(value[r]);
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) sums[r][v] = S::fma(x, w[v], sums[r][v]);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) S::store(result + (r * V + v) * S::lanes, sums[r][v]);
  }
}

/// Calls body.template operator()<R>(first) for tiles of at most Simd::panelRows that cover `count` rows.
template <typename Body>
SEGR_INLINE void attentionTiles(int64_t count, const Body& body) {
  int64_t row = 0;
  for (; count - row >= Simd::panelRows; row += Simd::panelRows) body.template operator()<Simd::panelRows>(row);
  for (; row < count; ++row) body.template operator()<1>(row);
}

/// One block of at most V vectors of queries of one head.
template <int V>
SEGR_NOINLINE void attentionBlock(const AttentionTask& task, int64_t head, int64_t first, int64_t count, float* memory) {
  using S = Simd;
  constexpr int64_t width = V * S::lanes;
  const int64_t channels = task.channels, stride = task.heads * channels;
  const AttentionScratch scratch(task, width, memory);
  const float scale = 1.0f / __builtin_sqrtf(static_cast<float>(channels));
  const float* query = task.query + first * stride + head * channels;
  for (int64_t d = 0; d < channels; ++d) {
    for (int64_t q = 0; q < width; ++q) scratch.query[d * width + q] = q < count ? query[q * stride + d] * scale : 0.0f;
  }
  __builtin_memset(scratch.result, 0, static_cast<size_t>(channels * width) * sizeof(float));
  const auto lanesOf = [count](int v) {
    const int64_t left = count - v * S::lanes;
    return left < 0 ? 0 : left < S::lanes ? static_cast<int>(left) : S::lanes;
  };
  // A score that is left out is far below the first maximum, so that its exponential is zero from the start.
  const S::Float out = S::set(-3.0e38f);
  for (int v = 0; v < V; ++v) {
    S::store(scratch.most + v * S::lanes, S::set(-1.0e30f));
    S::store(scratch.total + v * S::lanes, S::zero());
    S::Float highest = S::set(-1.0f);
    for (int64_t t = 0; task.logits != nullptr && t < task.keys; ++t) {
      highest = S::max(highest, S::loadFirst(task.logits + t * task.queries + first + v * S::lanes, lanesOf(v), S::set(-1.0f)));
    }
    S::store(scratch.least + v * S::lanes, S::select(S::less(highest, S::zero()), S::set(-__builtin_inff()), S::zero()));
  }
  for (int64_t from = 0; from < task.keys; from += attentionChunk) {
    const int64_t keys = least(task.keys - from, attentionChunk);
    const float* key = task.key + from * stride + head * channels;
    attentionTiles(keys, [&]<int R>(int64_t row) {
      attentionScores<R, V>(key + row * stride, stride, channels, scratch.query, scratch.weights + row * width);
    });
    for (int v = 0; v < V; ++v) {
      float* weights = scratch.weights + v * S::lanes;
      const S::Float before = S::load(scratch.most + v * S::lanes);
      S::Float most = before;
      const S::Float seen = S::load(scratch.least + v * S::lanes);
      for (int64_t t = 0; t < keys; ++t) {
        S::Float score = S::load(weights + t * width);
        if (task.logits != nullptr) {
          const S::Float logit = S::loadFirst(task.logits + (from + t) * task.queries + first + v * S::lanes, lanesOf(v));
          score = S::select(S::less(logit, seen), out, score);
          S::store(weights + t * width, score);
        }
        most = S::max(most, score);
      }
      const S::Float factor = exponential(S::sub(before, most));
      S::Float total = S::mul(S::load(scratch.total + v * S::lanes), factor);
      for (int64_t t = 0; t < keys; ++t) {
        const S::Float weight = exponential(S::sub(S::load(weights + t * width), most));
        total = S::add(total, weight);
        S::store(weights + t * width, weight);
      }
      S::store(scratch.most + v * S::lanes, most);
      S::store(scratch.total + v * S::lanes, total);
      S::store(scratch.factor + v * S::lanes, factor);
    }
    const float* value = task.value + from * stride + head * channels;
    attentionTiles(channels, [&]<int R>(int64_t d) {
      attentionSums<R, V>(value + d, stride, keys, scratch.weights, scratch.factor, scratch.result + d * width);
    });
  }
  float* output = task.output + first * stride + head * channels;
  for (int64_t q = 0; q < count; ++q) {
    const float inverse = 1.0f / scratch.total[q];
    for (int64_t d = 0; d < channels; ++d) output[q * stride + d] = scratch.result[d * width + q] * inverse;
  }
}

inline int64_t attentionScratchWords(const AttentionTask& task) {
  return AttentionScratch::words(task);
}

inline void attention(const AttentionTask& task, int64_t begin, int64_t end, float* scratch) {
  static_assert(Simd::panelVectors <= 8);
  const int64_t rows = attentionBlockRows(task), blocks = (task.queries + rows - 1) / rows;
  for (int64_t unit = begin; unit < end; ++unit) {
    const int64_t head = unit / blocks, first = unit % blocks * rows, count = least(task.queries - first, rows);
    const int64_t vectors = (count + Simd::lanes - 1) / Simd::lanes;
    if (vectors == 1) {
      attentionBlock<1>(task, head, first, count, scratch);
    } else if (vectors == 2) {
      attentionBlock<2>(task, head, first, count, scratch);
    } else if (vectors == 3 && Simd::panelVectors > 2) {
      attentionBlock<Simd::panelVectors < 3 ? 1 : 3>(task, head, first, count, scratch);
    } else {
      attentionBlock<Simd::panelVectors>(task, head, first, count, scratch);
    }
  }
}

}  // namespace segr::cpu::SEGR_NAMESPACE
