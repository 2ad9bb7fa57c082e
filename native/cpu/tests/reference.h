#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "cpu_level.h"
#include "geometry.h"

// Slow, plain float64 versions of the operators, written from their definitions and sharing nothing with the kernels.

namespace segr::cpu::test {

using Floats = std::vector<float>;
using Integers = std::vector<int64_t>;

/// The levels that this machine has.
inline std::vector<CpuLevel> levelsHere() {
  std::vector<CpuLevel> levels;
  for (CpuLevel level : {CpuLevel::scalar, CpuLevel::avx2, CpuLevel::avx512}) {
    if (supports(level)) levels.push_back(level);
  }
  return levels;
}

/// Deterministic numbers.
class Numbers {
 public:
  explicit Numbers(uint32_t seed) : engine_(seed) {}

  int64_t between(int64_t low, int64_t high) { return low + static_cast<int64_t>(engine_() % static_cast<uint64_t>(high - low + 1)); }

  float uniform(float low, float high) { return low + (high - low) * static_cast<float>(engine_() >> 8) / 16777216.0f; }

  Floats floats(int64_t count, float low, float high) {
    Floats values(static_cast<size_t>(count));
    for (float& v : values) v = uniform(low, high);
    return values;
  }

 private:
  std::mt19937 engine_;
};

/// All that one deformable attention needs, in the plain form.
struct DeformAttnCase {
  int64_t batch = 1, queries = 1, heads = 1, channels = 1, points = 1;
  Integers sizes;   // [L, 2]
  Integers starts;  // [L]
  int64_t rows = 0;
  Floats value, locations, weights;

  int64_t levelCount() const { return static_cast<int64_t>(starts.size()); }
  int64_t samples() const { return levelCount() * points; }
};

/// Value of one pixel, zero outside.
inline double pixel(const DeformAttnCase& c, int64_t n, int64_t level, int64_t y, int64_t x, int64_t head, int64_t channel) {
  const int64_t height = c.sizes[2 * level], width = c.sizes[2 * level + 1];
  if (x < 0 || y < 0 || x >= width || y >= height) return 0;
  const int64_t row = n * c.rows + c.starts[level] + y * width + x;
  return c.value[static_cast<size_t>((row * c.heads + head) * c.channels + channel)];
}

/// Multi-scale deformable attention in float64.
inline Floats deformAttnReference(const DeformAttnCase& c) {
  Floats out;
  for (int64_t n = 0; n < c.batch; ++n) {
    for (int64_t q = 0; q < c.queries; ++q) {
      for (int64_t m = 0; m < c.heads; ++m) {
        for (int64_t d = 0; d < c.channels; ++d) {
          double sum = 0;
          for (int64_t s = 0; s < c.samples(); ++s) {
            const int64_t level = s / c.points;
            const auto at = static_cast<size_t>(((n * c.queries + q) * c.heads + m) * c.samples() + s);
            const double x = static_cast<double>(c.locations[2 * at]) * static_cast<double>(c.sizes[2 * level + 1]) - 0.5;
            const double y = static_cast<double>(c.locations[2 * at + 1]) * static_cast<double>(c.sizes[2 * level]) - 0.5;
            if (!(std::abs(x) < 1e9 && std::abs(y) < 1e9)) continue;
            const double fx = std::floor(x), fy = std::floor(y);
            for (int64_t corner = 0; corner < 4; ++corner) {
              const auto dx = static_cast<double>(corner % 2), dy = static_cast<double>(corner / 2);
              const double weight = (1 - std::abs(fx + dx - x)) * (1 - std::abs(fy + dy - y));
              sum += c.weights[at] * weight * pixel(c, n, level, static_cast<int64_t>(fy + dy), static_cast<int64_t>(fx + dx), m, d);
            }
          }
          out.push_back(static_cast<float>(sum));
        }
      }
    }
  }
  return out;
}

}  // namespace segr::cpu::test
