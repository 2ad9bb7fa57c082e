#pragma once

#include <string>
#include <utility>

#include "reference.h"
#include "safetensors.h"

// Cases of deformable attention, for the CPU's kernels and the GPU's.

namespace segr::cpu::test {

inline DeformAttnGeometry geometryOf(const DeformAttnCase& c) {
  const int64_t levels = c.levelCount();
  return DeformAttnGeometry::plain({c.batch, c.rows, c.heads, c.channels}, {levels, 2}, c.sizes.data(), {levels}, c.starts.data(),
                                   {c.batch, c.queries, c.heads, levels, c.points, 2}, {c.batch, c.queries, c.heads, levels, c.points});
}

/// A case of the reference implementation's, 0 to 4, and its output.
inline std::pair<DeformAttnCase, Floats> recordedDeformCase(int number) {
  const auto tensors = readSafetensors(locateGolden("maftplus/msdeform_attn.safetensors"));
  const auto get = [&](const char* part) { return tensors.at(std::to_string(number) + "." + part); };
  const StoredTensor value = get("value"), locations = get("sampling_locations");
  DeformAttnCase c;
  c.batch = value.shape[0];
  c.rows = value.shape[1];
  c.heads = value.shape[2];
  c.channels = value.shape[3];
  c.queries = locations.shape[1];
  c.points = locations.shape[4];
  c.sizes = get("spatial_shapes").integers();
  c.starts = get("level_start_index").integers();
  c.value = value.floats();
  c.locations = locations.floats();
  c.weights = get("attention_weights").floats();
  return {c, get("output").floats()};
}
inline constexpr int recordedDeformCases = 5;

/// Levels of odd sizes, with gaps between them; up to `mostQueries` queries.
inline DeformAttnCase randomDeformCase(Numbers& numbers, int64_t channels, int64_t points, int64_t mostQueries, float low, float high) {
  DeformAttnCase c;
  c.batch = numbers.between(1, 2);
  c.heads = numbers.between(1, 3);
  c.channels = channels;
  c.points = points;
  c.queries = numbers.between(1, mostQueries);
  for (int64_t l = numbers.between(1, 4); l > 0; --l) {
    c.rows += numbers.between(0, 3);
    c.starts.push_back(c.rows);
    c.sizes.insert(c.sizes.end(), {numbers.between(1, 7), numbers.between(1, 9)});
    c.rows += c.sizes[c.sizes.size() - 2] * c.sizes[c.sizes.size() - 1];
  }
  c.value = numbers.floats(c.batch * c.rows * c.heads * c.channels, -1, 1);
  c.locations = numbers.floats(c.batch * c.queries * c.heads * c.samples() * 2, low, high);
  c.weights = numbers.floats(c.batch * c.queries * c.heads * c.samples(), 0, 1.0f / static_cast<float>(c.samples()));
  return c;
}

/// The fused form of a case, and in `plain` the locations and weights that it means.
struct FusedDeformCase {
  DeformAttnCase plain;
  Floats offsetsAndLogits;
  Floats references;  // empty: implicit

  DeformAttnGeometry geometry() const {
    const DeformAttnCase& c = plain;
    const Shape referencesShape{c.queries, 2};
    return DeformAttnGeometry::fused({c.batch, c.rows, c.heads * c.channels}, {c.levelCount(), 2}, c.sizes.data(),
                                     {c.batch, c.queries, 3 * c.heads * c.samples()}, references.empty() ? nullptr : &referencesShape,
                                     c.heads, c.points);
  }
};

/// `round` is what the type of offsets and logits keeps of them.
template <typename Round>
FusedDeformCase randomFusedDeformCase(Numbers& numbers, int64_t channels, int64_t points, int64_t mostQueries, bool implicit,
                                      Round&& round) {
  FusedDeformCase fused;
  DeformAttnCase& c = fused.plain;
  c = randomDeformCase(numbers, channels, points, mostQueries, 0, 1);
  c.rows = 0;
  Floats centres;
  for (int64_t l = 0; l < c.levelCount(); ++l) {
    c.starts[l] = c.rows;
    const int64_t height = c.sizes[2 * l], width = c.sizes[2 * l + 1];
    c.rows += height * width;
    for (int64_t i = 0; i < height * width; ++i) {
      centres.push_back((static_cast<float>(i % width) + 0.5f) / static_cast<float>(width));
      centres.push_back((static_cast<float>(i / width) + 0.5f) / static_cast<float>(height));
    }
  }
  c.value = numbers.floats(c.batch * c.rows * c.heads * c.channels, -1, 1);
  if (implicit) {
    c.queries = c.rows;
  } else {
    centres = fused.references = numbers.floats(c.queries * 2, 0, 1);
  }
  c.locations.clear();
  c.weights.clear();
  for (int64_t q = 0; q < c.batch * c.queries; ++q) {
    const int64_t count = c.heads * c.samples();
    const Floats offsets = round(numbers.floats(2 * count, -4, 4)), logits = round(numbers.floats(count, -20, 20));
    fused.offsetsAndLogits.insert(fused.offsetsAndLogits.end(), offsets.begin(), offsets.end());
    fused.offsetsAndLogits.insert(fused.offsetsAndLogits.end(), logits.begin(), logits.end());
    for (int64_t i = 0; i < count; ++i) {
      const int64_t level = i % c.samples() / c.points, head = i / c.samples();
      for (int64_t axis = 0; axis < 2; ++axis) {
        c.locations.push_back(centres[2 * (q % c.queries) + axis] +
                              offsets[2 * i + axis] / static_cast<float>(c.sizes[2 * level + 1 - axis]));
      }
      double total = 0;
      for (int64_t s = 0; s < c.samples(); ++s) total += std::exp(static_cast<double>(logits[head * c.samples() + s]) - logits[i]);
      c.weights.push_back(static_cast<float>(1 / total));
    }
  }
  return fused;
}

}  // namespace segr::cpu::test
