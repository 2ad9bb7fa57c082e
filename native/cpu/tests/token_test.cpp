#include <limits>

#include "check.h"
#include "reference.h"
#include "token_geometry.h"

using namespace segr::cpu;
using namespace segr::cpu::test;

namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

Floats empty(int64_t count) {
  return Floats(static_cast<size_t>(count), nan);
}

TEST("layer norm agrees with float64, also in place") {
  Numbers numbers(51);
  for (int i = 0; i < 30; ++i) {
    const int64_t rows = numbers.between(1, 9), channels = numbers.between(1, 150);
    // Far from zero, where sums of squares would lose digits.
    const float offset = i % 3 == 0 ? 300.0f : 0.0f;
    const Floats x = numbers.floats(rows * channels, offset - 2, offset + 2), scale = numbers.floats(channels, 0.5f, 2),
                 shift = numbers.floats(channels, -1, 1);
    Floats expected;
    for (int64_t r = 0; r < rows; ++r) {
      double mean = 0, variance = 0;
      for (int64_t c = 0; c < channels; ++c) mean += x[r * channels + c] / static_cast<double>(channels);
      for (int64_t c = 0; c < channels; ++c) variance += std::pow(x[r * channels + c] - mean, 2) / static_cast<double>(channels);
      for (int64_t c = 0; c < channels; ++c)
        expected.push_back(static_cast<float>((x[r * channels + c] - mean) / std::sqrt(variance + 1e-5) * scale[c] + shift[c]));
    }
    for (CpuLevel level : levelsHere()) {
      Floats out = empty(rows * channels), same = x;
      LayerNormTask task{channels, x.data(), scale.data(), shift.data(), 1e-5f, out.data()};
      kernels(level).tokens.layerNorm(task, 0, rows / 2);
      kernels(level).tokens.layerNorm(task, rows / 2, rows);
      REQUIRE_CLOSE(out, expected, offset > 0 ? 2e-3 : 2e-5, segr::cpu::name(level));
      task.input = task.output = same.data();
      kernels(level).tokens.layerNorm(task, 0, rows);
      REQUIRE(same == out, segr::cpu::name(level));
    }
  }
}

TEST("group norm agrees with float64, also far from zero, over many rows and in place") {
  Numbers numbers(52);
  for (int i = 0; i < 24; ++i) {
    const int64_t groups = numbers.between(1, 9), channels = groups * numbers.between(1, 20);
    const int64_t rows = i % 6 == 5 ? numbers.between(1000, 3000) : numbers.between(1, 200);
    const float offset = i % 3 == 0 ? 100.0f : 0.0f;
    const Floats x = numbers.floats(rows * channels, offset - 1, offset + 1), scale = numbers.floats(channels, 0.5f, 2),
                 shift = numbers.floats(channels, -1, 1);
    const bool relu = i % 2 == 0;
    Floats expected(x.size());
    for (int64_t g = 0; g < groups; ++g) {
      const int64_t width = channels / groups;
      double mean = 0, variance = 0;
      const auto each = [&](const auto& body) {
        for (int64_t r = 0; r < rows; ++r) {
          for (int64_t c = g * width; c < (g + 1) * width; ++c) body(r * channels + c, c);
        }
      };
      const auto count = static_cast<double>(rows * width);
      each([&](int64_t at, int64_t) { mean += x[at] / count; });
      each([&](int64_t at, int64_t) { variance += (x[at] - mean) * (x[at] - mean) / count; });
      each([&](int64_t at, int64_t c) {
        const double y = (x[at] - mean) / std::sqrt(variance + 1e-5) * scale[c] + shift[c];
        expected[at] = static_cast<float>(relu ? std::max(y, 0.0) : y);
      });
    }
    for (CpuLevel level : levelsHere()) {
      const GroupNormKernels& norm = kernels(level).tokens.groupNorm;
      Floats out = x;
      GroupNormTask task;
      task.rows = rows, task.channels = channels, task.groups = groups;
      task.input = task.output = out.data();
      task.scale = scale.data(), task.shift = shift.data(), task.epsilon = 1e-5f;
      task.activation = relu ? Activation::relu : Activation::none;
      Floats moments = empty(task.blocks() * 2 * channels), factors = empty(2 * channels);
      task.moments = moments.data(), task.factors = factors.data();
      norm.moments(task, 0, 1);
      norm.moments(task, 1, task.blocks());
      norm.factors(task);
      norm.apply(task, 0, rows / 3);
      norm.apply(task, rows / 3, rows);
      REQUIRE_CLOSE(out, expected, offset > 0 ? 5e-4 : 5e-5, std::string(segr::cpu::name(level)) + ", case " + std::to_string(i));
    }
  }
}

/// Bilinear interpolation with half-pixel centres, straight from its definition.
Floats resized(const Floats& x, int64_t batch, int64_t height, int64_t width, int64_t channels, int64_t newHeight, int64_t newWidth) {
  Floats out;
  const auto point = [](int64_t at, int64_t to, int64_t from, int64_t& low, int64_t& high) {
    const double position = std::clamp((static_cast<double>(at) + 0.5) * static_cast<double>(from) / static_cast<double>(to) - 0.5, 0.0,
                                       static_cast<double>(from - 1));
    low = static_cast<int64_t>(position);
    high = std::min(low + 1, from - 1);
    return position - static_cast<double>(low);
  };
  for (int64_t n = 0; n < batch; ++n) {
    for (int64_t y = 0; y < newHeight; ++y) {
      for (int64_t column = 0; column < newWidth; ++column) {
        int64_t y0, y1, x0, x1;
        const double fy = point(y, newHeight, height, y0, y1), fx = point(column, newWidth, width, x0, x1);
        for (int64_t c = 0; c < channels; ++c) {
          const auto at = [&](int64_t row, int64_t col) { return static_cast<double>(x[((n * height + row) * width + col) * channels + c]); };
          out.push_back(static_cast<float>((1 - fy) * ((1 - fx) * at(y0, x0) + fx * at(y0, x1)) +
                                           fy * ((1 - fx) * at(y1, x0) + fx * at(y1, x1))));
        }
      }
    }
  }
  return out;
}

TEST("bilinear resize agrees with float64 up, down and to itself, with a residual in place") {
  Numbers numbers(53);
  for (int i = 0; i < 40; ++i) {
    const int64_t batch = numbers.between(1, 2), height = numbers.between(1, 9), width = numbers.between(1, 9);
    const int64_t channels = numbers.between(1, 40), newHeight = i % 7 == 0 ? height : numbers.between(1, 20), newWidth = numbers.between(1, 20);
    const Floats x = numbers.floats(batch * height * width * channels, -1, 1);
    const Floats expected = resized(x, batch, height, width, channels, newHeight, newWidth);
    const Floats residual = numbers.floats(static_cast<int64_t>(expected.size()), -1, 1);
    Floats sum = expected;
    for (size_t k = 0; k < sum.size(); ++k) sum[k] += residual[k];
    for (CpuLevel level : levelsHere()) {
      Floats out = empty(static_cast<int64_t>(expected.size())), joined = residual;
      ResizeTask task{height, width, channels, newHeight, newWidth, x.data(), nullptr, out.data()};
      const int64_t rows = batch * newHeight;
      kernels(level).tokens.resize(task, 0, rows / 2);
      kernels(level).tokens.resize(task, rows / 2, rows);
      REQUIRE_CLOSE(out, expected, 3e-6, segr::cpu::name(level));
      task.residual = task.output = joined.data();
      kernels(level).tokens.resize(task, 0, rows);
      REQUIRE_CLOSE(joined, sum, 3e-6, segr::cpu::name(level));
    }
  }
}

struct AttentionCase {
  int64_t queries, keys, heads, channels;
  Floats query, key, value, logits;  // logits empty: no mask

  AttentionCase(Numbers& numbers, int64_t q, int64_t t, int64_t m, int64_t d, bool mask)
      : queries(q),
        keys(t),
        heads(m),
        channels(d),
        query(numbers.floats(q * m * d, -3, 3)),
        key(numbers.floats(t * m * d, -3, 3)),
        value(numbers.floats(t * m * d, -1, 1)) {
    if (!mask) return;
    logits = numbers.floats(t * q, -1, 1);
    // A query that sees nothing, one that sees the last key alone, and one that sees everything.
    for (int64_t k = 0; k < t; ++k) {
      logits[k * q] = -1;
      if (q > 1) logits[k * q + 1] = k == t - 1 ? 0.0f : -1.0f;
      if (q > 2) logits[k * q + 2] = 1;
    }
  }

  AttentionTask task() const {
    AttentionTask t;
    t.queries = queries, t.keys = keys, t.heads = heads, t.channels = channels;
    t.query = query.data(), t.key = key.data(), t.value = value.data();
    t.logits = logits.empty() ? nullptr : logits.data();
    return t;
  }

  Floats run(CpuLevel level) const {
    const AttentionKernels& attention = kernels(level).tokens.attention;
    Floats out = empty(queries * heads * channels);
    AttentionTask t = task();
    t.output = out.data();
    const WordBuffer scratch(attention.scratchWords(t));
    const int64_t units = heads * ((queries + attention.blockRows(t) - 1) / attention.blockRows(t));
    attention.run(t, 0, units / 2, reinterpret_cast<float*>(scratch.data()));
    attention.run(t, units / 2, units, reinterpret_cast<float*>(scratch.data()));
    return out;
  }

  Floats reference() const {
    Floats out;
    const int64_t width = heads * channels;
    for (int64_t q = 0; q < queries; ++q) {
      bool any = false;
      for (int64_t t = 0; t < keys && !logits.empty(); ++t) any |= logits[t * queries + q] >= 0;
      for (int64_t m = 0; m < heads; ++m) {
        std::vector<double> weights(static_cast<size_t>(keys));
        double most = -1e300, total = 0;
        for (int64_t t = 0; t < keys; ++t) {
          double score = 0;
          for (int64_t d = 0; d < channels; ++d)
            score += static_cast<double>(query[q * width + m * channels + d]) * key[t * width + m * channels + d];
          weights[t] = any && logits[t * queries + q] < 0 ? -1e300 : score / std::sqrt(static_cast<double>(channels));
          most = std::max(most, weights[t]);
        }
        for (double& w : weights) total += w = std::exp(w - most);
        for (int64_t d = 0; d < channels; ++d) {
          double sum = 0;
          for (int64_t t = 0; t < keys; ++t) sum += weights[t] / total * value[t * width + m * channels + d];
          out.push_back(static_cast<float>(sum));
        }
      }
    }
    return out;
  }
};

TEST("masked attention agrees with float64 for odd sizes") {
  Numbers numbers(54);
  for (int i = 0; i < 40; ++i) {
    const int64_t keys = i % 5 == 4 ? numbers.between(100, 600) : numbers.between(1, 40);
    const AttentionCase c(numbers, numbers.between(1, 110), keys, numbers.between(1, 4), numbers.between(1, 40), i % 2 == 0);
    const Floats expected = c.reference();
    for (CpuLevel level : levelsHere())
      REQUIRE_CLOSE(c.run(level), expected, 1e-5, std::string(segr::cpu::name(level)) + ", case " + std::to_string(i));
  }
}

TEST("attention stands large scores") {
  Numbers numbers(55);
  AttentionCase c(numbers, 20, 300, 2, 16, true);
  for (float& v : c.query) v *= 100;
  const Floats expected = c.reference();
  for (CpuLevel level : levelsHere()) REQUIRE_CLOSE(c.run(level), expected, 1e-3, segr::cpu::name(level));
}

TEST("Winograd's convolution agrees with float64 for odd sizes") {
  Numbers numbers(56);
  for (int i = 0; i < 24; ++i) {
    const int64_t batch = numbers.between(1, 2), height = numbers.between(1, 11), width = numbers.between(1, 13);
    const int64_t channels = i % 6 == 5 ? numbers.between(250, 300) : numbers.between(1, 40), outputs = numbers.between(1, 70);
    const std::vector<int64_t> pads{numbers.between(0, 3), numbers.between(0, 3), numbers.between(2, 4), numbers.between(2, 4)};
    const float bound = std::sqrt(1.0f / (3.0f * static_cast<float>(channels)));  // outputs of the order of one
    const Floats x = numbers.floats(batch * height * width * channels, -1, 1);
    const Floats weight = numbers.floats(outputs * channels * 9, -bound, bound), bias = numbers.floats(outputs, -1, 1);
    const ConvolutionGeometry geometry({outputs, channels, 3, 3}, 1, pads);
    WinogradTask task;
    const Shape shape = geometry.fill({batch, height, width, channels}, task.source);
    Floats expected;
    for (int64_t p = 0; p < shape[0] * shape[1] * shape[2]; ++p) {
      const int64_t n = p / (shape[1] * shape[2]), y0 = p / shape[2] % shape[1] - pads[0], x0 = p % shape[2] - pads[1];
      for (int64_t o = 0; o < outputs; ++o) {
        double sum = bias[o];
        for (int64_t k = 0; k < channels * 9; ++k) {
          const int64_t c = k / 9, y = y0 + k / 3 % 3, column = x0 + k % 3;
          if (y < 0 || column < 0 || y >= height || column >= width) continue;
          sum += static_cast<double>(x[((n * height + y) * width + column) * channels + c]) * weight[o * channels * 9 + k];
        }
        expected.push_back(static_cast<float>(std::max(sum, 0.0)));
      }
    }
    for (CpuLevel level : levelsHere()) {
      const WinogradKernels& winograd = kernels(level).tokens.winograd;
      const WordBuffer packed(winograd.packedWords(outputs, channels));
      winograd.pack(weight.data(), outputs, channels, packed.data());
      const Floats padded = paddedBias("test", "bias", {{outputs}, bias.data()}, outputs, kernels(level).dense.panelWidth);
      Floats out = empty(static_cast<int64_t>(expected.size()));
      task.source.data = x.data();
      task.outputs = outputs, task.packed = packed.data(), task.bias = padded.data();
      task.activation = Activation::relu;
      task.output = out.data();
      const int64_t tiles = shape[0] * task.tilesDown() * task.tilesAcross(), block = i % 2 == 0 ? 5 : winograd.tileBlock(task);
      const WordBuffer scratch(winograd.scratchWords(task, block));
      winograd.run(task, 0, tiles / 2, block, scratch.data());
      winograd.run(task, tiles / 2, tiles, block, scratch.data());
      REQUIRE_CLOSE(out, expected, 1e-5, std::string(segr::cpu::name(level)) + ", case " + std::to_string(i));
    }
  }
}

TEST("operators on tokens name what does not fit") {
  const Floats values(100, 1);
  const auto norm = [&](Shape scale, Shape shift) {
    return ChannelNorm("LayerNorm", {std::move(scale), values.data()}, {std::move(shift), values.data()}, 0);
  };
  REQUIRE(norm({3}, {3}).channels() == 3, "sound");
  REQUIRE_SHAPE_ERROR(norm({3, 1}, {3}), "LayerNorm: scale is [3, 1], must be [C].");
  REQUIRE_SHAPE_ERROR(norm({0}, {0}), "scale is [0], must not be empty.");
  REQUIRE_SHAPE_ERROR(norm({3}, {4}), "shift is [4], must be [C] = [3].");
  REQUIRE(checkRows("LayerNorm", {2, 5, 3}, 3) == 10, "sound");
  REQUIRE_SHAPE_ERROR(checkRows("LayerNorm", {}, 3), "x is []");
  REQUIRE_SHAPE_ERROR(checkRows("LayerNorm", {2, 5}, 3), "x is [2, 5], must be [..., C] with C = 3.");
  REQUIRE_SHAPE_ERROR(checkGroups("GroupNorm", 5, 64), "GroupNorm: groups is 5, must divide the 64 channels.");
  REQUIRE_SHAPE_ERROR(checkGroups("GroupNorm", 0, 64), "groups is 0");

  const int64_t size[] = {4, 6}, none[] = {0, 6};
  REQUIRE((checkResize({1, 2, 3, 8}, {2}, size, nullptr) == Shape{1, 4, 6, 8}), "sound");
  const Shape residual{1, 4, 6, 7};
  REQUIRE_SHAPE_ERROR(checkResize({1, 2, 3, 8}, {2}, size, &residual), "residual is [1, 4, 6, 7], must be [N, H', W', C] = [1, 4, 6, 8].");
  REQUIRE_SHAPE_ERROR(checkResize({2, 3, 8}, {2}, size, nullptr), "ResizeBilinear: x is [2, 3, 8], must be [N, H, W, C].");
  REQUIRE_SHAPE_ERROR(checkResize({1, 2, 3, 8}, {3}, size, nullptr), "size is [3], must be [2] = [2].");
  REQUIRE_SHAPE_ERROR(checkResize({1, 2, 3, 8}, {2}, none, nullptr), "sides must be from 1");
  REQUIRE_SHAPE_ERROR(checkResize({1, 0, 3, 8}, {2}, size, nullptr), "sides must be from 1");

  checkAttention({5, 8}, {7, 8}, {7, 8}, nullptr, 2);
  const Shape logits{5, 7};
  REQUIRE_SHAPE_ERROR(checkAttention({5, 8}, {7, 8}, {7, 8}, &logits, 2), "mask_logits is [5, 7], must be [T, Q] = [7, 5].");
  REQUIRE_SHAPE_ERROR(checkAttention({5, 8}, {7, 8}, {7, 8}, nullptr, 3), "must be a multiple of num_heads = 3.");
  REQUIRE_SHAPE_ERROR(checkAttention({5, 8}, {7, 8}, {7, 8}, nullptr, 0), "num_heads = 0");
  REQUIRE_SHAPE_ERROR(checkAttention({5, 8}, {0, 8}, {0, 8}, nullptr, 2), "key is [0, 8], must have at least one row.");
  REQUIRE_SHAPE_ERROR(checkAttention({5, 8}, {7, 6}, {7, 6}, nullptr, 2), "key is [7, 6], must be [T, C] = [7, 8].");
  REQUIRE_SHAPE_ERROR(checkAttention({5, 8}, {7, 8}, {6, 8}, nullptr, 2), "value is [6, 8]");
  REQUIRE_SHAPE_ERROR(checkAttention({5}, {7, 8}, {7, 8}, nullptr, 2), "MaskedAttention: query is [5], must be [Q, C].");
}

}  // namespace
