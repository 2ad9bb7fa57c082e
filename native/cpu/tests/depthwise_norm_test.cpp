#include "check.h"
#include "dense_geometry.h"
#include "reference.h"

using namespace segr::cpu;
using namespace segr::cpu::test;

namespace {

struct DepthwiseCase {
  int64_t batch, height, width, channels;
  Floats x, weight, bias, scale, shift;  // weight [C, 1, 7, 7]
  float epsilon = 1e-6f;

  DepthwiseCase(Numbers& numbers, int64_t n, int64_t h, int64_t w, int64_t c)
      : batch(n),
        height(h),
        width(w),
        channels(c),
        x(numbers.floats(n * h * w * c, -2, 2)),
        weight(numbers.floats(49 * c, -0.5f, 0.5f)),
        bias(numbers.floats(c, -1, 1)),
        scale(numbers.floats(c, 0.5f, 2)),
        shift(numbers.floats(c, -1, 1)) {}

  Floats run(CpuLevel level, int64_t parts = 1) const {
    const DepthwiseKernels& kernel = kernels(level).depthwise;
    const auto padded = static_cast<size_t>((channels + kernel.lanes - 1) / kernel.lanes * kernel.lanes);
    Floats packed(49 * padded), packedBias(padded);
    kernel.pack(weight.data(), bias.data(), channels, packed.data(), packedBias.data());
    Floats out(x.size(), std::nanf(""));
    DepthwiseNormTask task;
    task.height = height;
    task.width = width;
    task.channels = channels;
    task.input = x.data();
    task.weight = packed.data();
    task.bias = packedBias.data();
    task.scale = scale.data();
    task.shift = shift.data();
    task.epsilon = epsilon;
    task.output = out.data();
    const int64_t rows = batch * height;
    const WordBuffer scratch(kernel.scratchWords(task));
    for (int64_t i = 0; i < parts; ++i) {
      kernel.run(task, rows * i / parts, rows * (i + 1) / parts, reinterpret_cast<float*>(scratch.data()));
    }
    return out;
  }

  Floats reference() const {
    Floats out;
    std::vector<double> pixel(static_cast<size_t>(channels));
    for (int64_t n = 0; n < batch; ++n) {
      for (int64_t y = 0; y < height; ++y) {
        for (int64_t column = 0; column < width; ++column) {
          for (int64_t c = 0; c < channels; ++c) {
            double sum = bias[static_cast<size_t>(c)];
            for (int64_t ky = 0; ky < 7; ++ky) {
              for (int64_t kx = 0; kx < 7; ++kx) {
                const int64_t iy = y + ky - 3, ix = column + kx - 3;
                if (iy < 0 || ix < 0 || iy >= height || ix >= width) continue;
                sum += static_cast<double>(weight[static_cast<size_t>(c * 49 + ky * 7 + kx)]) *
                       x[static_cast<size_t>(((n * height + iy) * width + ix) * channels + c)];
              }
            }
            pixel[static_cast<size_t>(c)] = sum;
          }
          double mean = 0, variance = 0;
          for (double v : pixel) mean += v / static_cast<double>(channels);
          for (double v : pixel) variance += (v - mean) * (v - mean) / static_cast<double>(channels);
          for (size_t c = 0; c < pixel.size(); ++c) {
            out.push_back(static_cast<float>((pixel[c] - mean) / std::sqrt(variance + epsilon) * scale[c] + shift[c]));
          }
        }
      }
    }
    return out;
  }
};

TEST("depthwiseNorm agrees with float64 for odd sizes at every level") {
  Numbers numbers(11);
  for (int i = 0; i < 60; ++i) {
    const int64_t channels = i < 40 ? i + 2 : numbers.between(2, 100);
    const DepthwiseCase c(numbers, numbers.between(1, 2), numbers.between(1, 12), numbers.between(1, 21), channels);
    const Floats expected = c.reference();
    for (CpuLevel level : levelsHere()) {
      REQUIRE_CLOSE(c.run(level, 1 + i % 3), expected, 5e-5, std::string(name(level)) + ", case " + std::to_string(i));
    }
  }
}

TEST("depthwiseNorm gives the shift alone for a constant pixel") {
  Numbers numbers(12);
  DepthwiseCase c(numbers, 1, 3, 5, 1);  // one channel is its own mean
  for (CpuLevel level : levelsHere()) {
    REQUIRE_CLOSE(c.run(level), Floats(c.x.size(), c.shift[0]), 1e-6, name(level));
  }
}

TEST("depthwiseNorm keeps its digits when the mean is large") {
  Numbers numbers(13);
  DepthwiseCase c(numbers, 1, 4, 9, 48);
  for (float& v : c.bias) v += 1000.0f;
  for (CpuLevel level : levelsHere()) REQUIRE_CLOSE(c.run(level), c.reference(), 2e-3, name(level));
}

TEST("depthwiseNorm handles an empty image") {
  Numbers numbers(14);
  for (CpuLevel level : levelsHere()) {
    REQUIRE(DepthwiseCase(numbers, 0, 4, 4, 8).run(level).empty(), name(level));
    REQUIRE(DepthwiseCase(numbers, 1, 0, 4, 8).run(level).empty(), name(level));
    REQUIRE(DepthwiseCase(numbers, 1, 4, 0, 8).run(level).empty(), name(level));
  }
}

}  // namespace
