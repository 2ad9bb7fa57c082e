#include <limits>
#include <thread>

#include "check.h"
#include "deform_cases.h"

using namespace segr::cpu;
using namespace segr::cpu::test;

namespace {

/// Runs one of the kernels in `parts` ranges, the output filled with NaN before; the inputs as they came or split by heads.
Floats runKernel(const DeformAttnCase& c, const DeformAttnGeometry& geometry, DeformAttnTask task, const Kernels& kernels,
                 void (*kernel)(const DeformAttnTask&, int64_t, int64_t), int64_t parts, bool split) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  SampleTable samples;
  geometry.fill(samples);
  geometry.fill(task, c.value.data());
  task.samples = &samples;
  Floats out(static_cast<size_t>(c.batch * c.queries * c.heads * c.channels), nan);
  task.output = out.data();
  Floats value(static_cast<size_t>(geometry.splitValueSize()), nan), sampled(static_cast<size_t>(geometry.splitSamplesSize()), nan);
  if (split) {
    const int64_t rows = c.batch * c.rows, queries = c.batch * c.queries;
    kernels.splitValue(task, 0, rows / 2, value.data());
    kernels.splitValue(task, rows / 2, rows, value.data());
    kernels.splitSamples(task, 0, queries / 3, sampled.data());
    kernels.splitSamples(task, queries / 3, queries, sampled.data());
    geometry.fillSplit(task, value.data(), sampled.data());
  }
  const int64_t total = c.batch * c.heads * c.queries;
  for (int64_t i = 0; i < parts; ++i) kernel(task, total * i / parts, total * (i + 1) / parts);
  return out;
}

Floats runPlain(const DeformAttnCase& c, CpuLevel level, int64_t parts = 1, bool split = false) {
  const DeformAttnGeometry geometry = geometryOf(c);
  DeformAttnTask task;
  geometry.fillPlain(task, c.locations.data(), c.weights.data());
  return runKernel(c, geometry, task, kernels(level), kernels(level).deformAttn, parts, split);
}

Floats runFused(const FusedDeformCase& c, CpuLevel level, int64_t parts = 1, bool split = false) {
  const DeformAttnGeometry geometry = c.geometry();
  DeformAttnTask task;
  geometry.fillFused(task, c.offsetsAndLogits.data(), c.references.empty() ? nullptr : c.references.data());
  return runKernel(c.plain, geometry, task, kernels(level), kernels(level).deformAttnFused, parts, split);
}

DeformAttnCase randomCase(Numbers& numbers, int64_t channels, float low, float high) {
  return randomDeformCase(numbers, channels, numbers.between(1, 5), 9, low, high);
}

FusedDeformCase randomFusedCase(Numbers& numbers, int64_t channels, bool implicit) {
  return randomFusedDeformCase(numbers, channels, numbers.between(1, 5), 9, implicit, [](Floats values) { return values; });
}

std::string at(CpuLevel level, int i) {
  return std::string(name(level)) + ", case " + std::to_string(i);
}

TEST("deformAttn agrees with the reference implementation's recorded cases") {
  for (int i = 0; i < recordedDeformCases; ++i) {
    const auto [c, expected] = recordedDeformCase(i);
    for (CpuLevel level : levelsHere()) REQUIRE_CLOSE(runPlain(c, level), expected, 2e-5, at(level, i));
  }
}

TEST("deformAttn agrees with float64 for odd sizes at every level") {
  Numbers numbers(1);
  for (int i = 0; i < 120; ++i) {
    const DeformAttnCase c = randomCase(numbers, i < 70 ? i + 1 : numbers.between(1, 140), -0.4f, 1.4f);
    const Floats expected = deformAttnReference(c);
    for (CpuLevel level : levelsHere()) REQUIRE_CLOSE(runPlain(c, level, 1 + i % 3, i % 2 == 0), expected, 5e-6, at(level, i));
  }
}

TEST("deformAttnFused agrees with float64, implicit and explicit reference points") {
  Numbers numbers(2);
  for (int i = 0; i < 80; ++i) {
    const FusedDeformCase c = randomFusedCase(numbers, i < 40 ? i + 1 : numbers.between(1, 80), i % 2 == 0);
    const Floats expected = deformAttnReference(c.plain);
    for (CpuLevel level : levelsHere()) REQUIRE_CLOSE(runFused(c, level, 1 + i % 4, i % 4 < 2), expected, 2e-5, at(level, i));
  }
}

TEST("deformAttn takes many samples per head") {
  Numbers numbers(3);
  DeformAttnCase c = randomCase(numbers, 8, 0, 1);
  c.points = maxSamplesPerHead / c.levelCount();
  c.locations = numbers.floats(c.batch * c.queries * c.heads * c.samples() * 2, -0.2f, 1.2f);
  c.weights = numbers.floats(c.batch * c.queries * c.heads * c.samples(), 0, 1.0f / static_cast<float>(c.samples()));
  for (CpuLevel level : levelsHere()) REQUIRE_CLOSE(runPlain(c, level), deformAttnReference(c), 5e-6, name(level));
}

TEST("deformAttn ignores locations that are NaN, infinite or far outside") {
  Numbers numbers(4);
  constexpr float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  const Floats odd{nan, inf, -inf, 1e30f, -1e30f, std::numeric_limits<float>::max(), std::numeric_limits<float>::lowest(), 2.2e9f, -2.2e9f};
  for (int i = 0; i < 40; ++i) {
    DeformAttnCase c = randomCase(numbers, numbers.between(1, 40), -0.2f, 1.2f);
    for (float& v : c.locations) {
      if (numbers.between(0, 3) == 0) v = odd[static_cast<size_t>(numbers.between(0, static_cast<int64_t>(odd.size()) - 1))];
    }
    for (CpuLevel level : levelsHere()) REQUIRE_CLOSE(runPlain(c, level), deformAttnReference(c), 5e-6, at(level, i));
  }
}

TEST("deformAttn does not let an infinite pixel leak into queries that do not look at it") {
  DeformAttnCase c;
  c.sizes = {2, 2};
  c.starts = {0};
  c.rows = 4;
  c.value = {std::numeric_limits<float>::infinity(), 1, 1, 1};
  c.locations = {-5, -5};
  c.weights = {1};
  for (CpuLevel level : levelsHere()) REQUIRE_CLOSE(runPlain(c, level), Floats{0}, 0, name(level));
}

TEST("deformAttnFused stays inside its tensors for NaN and infinite offsets and logits") {
  Numbers numbers(5);
  constexpr float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  for (int i = 0; i < 20; ++i) {
    FusedDeformCase c = randomFusedCase(numbers, 12, true);
    for (float& v : c.offsetsAndLogits) {
      const int64_t kind = numbers.between(0, 5);
      if (kind < 4) v = Floats{nan, inf, -inf, 3e38f}[static_cast<size_t>(kind)];
    }
    for (CpuLevel level : levelsHere()) {
      // The numbers mean nothing; memory errors show under a sanitizer.
      REQUIRE(runFused(c, level).size() == static_cast<size_t>(c.plain.batch * c.plain.queries * c.plain.heads * c.plain.channels),
              at(level, i));
    }
  }
}

TEST("deformAttnFused weighs by softmax also for huge logits") {
  FusedDeformCase c;
  c.plain.sizes = {1, 2};
  c.plain.starts = {0};
  c.plain.rows = 2;
  c.plain.queries = 1;
  c.plain.points = 2;
  c.plain.value = {3, 5};
  c.references = {0.25f, 0.5f};
  c.offsetsAndLogits = {0, 0, 1, 0, 3000, 3000};
  for (CpuLevel level : levelsHere()) REQUIRE_CLOSE(runFused(c, level), Floats{4}, 1e-6, name(level));
  c.offsetsAndLogits = {0, 0, 1, 0, -3000, -std::numeric_limits<float>::infinity()};
  for (CpuLevel level : levelsHere()) REQUIRE_CLOSE(runFused(c, level), Floats{3}, 1e-6, name(level));
}

TEST("kernels give the same result from several threads at once") {
  Numbers numbers(6);
  const FusedDeformCase c = randomFusedCase(numbers, 32, true);
  const Floats expected = runFused(c, widestLevel());
  std::vector<Floats> results(4);
  std::vector<std::thread> threads;
  for (Floats& result : results) threads.emplace_back([&result, &c] { result = runFused(c, widestLevel(), 3); });
  for (std::thread& thread : threads) thread.join();
  for (const Floats& result : results) REQUIRE_CLOSE(result, expected, 0, "thread");
}

TEST("deformAttn handles no queries and no batch") {
  Numbers numbers(7);
  DeformAttnCase c = randomCase(numbers, 4, 0, 1);
  c.queries = 0;
  for (CpuLevel level : levelsHere()) REQUIRE(runPlain(c, level).empty(), name(level));
  c.batch = 0;
  for (CpuLevel level : levelsHere()) REQUIRE(runPlain(c, level).empty(), name(level));
}

}  // namespace
