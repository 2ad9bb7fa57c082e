#include "kernels/labels.h"

#include <array>

#include "check.h"
#include "element_data.h"
#include "grid.h"
#include "reference.h"

using namespace segr::cuda;
using namespace segr::cuda::test;
using segr::cpu::test::Floats;
using segr::cpu::test::Numbers;

namespace {

/// Bilinear with half-pixel centres, in float64.
double sampleAt(const std::vector<double>& map, int32_t width, int32_t height, double x, double y) {
  x = std::clamp(x, 0.0, width - 1.0);
  y = std::clamp(y, 0.0, height - 1.0);
  const auto x0 = static_cast<int32_t>(x), y0 = static_cast<int32_t>(y), x1 = std::min(x0 + 1, width - 1),
             y1 = std::min(y0 + 1, height - 1);
  const auto at = [&](int32_t row, int32_t column) { return map[static_cast<size_t>(row * width + column)]; };
  const double top = at(y0, x0) + (at(y0, x1) - at(y0, x0)) * (x - x0), bottom = at(y1, x0) + (at(y1, x1) - at(y1, x0)) * (x - x0);
  return top + (bottom - top) * (y - y0);
}

std::vector<double> resized(const std::vector<double>& map, int32_t width, int32_t height, int32_t newWidth, int32_t newHeight) {
  std::vector<double> out;
  for (int32_t y = 0; y < newHeight; ++y) {
    for (int32_t x = 0; x < newWidth; ++x) {
      out.push_back(sampleAt(map, width, height, (x + 0.5) * width / newWidth - 0.5, (y + 0.5) * height / newHeight - 0.5));
    }
  }
  return out;
}

std::vector<double> cropped(const std::vector<double>& map, int32_t width, int32_t newWidth, int32_t newHeight) {
  std::vector<double> out;
  for (int32_t y = 0; y < newHeight; ++y) {
    for (int32_t x = 0; x < newWidth; ++x) out.push_back(map[static_cast<size_t>(y * width + x)]);
  }
  return out;
}

void applySigmoid(std::vector<double>& map) {
  for (double& v : map) v = 1 / (1 + std::exp(-v));
}

struct LabelCase {
  MaskGeometry geometry{};
  int32_t queries, reasons, classes;
  Floats masks, logs;
  std::vector<int32_t> classIndex;

  LabelCase(Numbers& numbers, MaskSampling sampling, int32_t q, int32_t r, int32_t t) : queries(q), reasons(r), classes(t) {
    geometry = {37, 29, 30, 25, 32, 32, sampling};
    masks = numbers.floats(static_cast<int64_t>(q) * area(), -4, 4);
    logs = numbers.floats(static_cast<int64_t>(q) * r * (t + 1), -6, 0);
    for (int32_t i = 0; i < t; ++i) classIndex.push_back(3 * i + 1);
  }

  int64_t area() const { return static_cast<int64_t>(geometry.maskWidth()) * geometry.maskHeight(); }
  size_t pixels() const { return static_cast<size_t>(geometry.outputWidth() * geometry.outputHeight()); }

  /// Probability map of one mask at the output's size.
  std::vector<double> probabilities(int32_t q) const {
    std::vector<double> map(masks.begin() + q * area(), masks.begin() + (q + 1) * area());
    const int32_t width = geometry.maskWidth(), height = geometry.maskHeight();
    if (geometry.sampling == MaskSampling::stride4) {
      map = cropped(map, width, geometry.outputWidth(), geometry.outputHeight());
    } else {
      map = cropped(resized(map, width, height, geometry.paddedWidth, geometry.paddedHeight), geometry.paddedWidth, geometry.resizedWidth,
                    geometry.resizedHeight);
    }
    if (geometry.sampling != MaskSampling::masksToFrame) applySigmoid(map);
    if (geometry.outputWidth() == geometry.sourceWidth) {
      map = resized(map, geometry.resizedWidth, geometry.resizedHeight, geometry.sourceWidth, geometry.sourceHeight);
    }
    if (geometry.sampling == MaskSampling::masksToFrame) applySigmoid(map);
    return map;
  }

  /// Softmax over the columns of a row of values.
  static std::vector<double> softmax(std::vector<double> row) {
    double total = 0;
    for (double& v : row) total += v = std::exp(v);
    for (double& v : row) v /= total;
    return row;
  }

  std::vector<double> row(int32_t q, int32_t r) const {
    const auto begin = logs.begin() + (static_cast<int64_t>(q) * reasons + r) * (classes + 1);
    return {begin, begin + classes + 1};
  }
};

/// What the network says, in a type, and what the class kernels make of it.
template <typename T>
struct Scored {
  Buffer<T> logs, masks;
  Buffer<float> weights;
  std::vector<int32_t> bestClass, list;
  std::vector<float> bestScore;
  int32_t count = -1;
  ClassScoresParams params{};

  Scored(const LabelCase& c, float threshold)
      : logs(c.logs),
        masks(c.masks),
        weights(static_cast<size_t>((c.classes + 7) / 8 * 8 * c.queries)),
        bestClass(static_cast<size_t>(c.queries)),
        list(static_cast<size_t>(c.queries)),
        bestScore(static_cast<size_t>(c.queries)) {
    params = {logs.data(), c.queries, c.reasons, c.classes, weights.data(), bestClass.data(), bestScore.data(), threshold};
  }

  void select(bool panoptic, float limit) {
    runGrid<SelectQueries>({panoptic ? nullptr : weights.data(), panoptic ? bestClass.data() : nullptr, limit, (params.classes + 7) / 8,
                            params.queries, list.data(), &count});
  }
};

template <typename T>
void checkSemantic(LabelCase c, Order order, const std::string& context) {
  c.masks = rounded<T>(c.masks);
  c.logs = rounded<T>(c.logs);
  for (int32_t t = 0; t <= c.classes; ++t) {  // a query that is void everywhere
    for (int32_t r = 0; r < c.reasons; ++r)
      c.logs[static_cast<size_t>((2 * c.reasons + r) * (c.classes + 1) + t)] = t == c.classes ? 0.0f : -18.0f;
  }
  Scored<T> scored(c, 0);
  runGrid<SemanticWeights<T>>(scored.params, order);
  scored.select(false, 1e-5f);
  REQUIRE(scored.count == c.queries - 1 && scored.list[2] == 3, context + ": the void query is left out");
  std::vector<uint16_t> labels(c.pixels(), 7777);
  std::vector<uint64_t> sums(static_cast<size_t>(c.classes));
  runGrid<SemanticLabels<T>>({scored.masks.data(), scored.weights.data(), scored.list.data(), &scored.count, c.classIndex.data(),
                              labels.data(), c.geometry, c.queries, c.classes, 0.0f, sums.data()},
                             order);

  std::vector<std::vector<double>> scores(static_cast<size_t>(c.classes), std::vector<double>(c.pixels()));
  for (int32_t q = 0; q < c.queries; ++q) {
    const auto map = c.probabilities(q);
    for (int32_t r = 0; r < c.reasons; ++r) {
      const auto share = LabelCase::softmax(c.row(q, r));
      for (size_t t = 0; t < scores.size(); ++t) {
        for (size_t i = 0; i < map.size(); ++i) scores[t][i] += map[i] * share[t] / c.reasons;
      }
    }
  }
  std::vector<double> expectedSums(sums.size());
  for (size_t i = 0; i < c.pixels(); ++i) {
    size_t best = 0;
    for (size_t t = 1; t < scores.size(); ++t) best = scores[t][i] > scores[best][i] ? t : best;
    const auto given = static_cast<size_t>(labels[i] / 3);
    REQUIRE(labels[i] % 3 == 1 && given < scores.size(), context + ": a label");
    // Where two classes are as good as equal either will do.
    REQUIRE(scores[given][i] > scores[best][i] - 1e-5, context + ": pixel " + std::to_string(i));
    expectedSums[given] += scores[given][i];
  }
  for (size_t t = 0; t < sums.size(); ++t) {
    const double sum = static_cast<double>(sums[t]) / 16777216.0;
    REQUIRE(std::abs(sum - expectedSums[t]) < 1e-5 * static_cast<double>(c.pixels()), context + ": sum of scores of class " + std::to_string(t));
  }
}

TEST("cuda semantic labels agree with float64 at every size") {
  Numbers numbers(1);
  for (MaskSampling sampling : {MaskSampling::stride4, MaskSampling::resized, MaskSampling::masksToFrame, MaskSampling::scoresToFrame}) {
    for (const auto& [queries, reasons, classes] : {std::array<int32_t, 3>{20, 1, 5}, {5, 3, 8}, {11, 2, 133}, {130, 1, 1}, {40, 40, 70}}) {
      const LabelCase c(numbers, sampling, queries, reasons, classes);
      const std::string context = "sampling " + std::to_string(static_cast<int>(sampling)) + ", " + std::to_string(classes) + " classes";
      checkSemantic<float>(c, Order::forward, context);
      checkSemantic<float>(c, Order::backward, context + ", threads in reverse");
      checkSemantic<Half>(c, Order::forward, context + ", float16");
    }
  }
}

TEST("cuda semantic labels are void below the least score and everywhere where no query speaks") {
  Numbers numbers(2);
  const LabelCase c(numbers, MaskSampling::stride4, 6, 1, 4);
  Scored<float> scored(c, 0);
  runGrid<SemanticWeights<float>>(scored.params);
  scored.select(false, 1e-5f);
  std::vector<uint16_t> labels(c.pixels());
  SemanticLabelsParams p{scored.masks.data(), scored.weights.data(),
                         scored.list.data(),  &scored.count,
                         c.classIndex.data(), labels.data(),
                         c.geometry,          c.queries,
                         c.classes,           100.0f,
                         nullptr};
  runGrid<SemanticLabels<float>>(p);
  for (uint16_t label : labels) REQUIRE(label == voidLabel, "least score");
  const int32_t none = 0;
  p.count = &none;
  p.minScore = 1e-9f;
  runGrid<SemanticLabels<float>>(p);
  for (uint16_t label : labels) REQUIRE(label == voidLabel, "no query");
}

template <typename T>
void checkPanoptic(LabelCase c, Order order, const std::string& context) {
  constexpr float threshold = 0.2f, overlap = 0.3f;
  c.masks = rounded<T>(c.masks);
  c.logs = rounded<T>(c.logs);
  Scored<T> scored(c, threshold);
  runGrid<PanopticCandidates<T>>(scored.params, order);
  scored.select(true, 0);

  // Candidates.
  std::vector<int32_t> list, bestClass;
  std::vector<double> bestScore;
  for (int32_t q = 0; q < c.queries; ++q) {
    std::vector<double> mean(static_cast<size_t>(c.classes + 1));
    for (int32_t r = 0; r < c.reasons; ++r) {
      const auto row = c.row(q, r);
      for (size_t t = 0; t < mean.size(); ++t) mean[t] += row[t] / c.reasons;
    }
    const auto share = LabelCase::softmax(mean);
    const auto end = share.begin() + (c.reasons == 1 ? c.classes + 1 : c.classes);
    const auto best = static_cast<int32_t>(std::max_element(share.begin(), end) - share.begin());
    REQUIRE(std::abs(scored.bestScore[static_cast<size_t>(q)] - share[static_cast<size_t>(best)]) < 1e-5, context + ": best score");
    if (best < c.classes && share[static_cast<size_t>(best)] > threshold) {
      list.push_back(q);
      bestClass.push_back(best);
      bestScore.push_back(share[static_cast<size_t>(best)]);
    }
  }
  const auto count = static_cast<size_t>(scored.count);
  REQUIRE(std::vector<int32_t>(scored.list.begin(), scored.list.begin() + scored.count) == list && !list.empty(), context + ": candidates");

  // Pixels. Counters are compared with the kernel's own labels where a pixel is a tie.
  const auto size = static_cast<size_t>(c.queries);
  std::vector<uint16_t> labels(c.pixels(), 7777);
  std::vector<uint32_t> won(size), covered(size), kept(size);
  runGrid<PanopticLabels<T>>({scored.masks.data(), scored.bestScore.data(), scored.list.data(), &scored.count, labels.data(), won.data(),
                              covered.data(), kept.data(), c.geometry, c.queries},
                             order);
  std::vector<std::vector<double>> maps;
  for (int32_t q : list) maps.push_back(c.probabilities(q));
  std::vector<uint32_t> expectedKept(size), expectedCovered(size);
  uint32_t allWon = 0;
  for (size_t i = 0; i < c.pixels(); ++i) {
    size_t best = 0;
    for (size_t k = 0; k < count; ++k) {
      if (bestScore[k] * maps[k][i] > bestScore[best] * maps[best][i]) best = k;
      REQUIRE(std::abs(maps[k][i] - 0.5) > 1e-7, "the case has no pixel on the edge of a mask");
      expectedCovered[k] += maps[k][i] >= 0.5 ? 1 : 0;
    }
    const bool inside = maps[best][i] >= 0.5;
    REQUIRE(labels[i] == (inside ? best : voidLabel), context + ": pixel " + std::to_string(i));
    if (inside) ++expectedKept[best];
  }
  for (uint32_t n : won) allWon += n;
  REQUIRE(allWon == c.pixels() && kept == expectedKept && covered == expectedCovered, context + ": counters");

  // Segments: every other class is stuff.
  std::vector<int32_t> isThing, segmentOf(size, 99);
  std::vector<PanopticSegment> segments(size);
  int32_t segmentCount = -1;
  for (int32_t t = 0; t < c.classes; ++t) isThing.push_back(t % 2);
  runGrid<PanopticSegments>({scored.bestClass.data(), scored.bestScore.data(), scored.list.data(), &scored.count, won.data(),
                             covered.data(), kept.data(), c.classIndex.data(), isThing.data(), overlap, segmentOf.data(), segments.data(),
                             &segmentCount});
  const std::vector<uint16_t> candidates = labels;
  runGrid<SegmentLabels>({labels.data(), segmentOf.data(), static_cast<int64_t>(labels.size())}, order);
  std::vector<std::pair<int32_t, double>> expectedSegments;
  std::vector<int32_t> expectedSegmentOf(count, -1);
  for (size_t k = 0; k < count; ++k) {
    if (won[k] == 0 || covered[k] == 0 || kept[k] == 0 || static_cast<double>(won[k]) / covered[k] < static_cast<double>(overlap)) continue;
    const int32_t type = c.classIndex[static_cast<size_t>(bestClass[k])];
    auto known = expectedSegments.end();
    if (bestClass[k] % 2 == 0) {
      known = std::find_if(expectedSegments.begin(), expectedSegments.end(), [&](const auto& s) { return s.first == type; });
    }
    if (known == expectedSegments.end()) known = expectedSegments.insert(known, {type, 0.0});
    known->second = std::max(known->second, bestScore[k]);
    expectedSegmentOf[k] = static_cast<int32_t>(known - expectedSegments.begin());
  }
  REQUIRE(segmentCount == static_cast<int32_t>(expectedSegments.size()), context + ": number of segments");
  for (size_t s = 0; s < expectedSegments.size(); ++s) {
    REQUIRE(segments[s].classIndex == expectedSegments[s].first && std::abs(segments[s].score - expectedSegments[s].second) < 1e-5,
            context + ": segment " + std::to_string(s));
  }
  for (size_t i = 0; i < labels.size(); ++i) {
    const uint16_t expected = candidates[i] == voidLabel ? voidLabel : static_cast<uint16_t>(expectedSegmentOf[candidates[i]]);
    REQUIRE(labels[i] == expected, context + ": segment of pixel " + std::to_string(i));
  }
}

TEST("cuda panoptic labels and segments agree with float64") {
  Numbers numbers(3);
  for (MaskSampling sampling : {MaskSampling::stride4, MaskSampling::masksToFrame}) {
    for (const auto& [queries, reasons, classes] : {std::array<int32_t, 3>{20, 1, 3}, {12, 3, 4}, {50, 1, 5}}) {
      const LabelCase c(numbers, sampling, queries, reasons, classes);
      const std::string context = std::to_string(queries) + " queries, sampling " + std::to_string(static_cast<int>(sampling));
      checkPanoptic<float>(c, Order::forward, context);
      checkPanoptic<float>(c, Order::backward, context + ", threads in reverse");
      checkPanoptic<Half>(c, Order::forward, context + ", float16");
    }
  }
}

TEST("cuda kernels fit the queries of published models into shared memory") {
  REQUIRE(SemanticLabels<float>::mostQueries >= 300, "semantic");
  REQUIRE(PanopticLabels<float>::mostQueries >= 300, "panoptic");
}

}  // namespace
