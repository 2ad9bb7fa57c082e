#include "kernels/depthwise_norm.h"

#include <array>

#include "check.h"
#include "element_data.h"
#include "grid.h"
#include "host/depthwise_weights.h"
#include "reference.h"

using namespace segr::cuda;
using namespace segr::cuda::test;
using segr::cpu::test::Floats;
using segr::cpu::test::Numbers;

namespace {

struct DepthwiseCase {
  int64_t batch, height, width, channels;
  Floats input, weight, bias, scale, shift;
  float epsilon = 1e-6f;

  DepthwiseCase(Numbers& numbers, int64_t n, int64_t h, int64_t w, int64_t c)
      : batch(n),
        height(h),
        width(w),
        channels(c),
        input(numbers.floats(n * h * w * c, -1, 1)),
        weight(numbers.floats(c * 49, -0.3f, 0.3f)),
        bias(numbers.floats(c, -1, 1)),
        scale(numbers.floats(c, 0.5f, 1.5f)),
        shift(numbers.floats(c, -1, 1)) {}

  double convolution(int64_t n, int64_t y, int64_t x, int64_t c) const {
    double sum = bias[c];
    for (int64_t k = 0; k < 49; ++k) {
      const int64_t row = y + k / 7 - 3, column = x + k % 7 - 3;
      if (row < 0 || row >= height || column < 0 || column >= width) continue;
      sum += static_cast<double>(input[((n * height + row) * width + column) * channels + c]) * weight[c * 49 + k];
    }
    return sum;
  }

  Floats reference() const {
    Floats out;
    for (int64_t i = 0; i < batch * height * width; ++i) {
      std::vector<double> pixel;
      double mean = 0, variance = 0;
      for (int64_t c = 0; c < channels; ++c) {
        pixel.push_back(convolution(i / (height * width), i / width % height, i % width, c));
        mean += pixel.back() / static_cast<double>(channels);
      }
      for (double v : pixel) variance += (v - mean) * (v - mean) / static_cast<double>(channels);
      for (int64_t c = 0; c < channels; ++c)
        out.push_back(static_cast<float>((pixel[c] - mean) / std::sqrt(variance + epsilon) * scale[c] + shift[c]));
    }
    return out;
  }

  template <typename T>
  Floats run(int32_t tileRows, bool vector, Order order = Order::forward) const {
    const size_t shift0 = vector ? 0 : 1;
    const Buffer<T> in(input, shift0);
    Buffer<T> out(input.size(), shift0);
    const DepthwiseWeights packed(weight.data(), bias.data(), channels);
    const Buffer<float> packedWeight(packed.weight), packedBias(packed.bias);
    const DepthwiseNormParams p{in.data(),
                                packedWeight.data(),
                                packedBias.data(),
                                scale.data(),
                                shift.data(),
                                out.data(),
                                epsilon,
                                static_cast<int32_t>(batch),
                                static_cast<int32_t>(height),
                                static_cast<int32_t>(width),
                                static_cast<int32_t>(channels),
                                tileRows};
    REQUIRE(!vector || depthwiseVectorFits(p, sizeof(T)), "the vector kernel does not fit the case");
    vector ? runGrid<DepthwiseNorm<T, 4>>(p, order) : runGrid<DepthwiseNorm<T, 1>>(p, order);
    return out.floats();
  }
};

template <typename T>
void check(DepthwiseCase c, const std::string& type) {
  c.input = rounded<T>(c.input);
  const Floats expected = c.reference();
  float largest = 1;
  for (float v : expected) largest = std::max(largest, std::abs(v));
  const double tolerance = (2e-5 + epsilon<T>)*largest;
  const std::string context = type + ", " + std::to_string(c.height) + " x " + std::to_string(c.width) + " x " + std::to_string(c.channels);
  for (int32_t rows : {1, 2, 4}) {
    if (depthwiseShared(rows, static_cast<int32_t>(c.channels)) * 4 > largestShared) continue;
    const std::string tile = context + ", tiles of " + std::to_string(rows);
    const Floats scalar = c.run<T>(rows, false);
    REQUIRE_CLOSE(scalar, expected, tolerance, tile + ", scalar");
    REQUIRE_CLOSE(c.run<T>(rows, false, Order::backward), scalar, 0, tile + ", threads in reverse");
    if (c.channels % 4 == 0) REQUIRE_CLOSE(c.run<T>(rows, true), scalar, 0, tile + ", vector");
  }
}

TEST("cuda depthwiseNorm agrees with float64 in all types and odd sizes") {
  Numbers numbers(1);
  for (const auto& [n, h, w, c] :
       {std::array<int64_t, 4>{1, 1, 1, 4}, {2, 5, 9, 12}, {1, 8, 8, 96}, {1, 11, 17, 7}, {1, 3, 23, 130}, {1, 2, 3, 1500}}) {
    const DepthwiseCase test(numbers, n, h, w, c);
    check<float>(test, "float32");
    check<Half>(test, "float16");
    check<BFloat16>(test, "bfloat16");
  }
}

TEST("cuda depthwiseNorm keeps its precision where the mean is large") {
  Numbers numbers(2);
  DepthwiseCase c(numbers, 1, 4, 8, 32);
  for (float& b : c.bias) b += 1000;
  REQUIRE_CLOSE(c.run<float>(4, true), c.reference(), 5e-3, "mean 1000");
}

TEST("cuda depthwiseNorm tiles are as tall as shared memory allows") {
  REQUIRE(depthwiseTileRows(96) == 4, "96");
  REQUIRE(depthwiseTileRows(512) == 2, "512");
  REQUIRE(depthwiseTileRows(1024) == 1, "1024");
  REQUIRE(depthwiseTileRows(1536) == 1, "ConvNeXt-L");
  REQUIRE(depthwiseTileRows(2012) == 1, "the widest");
  REQUIRE(depthwiseTileRows(2013) == 0, "too wide");
}

}  // namespace
