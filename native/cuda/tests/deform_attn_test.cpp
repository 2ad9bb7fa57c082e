#include "kernels/deform_attn.h"

#include <limits>

#include "check.h"
#include "element_data.h"
#include "grid.h"
#include "host/deform_params.h"
#include "reference.h"
#include "safetensors.h"

using namespace segr::cuda;
using namespace segr::cuda::test;
using segr::cpu::DeformAttnGeometry;
using segr::cpu::Shape;
using segr::cpu::test::DeformAttnCase;
using segr::cpu::test::deformAttnReference;
using segr::cpu::test::Floats;
using segr::cpu::test::locateGolden;
using segr::cpu::test::Numbers;
using segr::cpu::test::readSafetensors;

namespace {

/// How threads share the channels: by 16 bytes, one by one, or one by one because the addresses are odd.
enum class Width { vector, scalar, misaligned };

template <typename Value, typename Sample, bool fused>
Floats runKernel(DeformAttnParams p, const DeformAttnCase& c, const Floats& pairs, const Floats& single, Width width, Order order) {
  const size_t shift = width == Width::misaligned ? 1 : 0;
  const Buffer<Value> value(c.value, shift);
  Buffer<Value> output(static_cast<size_t>(c.batch * c.queries * c.heads * c.channels), shift);
  const Buffer<Sample> pairsData(pairs, shift), singleData(single, shift);
  p.value = value.data();
  p.pairs = pairsData.data();
  // In the fused form both lie in one tensor.
  p.single = fused ? pairsData.data() + 2 * c.heads * c.samples() : singleData.data();
  p.output = output.data();
  if (width == Width::vector) {
    if (!deformVectorFits(p, sizeof(Value), sizeof(Sample))) throw std::logic_error("the vector kernel does not fit the case");
    runGrid<DeformAttn<Value, Sample, fused, deformVector<Value>>>(p, order);
  } else {
    if (width == Width::misaligned && deformVectorFits(p, sizeof(Value), sizeof(Sample)))
      throw std::logic_error("odd addresses pass for aligned ones");
    runGrid<DeformAttn<Value, Sample, fused, 1>>(p, order);
  }
  return output.floats();
}

template <typename Value>
Floats runPlain(const DeformAttnCase& c, Width width, Order order = Order::forward) {
  const int64_t levels = c.levelCount();
  const auto geometry =
      DeformAttnGeometry::plain({c.batch, c.rows, c.heads, c.channels}, {levels, 2}, c.sizes.data(), {levels}, c.starts.data(),
                                {c.batch, c.queries, c.heads, levels, c.points, 2}, {c.batch, c.queries, c.heads, levels, c.points});
  return runKernel<Value, float, false>(deformParams("MSDeformAttn", geometry, false), c, c.locations, c.weights, width, order);
}

/// Levels of odd sizes, with gaps between them.
DeformAttnCase randomCase(Numbers& numbers, int64_t channels, int64_t points, float low, float high) {
  DeformAttnCase c;
  c.batch = numbers.between(1, 2);
  c.heads = numbers.between(1, 3);
  c.channels = channels;
  c.points = points;
  c.queries = numbers.between(1, 41);
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

template <typename Value>
void checkPlain(DeformAttnCase c, const std::string& context) {
  c.value = rounded<Value>(c.value);
  const Floats expected = deformAttnReference(c);
  // The sum is in float32, so what is left is the output's own rounding.
  const double tolerance = 2e-6 + epsilon<Value>;
  if (c.channels % deformVector<Value> == 0) {
    const Floats wide = runPlain<Value>(c, Width::vector);
    REQUIRE_CLOSE(wide, expected, tolerance, context + ", vector");
    REQUIRE_CLOSE(runPlain<Value>(c, Width::vector, Order::backward), wide, 0, context + ", threads in reverse");
    REQUIRE_CLOSE(runPlain<Value>(c, Width::misaligned), wide, 0, context + ", misaligned");
  }
  REQUIRE_CLOSE(runPlain<Value>(c, Width::scalar), expected, tolerance, context + ", scalar");
}

TEST("cuda deformAttn agrees with the reference implementation's recorded cases") {
  const auto tensors = readSafetensors(locateGolden("maftplus/msdeform_attn.safetensors"));
  for (int i = 0; i < 5; ++i) {
    const auto get = [&](const char* part) { return tensors.at(std::to_string(i) + "." + part); };
    const auto value = get("value"), locations = get("sampling_locations");
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
    const Floats expected = get("output").floats();
    float largest = 1;
    for (float v : expected) largest = std::max(largest, std::abs(v));
    const std::string context = "case " + std::to_string(i);
    REQUIRE_CLOSE(runPlain<float>(c, Width::vector), expected, 1e-5 * largest, context + ", float32");
    REQUIRE_CLOSE(runPlain<float>(c, Width::scalar), expected, 1e-5 * largest, context + ", float32, scalar");
    REQUIRE_CLOSE(runPlain<Half>(c, Width::vector), expected, 2e-3 * largest, context + ", float16");
    REQUIRE_CLOSE(runPlain<BFloat16>(c, Width::vector), expected, 2e-2 * largest, context + ", bfloat16");
  }
}

TEST("cuda deformAttn agrees with float64 in all types, head dimensions and odd sizes") {
  Numbers numbers(1);
  for (int64_t channels : {1, 3, 4, 7, 8, 12, 16, 24, 32, 40, 48, 64, 65}) {
    for (int64_t points : {1, 3, 4}) {
      const DeformAttnCase c = randomCase(numbers, channels, points, -0.3f, 1.3f);
      const std::string context = std::to_string(channels) + " channels, " + std::to_string(points) + " points";
      checkPlain<float>(c, context + ", float32");
      checkPlain<Half>(c, context + ", float16");
      checkPlain<BFloat16>(c, context + ", bfloat16");
    }
  }
}

TEST("cuda deformAttn ignores locations that are not in the picture, and reads nothing there") {
  Numbers numbers(2);
  constexpr float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  DeformAttnCase c = randomCase(numbers, 8, 4, 0, 1);
  const float strange[] = {nan, inf, -inf, 3e38f, -3e38f, 1e10f, -1e10f, -0.0f, 1, 0, 1.0000001f, 2147483648.0f, -2147483648.0f};
  size_t i = 0;
  for (float& v : c.locations) v = strange[i++ % std::size(strange)];
  for (Width width : {Width::vector, Width::scalar}) {
    REQUIRE_CLOSE(runPlain<float>(c, width), deformAttnReference(c), 2e-6, "strange locations");
  }
}

/// The fused form of a case, and in `plain` the locations and weights that it means.
struct FusedCase {
  DeformAttnCase plain;
  Floats offsetsAndLogits;
  Floats references;  // empty: implicit
};

template <typename Sample>
FusedCase randomFusedCase(Numbers& numbers, int64_t channels, int64_t points, bool implicit) {
  FusedCase fused;
  DeformAttnCase& c = fused.plain;
  c = randomCase(numbers, channels, points, 0, 1);
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
    const Floats offsets = rounded<Sample>(numbers.floats(2 * count, -4, 4)), logits = rounded<Sample>(numbers.floats(count, -20, 20));
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

template <typename Value, typename Sample>
void checkFused(uint32_t seed, int64_t channels, int64_t points, bool implicit, const std::string& context) {
  Numbers numbers(seed);
  FusedCase fused = randomFusedCase<Sample>(numbers, channels, points, implicit);
  DeformAttnCase& c = fused.plain;
  c.value = rounded<Value>(c.value);
  const int64_t levels = c.levelCount();
  const Shape referencesShape{c.queries, 2};
  const auto geometry =
      DeformAttnGeometry::fused({c.batch, c.rows, c.heads * c.channels}, {levels, 2}, c.sizes.data(),
                                {c.batch, c.queries, 3 * c.heads * c.samples()}, implicit ? nullptr : &referencesShape, c.heads, c.points);
  DeformAttnParams p = deformParams("MSDeformAttnFused", geometry, true);
  p.references = implicit ? nullptr : fused.references.data();
  const Floats expected = deformAttnReference(c);
  const double tolerance = 2e-5 + epsilon<Value>;  // locations of the reference went through 0 to 1 and back
  const auto run = [&](Width width, Order order) { return runKernel<Value, Sample, true>(p, c, fused.offsetsAndLogits, {}, width, order); };
  if (channels % deformVector<Value> == 0 && c.heads * c.samples() % 2 == 0) {
    const Floats wide = run(Width::vector, Order::forward);
    REQUIRE_CLOSE(wide, expected, tolerance, context + ", vector");
    REQUIRE_CLOSE(run(Width::vector, Order::backward), wide, 0, context + ", threads in reverse");
  }
  REQUIRE_CLOSE(run(Width::scalar, Order::forward), expected, tolerance, context + ", scalar");
}

TEST("cuda deformAttnFused agrees with float64 in all types") {
  uint32_t seed = 10;
  for (int64_t channels : {1, 5, 8, 16, 32, 64}) {
    for (int64_t points : {1, 3, 4, 8}) {
      for (bool implicit : {false, true}) {
        const std::string context = std::to_string(channels) + " channels, " + std::to_string(points) + " points";
        ++seed;
        checkFused<float, float>(seed, channels, points, implicit, context + ", float32");
        checkFused<Half, float>(seed, channels, points, implicit, context + ", float16 and float32");
        checkFused<BFloat16, float>(seed, channels, points, implicit, context + ", bfloat16 and float32");
        checkFused<Half, Half>(seed, channels, points, implicit, context + ", float16");
        checkFused<BFloat16, BFloat16>(seed, channels, points, implicit, context + ", bfloat16");
      }
    }
  }
}

TEST("cuda deformAttn does nothing where there are no queries or images") {
  Numbers numbers(3);
  DeformAttnCase c = randomCase(numbers, 8, 2, 0, 1);
  c.queries = 0;
  c.locations.clear();
  c.weights.clear();
  REQUIRE(runPlain<float>(c, Width::scalar).empty(), "no queries");
}

TEST("cuda deformAttn says what a GPU has no room for") {
  DeformAttnGeometry geometry;
  geometry.batch = geometry.rows = geometry.queries = geometry.heads = geometry.channels = geometry.points = 1;
  geometry.levels.resize(maxDeformLevels + 1, {1, 1, 0});
  REQUIRE_SHAPE_ERROR(deformParams("MSDeformAttn", geometry, false), "MSDeformAttn: the number of levels (L) is 65, at most 64");
  geometry.levels.resize(1);
  geometry.batch = 70000;
  REQUIRE_SHAPE_ERROR(deformParams("MSDeformAttn", geometry, false), "the batch (N) is 70000, at most 65535");
  geometry.batch = 1;
  geometry.queries = int64_t{1} << 31;
  REQUIRE_SHAPE_ERROR(deformParams("MSDeformAttn", geometry, false), "the number of queries (Lq) is 2147483648");
}

}  // namespace
