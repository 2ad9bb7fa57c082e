#include "kernels/deform_attn.h"

#include <limits>

#include "check.h"
#include "deform_cases.h"
#include "element_data.h"
#include "grid.h"
#include "host/deform_params.h"

using namespace segr::cuda;
using namespace segr::cuda::test;
using segr::cpu::DeformAttnGeometry;
using segr::cpu::test::DeformAttnCase;
using segr::cpu::test::deformAttnReference;
using segr::cpu::test::Floats;
using segr::cpu::test::FusedDeformCase;
using segr::cpu::test::Numbers;
using segr::cpu::test::recordedDeformCase;

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
  return runKernel<Value, float, false>(deformParams("MSDeformAttn", geometryOf(c), false), c, c.locations, c.weights, width, order);
}

DeformAttnCase randomCase(Numbers& numbers, int64_t channels, int64_t points, float low, float high) {
  return segr::cpu::test::randomDeformCase(numbers, channels, points, 41, low, high);
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
  for (int i = 0; i < segr::cpu::test::recordedDeformCases; ++i) {
    const auto [c, expected] = recordedDeformCase(i);
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

template <typename Value, typename Sample>
void checkFused(uint32_t seed, int64_t channels, int64_t points, bool implicit, const std::string& context) {
  Numbers numbers(seed);
  FusedDeformCase fused = segr::cpu::test::randomFusedDeformCase(numbers, channels, points, 41, implicit, rounded<Sample>);
  DeformAttnCase& c = fused.plain;
  c.value = rounded<Value>(c.value);
  DeformAttnParams p = deformParams("MSDeformAttnFused", fused.geometry(), true);
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
