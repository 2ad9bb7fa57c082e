#pragma once

#include "class_scores.h"
#include "mask_sampling.h"

// Label maps from mask logits and class weights: src/Engine/Segmentation/{Semantic,Panoptic}Postprocessor on the GPU, at stride 4 or at the
// frame's size. Masks are sampled where a pixel needs them; neither [Q, H, W] masks nor [T, H, W] scores exist.

namespace segr::cuda {

inline constexpr uint16_t voidLabel = 65535;

struct SemanticLabelsParams {
  const void* masks;          // [Q, maskHeight, maskWidth] logits
  const float* weights;       // of SemanticWeights
  const int32_t* list;        // of SelectQueries
  const int32_t* count;       // likewise
  const int32_t* classIndex;  // [T] what to write for each class
  uint16_t* labels;           // [outputHeight, outputWidth]
  MaskGeometry geometry;
  int32_t queries;
  int32_t classes;
  float minScore;       // a pixel whose best class scores below it is void
  uint64_t* scoreSums;  // [T] 2^24 times the scores of the pixels that each class wins, zeros before; null where not wanted
};

/// Each pixel goes to the class whose queries, weighed by their class scores, cover it most. A block owns 32 pixels: probabilities of all
/// its masks go to shared memory, then 8 threads a pixel share the classes, 8 at a time in registers; the first of equal scores wins. Scores
/// are summed up in whole numbers, so that the sums do not depend on the order of the blocks.
template <typename T>
struct SemanticLabels {
  using Params = SemanticLabelsParams;
  static constexpr int phases = 4;
  static constexpr int pixels = 32;
  static constexpr int blockThreads = 256;
  static constexpr int parts = blockThreads / pixels;

  /// Queries that shared memory has room for.
  static constexpr int32_t mostQueries = static_cast<int32_t>((largestShared / 4 - 2 * blockThreads) / pixels);

  static Launch launch(const Params& p) {
    const auto count = static_cast<uint32_t>(p.geometry.outputWidth()) * static_cast<uint32_t>(p.geometry.outputHeight());
    return {(count + pixels - 1) / pixels, 1, blockThreads, static_cast<uint32_t>((p.queries * pixels + 2 * blockThreads) * 4)};
  }

  template <int phase>
  SEGR_MEMBER void run(const Params& p, const Place& place, float* shared) {
    float* score = shared;                           // [parts, pixels]
    float* winner = shared + blockThreads;           // [parts, pixels] class, a whole number
    float* probability = shared + 2 * blockThreads;  // [count, pixels]
    const auto thread = static_cast<int32_t>(place.thread), lane = thread % pixels, part = thread / pixels;
    const int32_t width = p.geometry.outputWidth(), index = static_cast<int32_t>(place.block) * pixels + lane;
    const int32_t y = index / width, x = index - y * width, count = *p.count;
    if (y >= p.geometry.outputHeight()) return;
    if constexpr (phase == 0) {
      const MaskPosition at = maskPosition(p.geometry, x, y);
      const int64_t area = static_cast<int64_t>(p.geometry.maskWidth()) * p.geometry.maskHeight();
      for (int32_t k = part; k < count; k += parts) {
        probability[k * pixels + lane] = maskProbability(p.geometry, at, static_cast<const T*>(p.masks) + loadInt(p.list + k) * area);
      }
    } else if constexpr (phase == 1) {
      float best = -1.0f, bestClass = 0.0f;
      for (int32_t t = part * classGroup; t < p.classes; t += parts * classGroup) {
        float sum[classGroup];
        SEGR_UNROLL
        for (int i = 0; i < classGroup; ++i) sum[i] = 0.0f;
        const float* weights = p.weights + static_cast<int64_t>(t / classGroup) * p.queries * classGroup;
        for (int32_t k = 0; k < count; ++k) {
          const float* row = weights + loadInt(p.list + k) * classGroup;
          float weight[classGroup];
          loadValues<float, 4>(row, weight);
          loadValues<float, 4>(row + 4, weight + 4);
          const float mask = probability[k * pixels + lane];
          SEGR_UNROLL
          for (int i = 0; i < classGroup; ++i) sum[i] = fma(weight[i], mask, sum[i]);
        }
        SEGR_UNROLL
        for (int i = 0; i < classGroup; ++i) {
          const bool wins = t + i < p.classes && sum[i] > best;
          best = wins ? sum[i] : best;
          bestClass = wins ? static_cast<float>(t + i) : bestClass;
        }
      }
      score[thread] = best;
      winner[thread] = bestClass;
    } else if constexpr (phase == 2) {
      if (part != 0) return;
      float best = score[lane], bestClass = winner[lane];
      for (int i = 1; i < parts; ++i) {
        const float s = score[i * pixels + lane], t = winner[i * pixels + lane];
        const bool wins = s > best || (s == best && t < bestClass);
        best = wins ? s : best;
        bestClass = wins ? t : bestClass;
      }
      const bool isVoid = best < p.minScore;
      p.labels[index] = isVoid ? voidLabel : static_cast<uint16_t>(loadInt(p.classIndex + static_cast<int32_t>(bestClass)));
      score[lane] = best;
      winner[lane] = isVoid ? -1.0f : bestClass;
    } else if (part == 0 && p.scoreSums != nullptr) {
      addScores(p, score, winner, lane, index - lane);
    }
  }

 private:
  /// Neighbours mostly agree: the first pixel of each class adds for all of the block.
  SEGR_MEMBER void addScores(const Params& p, const float* score, const float* winner, int32_t lane, int32_t first) {
    if (winner[lane] < 0.0f) return;
    const int32_t left = p.geometry.outputWidth() * p.geometry.outputHeight() - first, end = left < pixels ? left : pixels;
    uint64_t sum = 0;
    for (int32_t i = 0; i < end; ++i) {
      if (winner[i] != winner[lane]) continue;
      if (i < lane) return;
      sum += static_cast<uint64_t>(score[i] * 16777216.0f);
    }
    addTo(p.scoreSums + static_cast<int32_t>(winner[lane]), sum);
  }
};

struct PanopticLabelsParams {
  const void* masks;       // [Q, maskHeight, maskWidth] logits
  const float* bestScore;  // of PanopticCandidates
  const int32_t* list;     // of SelectQueries: the candidates
  const int32_t* count;    // likewise
  uint16_t* labels;        // [outputHeight, outputWidth] candidate that wins a pixel and covers it, else voidLabel
  uint32_t* won;           // [Q] pixels that a candidate wins; zeros before
  uint32_t* covered;       // [Q] pixels with a probability of at least 1/2; zeros before
  uint32_t* kept;          // [Q] pixels that it wins and covers; zeros before
  MaskGeometry geometry;
  int32_t queries;
};

/// The panoptic argmax: score times probability. A thread owns a pixel; the counters are summed up in shared memory first.
template <typename T>
struct PanopticLabels {
  using Params = PanopticLabelsParams;
  static constexpr int phases = 3;
  static constexpr int blockThreads = 256;

  /// Queries that shared memory has room for.
  static constexpr int32_t mostQueries = static_cast<int32_t>(largestShared / 12);

  static Launch launch(const Params& p) {
    const auto count = static_cast<uint32_t>(p.geometry.outputWidth()) * static_cast<uint32_t>(p.geometry.outputHeight());
    return {(count + blockThreads - 1) / blockThreads, 1, blockThreads, static_cast<uint32_t>(p.queries * 12)};
  }

  template <int phase>
  SEGR_MEMBER void run(const Params& p, const Place& place, float* shared) {
    auto* counters = reinterpret_cast<uint32_t*>(shared);  // [3, Q]
    const auto thread = static_cast<int32_t>(place.thread);
    if constexpr (phase == 1) {
      decide(p, static_cast<int32_t>(place.index()), counters);
    } else {
      const int32_t count = *p.count;
      for (int32_t k = thread; k < count; k += blockThreads) {
        for (int kind = 0; kind < 3; ++kind) {
          uint32_t* counter = counters + kind * p.queries + k;
          if constexpr (phase == 0) {
            *counter = 0;
          } else if (*counter != 0) {
            addTo((kind == 0 ? p.won : kind == 1 ? p.covered : p.kept) + k, *counter);
          }
        }
      }
    }
  }

 private:
  SEGR_MEMBER void decide(const Params& p, int32_t index, uint32_t* counters) {
    const int32_t width = p.geometry.outputWidth(), y = index / width, x = index - y * width, count = *p.count;
    if (y >= p.geometry.outputHeight()) return;
    const MaskPosition at = maskPosition(p.geometry, x, y);
    const int64_t area = static_cast<int64_t>(p.geometry.maskWidth()) * p.geometry.maskHeight();
    int32_t winner = -1;
    float best = 0.0f, bestScore = 0.0f;
    for (int32_t k = 0; k < count; ++k) {
      const int32_t query = loadInt(p.list + k);
      const float score = loadFloat(p.bestScore + query);
      const float probability = maskProbability(p.geometry, at, static_cast<const T*>(p.masks) + query * area);
      if (probability >= 0.5f) addTo(counters + p.queries + k, 1);
      const bool wins = winner < 0 || score * probability > best;
      best = wins ? score * probability : best;
      bestScore = wins ? score : bestScore;
      winner = wins ? k : winner;
    }
    // score * p >= score * 0.5 is the reference's p >= 0.5: a product with one factor in common keeps its order.
    const bool inside = winner >= 0 && best >= bestScore * 0.5f;
    p.labels[index] = inside ? static_cast<uint16_t>(winner) : voidLabel;
    if (winner >= 0) addTo(counters + winner, 1);
    if (inside) addTo(counters + 2 * p.queries + winner, 1);
  }
};

/// A segment of the panoptic output.
struct PanopticSegment {
  int32_t classIndex;  // in the vocabulary
  float score;
};

struct PanopticSegmentsParams {
  const int32_t* bestClass;   // of PanopticCandidates
  const float* bestScore;     // likewise
  const int32_t* list;        // of SelectQueries
  const int32_t* count;       // likewise
  const uint32_t* won;        // of PanopticLabels
  const uint32_t* covered;    // likewise
  const uint32_t* kept;       // likewise
  const int32_t* classIndex;  // [T] class of the vocabulary
  const int32_t* isThing;     // [T]
  float overlapThreshold;     // a candidate that keeps a smaller share of its pixels is dropped
  int32_t* segmentOf;         // [Q] segment of each candidate, or -1
  PanopticSegment* segments;  // [Q]
  int32_t* segmentCount;
};

/// Which candidates become segments, stuff of one class merged into one. A hundred candidates, one after the other because each depends on
/// those before: one thread does it in less time than the host would need to ask for the counters, and the frame need not wait.
struct PanopticSegments {
  using Params = PanopticSegmentsParams;
  static constexpr int phases = 1;
  static constexpr int blockThreads = 1;

  static Launch launch(const Params&) { return {1, 1, blockThreads, 0}; }

  template <int>
  SEGR_MEMBER void run(const Params& p, const Place&, float*) {
    int32_t made = 0;
    const int32_t count = *p.count;
    for (int32_t k = 0; k < count; ++k) {
      p.segmentOf[k] = -1;
      const bool seen = p.won[k] != 0 && p.covered[k] != 0 && p.kept[k] != 0;
      if (!seen || static_cast<double>(p.won[k]) / static_cast<double>(p.covered[k]) < static_cast<double>(p.overlapThreshold)) continue;
      const int32_t query = p.list[k], type = p.bestClass[query], known = p.isThing[type] != 0 ? -1 : find(p, made, p.classIndex[type]);
      if (known >= 0) {
        p.segments[known].score = larger(p.segments[known].score, p.bestScore[query]);
        p.segmentOf[k] = known;
      } else {
        p.segments[made] = {p.classIndex[type], p.bestScore[query]};
        p.segmentOf[k] = made++;
      }
    }
    *p.segmentCount = made;
  }

 private:
  SEGR_MEMBER int32_t find(const Params& p, int32_t made, int32_t classIndex) {
    for (int32_t i = 0; i < made; ++i) {
      if (p.segments[i].classIndex == classIndex) return i;
    }
    return -1;
  }
};

struct SegmentLabelsParams {
  uint16_t* labels;  // in: candidates of PanopticLabels; out: segments, voidLabel where there is none
  const int32_t* segmentOf;
  int64_t pixels;
};

/// The last step of panoptic inference: candidates become segments.
struct SegmentLabels {
  using Params = SegmentLabelsParams;
  static constexpr int phases = 1;
  static constexpr int blockThreads = 256;

  static Launch launch(const Params& p) {
    return {static_cast<uint32_t>((p.pixels + blockThreads - 1) / blockThreads), 1, blockThreads, 0};
  }

  template <int>
  SEGR_MEMBER void run(const Params& p, const Place& place, float*) {
    const int64_t index = place.index();
    if (index >= p.pixels || p.labels[index] == voidLabel) return;
    p.labels[index] = static_cast<uint16_t>(p.segmentOf[p.labels[index]]);  // -1 becomes voidLabel
  }
};

}  // namespace segr::cuda
