#pragma once

#include "kernel.h"

// From the network's log-probabilities to the numbers that masks are weighed with: src/Engine/Segmentation/ClassScores on the GPU, for
// semantic_inference and panoptic_inference of the reference. A block of one warp owns a query.

namespace segr::cuda {

/// Classes whose weights lie side by side: a thread of SemanticLabels sums that many scores in registers.
inline constexpr int classGroup = 8;

/// Reasons whose softmaxes fit into shared memory.
inline constexpr int mostReasons = 64;

struct ClassScoresParams {
  const void* logs;  // [Q, R, T + 1] log(p + 1e-8), void last
  int32_t queries;
  int32_t reasons;
  int32_t classes;     // T
  float* weights;      // SemanticWeights: [T / 8 rounded up, Q, 8], zeros after T
  int32_t* bestClass;  // PanopticCandidates: [Q] which of the T classes scores best, -1 where the query is none
  float* bestScore;    // PanopticCandidates: [Q]
  float threshold;     // PanopticCandidates: what the best score must exceed
};

/// Softmaxes over the T + 1 columns of a query, 32 threads at each: largest and total of every softmax, in shared memory.
/// @tparam mean  One softmax of the mean over the reasons, rather than one for each reason.
template <typename T, bool mean>
struct QuerySoftmax {
  static constexpr int threads = 32;
  const ClassScoresParams& p;
  const T* logs;  // of the query
  int32_t thread;
  int32_t count;   // softmaxes
  float* parts;    // [count, 32] scratch
  float* largest;  // [count]
  float* inverse;  // [count] 1 / total

  SEGR_METHOD QuerySoftmax(const ClassScoresParams& params, const Place& place, float* shared)
      : p(params),
        logs(static_cast<const T*>(params.logs) + static_cast<int64_t>(place.block) * params.reasons * (params.classes + 1)),
        thread(static_cast<int32_t>(place.thread)),
        count(mean ? 1 : params.reasons),
        parts(shared),
        largest(shared + count * threads),
        inverse(largest + count) {}

  /// Column t under reason r, or the mean of all reasons.
  SEGR_METHOD float value(int32_t r, int32_t t) const {
    const int64_t columns = p.classes + 1;
    if constexpr (!mean) return Element<T>::load(logs + r * columns + t);
    float sum = 0.0f;
    for (int32_t i = 0; i < p.reasons; ++i) sum += Element<T>::load(logs + i * columns + t);
    return sum / static_cast<float>(p.reasons);
  }

  SEGR_METHOD float probability(int32_t r, int32_t t) const { return exponential(value(r, t) - largest[r]) * inverse[r]; }

  /// The first four phases; all threads of the block call them.
  template <int phase>
  SEGR_METHOD void run() const {
    for (int32_t r = 0; r < count; ++r) {
      float* mine = parts + r * threads;
      if constexpr (phase == 0) {
        float most = value(r, 0);
        for (int32_t t = thread; t <= p.classes; t += threads) most = larger(most, value(r, t));
        mine[thread] = most;
      } else if constexpr (phase == 1) {
        if (r % threads != thread) continue;
        float most = mine[0];
        for (int i = 1; i < threads; ++i) most = larger(most, mine[i]);
        largest[r] = most;
      } else if constexpr (phase == 2) {
        float sum = 0.0f;
        for (int32_t t = thread; t <= p.classes; t += threads) sum += exponential(value(r, t) - largest[r]);
        mine[thread] = sum;
      } else {
        if (r % threads != thread) continue;
        float sum = 0.0f;
        for (int i = 0; i < threads; ++i) sum += mine[i];
        inverse[r] = 1.0f / sum;
      }
    }
  }
};

/// Weights of semantic inference: softmax over all columns, void dropped, averaged over the reasons.
template <typename T>
struct SemanticWeights {
  using Params = ClassScoresParams;
  static constexpr int phases = 5;
  static constexpr int blockThreads = 32;

  static Launch launch(const Params& p) {
    return {static_cast<uint32_t>(p.queries), 1, blockThreads, static_cast<uint32_t>(p.reasons * (blockThreads + 2) * 4)};
  }

  template <int phase>
  SEGR_MEMBER void run(const Params& p, const Place& place, float* shared) {
    const QuerySoftmax<T, false> softmax(p, place, shared);
    if constexpr (phase < 4) {
      softmax.template run<phase>();
      return;
    }
    const int32_t padded = (p.classes + classGroup - 1) / classGroup * classGroup;
    for (int32_t t = softmax.thread; t < padded; t += blockThreads) {
      float weight = 0.0f;
      if (t < p.classes) {
        for (int32_t r = 0; r < p.reasons; ++r) weight += softmax.probability(r, t) / static_cast<float>(p.reasons);
      }
      p.weights[(static_cast<int64_t>(t / classGroup) * p.queries + place.block) * classGroup + t % classGroup] = weight;
    }
  }
};

/// Candidates of panoptic inference: log-probabilities averaged over the reasons, softmax, best class. With one reason void competes and a
/// query that void wins is dropped; with several the reference removes void beforehand.
template <typename T>
struct PanopticCandidates {
  using Params = ClassScoresParams;
  static constexpr int phases = 6;
  static constexpr int blockThreads = 32;

  static Launch launch(const Params& p) { return {static_cast<uint32_t>(p.queries), 1, blockThreads, (3 * blockThreads + 2) * 4}; }

  template <int phase>
  SEGR_MEMBER void run(const Params& p, const Place& place, float* shared) {
    const QuerySoftmax<T, true> softmax(p, place, shared);
    float* score = shared + blockThreads + 2;  // [32] of each thread's best column
    float* column = score + blockThreads;      // [32] the column; a whole number, exact below 2^24
    const int32_t competing = p.reasons == 1 ? p.classes + 1 : p.classes;
    if constexpr (phase < 4) {
      softmax.template run<phase>();
    } else if constexpr (phase == 4) {
      score[softmax.thread] = -1.0f;
      for (int32_t t = softmax.thread; t < competing; t += blockThreads) {
        const float s = softmax.probability(0, t);
        if (s > score[softmax.thread]) {
          score[softmax.thread] = s;
          column[softmax.thread] = static_cast<float>(t);
        }
      }
    } else if (softmax.thread == 0) {
      // Of equal scores the first column's, as on the CPU.
      int best = 0;
      for (int i = 1; i < blockThreads && i < competing; ++i) {
        if (score[i] > score[best] || (score[i] == score[best] && column[i] < column[best])) best = i;
      }
      const auto winner = static_cast<int32_t>(column[best]);
      const bool chosen = winner < p.classes && score[best] > p.threshold;
      p.bestClass[place.block] = chosen ? winner : -1;
      p.bestScore[place.block] = score[best];
    }
  }
};

struct SelectQueriesParams {
  const float* weights;      // [groups, Q, 8] of SemanticWeights, or null
  const int32_t* bestClass;  // [Q] of PanopticCandidates, or null
  float limit;               // least weight that counts
  int32_t groups;
  int32_t queries;
  int32_t* list;   // [Q] the queries that have something to say, in order
  int32_t* count;  // how many
};

/// Most queries of a trained model are void everywhere: what follows goes over the others only. One block.
struct SelectQueries {
  using Params = SelectQueriesParams;
  static constexpr int phases = 2;
  static constexpr int blockThreads = 128;

  static Launch launch(const Params& p) { return {1, 1, blockThreads, static_cast<uint32_t>(p.queries * 4)}; }

  template <int phase>
  SEGR_MEMBER void run(const Params& p, const Place& place, float* shared) {
    for (auto q = static_cast<int32_t>(place.thread); q < p.queries; q += blockThreads) {
      if constexpr (phase == 0) {
        shared[q] = speaks(p, q) ? 1.0f : 0.0f;
      } else {
        int32_t before = 0;
        for (int32_t i = 0; i < q; ++i) before += shared[i] != 0.0f ? 1 : 0;
        if (shared[q] != 0.0f) p.list[before] = q;
        if (q == p.queries - 1) *p.count = before + (shared[q] != 0.0f ? 1 : 0);
      }
    }
  }

 private:
  SEGR_MEMBER bool speaks(const Params& p, int32_t q) {
    if (p.bestClass != nullptr) return p.bestClass[q] >= 0;
    for (int32_t g = 0; g < p.groups; ++g) {
      const float* weights = p.weights + (static_cast<int64_t>(g) * p.queries + q) * classGroup;
      for (int i = 0; i < classGroup; ++i) {
        if (weights[i] > p.limit) return true;
      }
    }
    return false;
  }
};

}  // namespace segr::cuda
