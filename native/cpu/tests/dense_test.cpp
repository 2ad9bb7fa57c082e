#include <limits>

#include "check.h"
#include "dense_geometry.h"
#include "reference.h"

using namespace segr::cpu;
using namespace segr::cpu::test;

namespace {

using Doubles = std::vector<double>;

/// Every dense kernel of this machine: each level in float32, and the reduced precisions of the widest.
std::vector<const DenseKernels*> denseHere() {
  std::vector<const DenseKernels*> all;
  for (CpuLevel level : levelsHere()) all.push_back(&kernels(level).dense);
  for (Precision precision : {Precision::bf16, Precision::int8}) {
    const DenseKernels& reduced = denseKernels(widestLevel(), precision);
    if (reduced.precision == precision) all.push_back(&reduced);
  }
  return all;
}

const char* name(Precision precision) {
  return precision == Precision::fp32 ? "fp32" : precision == Precision::bf16 ? "bf16" : "int8";
}

std::string describe(const DenseKernels& kernels, int i) {
  return std::string(name(kernels.precision)) + " in panels of " + std::to_string(kernels.panelWidth) + ", case " + std::to_string(i);
}

double activate(Activation activation, double v) {
  if (activation == Activation::relu) return std::max(v, 0.0);
  return activation == Activation::gelu ? v * 0.5 * (1 + std::erf(v / std::sqrt(2.0))) : v;
}

/// One dense task with its data. hidden = 0 is a single layer.
struct DenseCase {
  int64_t rows = 1, inputs = 1, hidden = 0, outputs = 1;
  Activation activation = Activation::none;
  Floats x, added, weight1, bias1, weight2, bias2, scale, residual, normScale, normShift;

  /// A random case; weights keep the size of what passes through them.
  static DenseCase random(Numbers& numbers, int64_t rows, int64_t inputs, int64_t hidden, int64_t outputs) {
    DenseCase c;
    c.rows = rows, c.inputs = inputs, c.hidden = hidden, c.outputs = outputs;
    c.activation = static_cast<Activation>(numbers.between(0, 2));
    const int64_t first = hidden > 0 ? hidden : outputs;
    c.x = numbers.floats(rows * inputs, -2, 2);
    if (numbers.between(0, 2) == 0) c.added = numbers.floats(rows * inputs, -1, 1);
    const auto matrix = [&](int64_t o, int64_t k) {
      const float bound = std::sqrt(3.0f / static_cast<float>(k));
      return numbers.floats(o * k, -bound, bound);
    };
    c.weight1 = matrix(first, inputs);
    if (numbers.between(0, 3) > 0) c.bias1 = numbers.floats(first, -1, 1);
    if (hidden > 0) {
      c.weight2 = matrix(outputs, hidden);
      if (numbers.between(0, 3) > 0) c.bias2 = numbers.floats(outputs, -1, 1);
      if (numbers.between(0, 1) > 0) c.scale = numbers.floats(outputs, 0.1f, 2);
    }
    if (numbers.between(0, 1) > 0) c.residual = numbers.floats(rows * outputs, -1, 1);
    if (outputs > 1 && numbers.between(0, 2) == 0) {
      c.normScale = numbers.floats(outputs, 0.5f, 2);
      c.normShift = numbers.floats(outputs, -1, 1);
    }
    return c;
  }

  static ConstantTensor tensor(const Floats& values, Shape shape) {
    return values.empty() ? ConstantTensor{} : ConstantTensor{std::move(shape), values.data()};
  }

  Floats run(const DenseKernels& kernels, int64_t block = 0) const {
    const int64_t first = hidden > 0 ? hidden : outputs;
    const DenseLayer layer1("test", kernels, "weight1", tensor(weight1, {first, inputs}), "bias1", tensor(bias1, {first}));
    DenseLayer layer2;
    if (hidden > 0) {
      layer2 = DenseLayer("test", kernels, "weight2", tensor(weight2, {outputs, hidden}), "bias2", tensor(bias2, {outputs}),
                          tensor(scale, {outputs}));
    }
    const DenseNorm norm("test", tensor(normScale, {outputs}), tensor(normShift, {outputs}), outputs, 1e-5f);
    Floats out(static_cast<size_t>(rows * outputs), std::numeric_limits<float>::quiet_NaN());
    DenseTask task;
    task.source.data = x.data();
    task.source.added = added.empty() ? nullptr : added.data();
    task.inputs = inputs, task.hidden = hidden, task.outputs = outputs;
    task.first = layer1.weights();
    task.second = hidden > 0 ? layer2.weights() : DenseWeights{};
    task.activation = activation;
    task.residual = residual.empty() ? nullptr : residual.data();
    norm.fill(task);
    task.output = out.data();
    runTask(kernels, task, rows, block);
    return out;
  }

  /// In as many ranges as an operator would use, or in blocks of `block` rows.
  static void runTask(const DenseKernels& kernels, const DenseTask& task, int64_t rows, int64_t block = 0) {
    const BlockSplit blocks(rows, kernels.rowBlock(task));
    if (block == 0) block = blocks.block;
    const WordBuffer scratch(kernels.scratchWords(task, block));
    for (int64_t begin = 0; begin < rows; begin += 2 * block)
      kernels.run(task, begin, std::min(begin + 2 * block, rows), block, scratch.data());
  }

  static Doubles layer(const Doubles& rowValues, const Floats& weight, const Floats& bias, int64_t outputCount) {
    Doubles out(static_cast<size_t>(outputCount));
    for (size_t o = 0; o < out.size(); ++o) {
      double sum = bias.empty() ? 0.0 : bias[o];
      for (size_t k = 0; k < rowValues.size(); ++k) sum += rowValues[k] * weight[o * rowValues.size() + k];
      out[o] = sum;
    }
    return out;
  }

  Floats reference() const {
    Floats out;
    for (int64_t r = 0; r < rows; ++r) {
      Doubles values(x.begin() + r * inputs, x.begin() + (r + 1) * inputs);
      for (size_t k = 0; k < values.size() && !added.empty(); ++k) values[k] += added[static_cast<size_t>(r * inputs) + k];
      values = layer(values, weight1, bias1, hidden > 0 ? hidden : outputs);
      for (double& v : values) v = activate(activation, v);
      if (hidden > 0) values = layer(values, weight2, bias2, outputs);
      double mean = 0, variance = 0;
      for (size_t o = 0; o < values.size(); ++o) {
        if (!scale.empty()) values[o] *= scale[o];
        if (!residual.empty()) values[o] += residual[static_cast<size_t>(r) * values.size() + o];
        mean += values[o] / static_cast<double>(outputs);
      }
      for (double v : values) variance += (v - mean) * (v - mean) / static_cast<double>(outputs);
      for (size_t o = 0; o < values.size(); ++o) {
        if (!normScale.empty()) values[o] = (values[o] - mean) / std::sqrt(variance + 1e-5) * normScale[o] + normShift[o];
        out.push_back(static_cast<float>(values[o]));
      }
    }
    return out;
  }
};

/// Root of the mean square of the difference.
double distance(const Floats& a, const Floats& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += (static_cast<double>(a[i]) - b[i]) * (static_cast<double>(a[i]) - b[i]);
  return std::sqrt(sum / static_cast<double>(a.size()));
}

void requireClose(const DenseKernels& kernels, const Floats& actual, const Floats& expected, const std::string& context) {
  if (kernels.precision == Precision::fp32) {
    REQUIRE_CLOSE(actual, expected, 5e-5, context);
    return;
  }
  // Values are of the order of one. Rounding to 8 bits is off by 0.3 % of a value (bf16) or of a row's range (int8).
  REQUIRE_CLOSE(actual, expected, kernels.precision == Precision::bf16 ? 0.1 : 0.25, context);
  const double error = distance(actual, expected), limit = kernels.precision == Precision::bf16 ? 0.012 : 0.03;
  REQUIRE(error < limit, context + ", mean error " + std::to_string(error));
}

TEST("one dense layer agrees with float64 for odd sizes") {
  Numbers numbers(31);
  for (int i = 0; i < 60; ++i) {
    const int64_t inputs = i % 5 == 4 ? numbers.between(200, 1100) : numbers.between(1, 70);
    const DenseCase c = DenseCase::random(numbers, numbers.between(1, 40), inputs, 0, numbers.between(1, 150));
    const Floats expected = c.reference();
    for (const DenseKernels* kernels : denseHere())
      requireClose(*kernels, c.run(*kernels, i % 3 == 0 ? 7 : 0), expected, describe(*kernels, i));
  }
}

TEST("two dense layers agree with float64 for odd sizes") {
  Numbers numbers(32);
  for (int i = 0; i < 50; ++i) {
    const int64_t hidden = i % 5 == 4 ? numbers.between(200, 1200) : numbers.between(1, 100);
    const DenseCase c = DenseCase::random(numbers, numbers.between(1, 30), numbers.between(1, 90), hidden, numbers.between(1, 140));
    const Floats expected = c.reference();
    for (const DenseKernels* kernels : denseHere())
      requireClose(*kernels, c.run(*kernels, i % 3 == 0 ? 5 : 0), expected, describe(*kernels, i));
  }
}

TEST("reduced precisions are exact where their numbers are") {
  Numbers numbers(33);
  DenseCase c;
  c.rows = 19, c.inputs = 700, c.outputs = 70;
  for (int64_t i = 0; i < c.rows * c.inputs; ++i) {
    // Rows of whole numbers from 0 to 255 whose chunks hold both ends: int8's scale is then 1.
    const int64_t k = i % c.inputs;
    c.x.push_back(k % 512 == 0 ? 0.0f : k % 512 == 1 ? 255.0f : static_cast<float>(numbers.between(0, 255)));
  }
  for (int64_t i = 0; i < c.outputs * c.inputs; ++i) {
    const int64_t k = i % c.inputs;
    c.weight1.push_back(k % 512 == 3 ? 127.0f : static_cast<float>(numbers.between(-127, 127)));
  }
  const Floats expected = c.reference();  // up to 700 * 255 * 127: float32 sums of bf16 products are exact below 2^24
  for (const DenseKernels* kernels : denseHere()) REQUIRE_CLOSE(c.run(*kernels), expected, 2, describe(*kernels, 0));
}

TEST("a row of equal values and a weight row of zeros are exact in int8") {
  const DenseKernels& reduced = denseKernels(widestLevel(), Precision::int8);
  DenseCase c;
  c.rows = 3, c.inputs = 5, c.outputs = 2;
  c.x = {1, 1, 1, 1, 1, 0, 0, 0, 0, 0, -7, -7, -7, -7, -7};
  c.weight1 = {1, 1, 1, 1, 1, 0, 0, 0, 0, 0};
  REQUIRE_CLOSE(c.run(reduced), (Floats{5, 0, 0, 0, -35, 0}), 1e-4, describe(reduced, 0));
}

TEST("GELU is within 1e-6 of the exact form") {
  DenseCase c;
  c.rows = 400001, c.inputs = 1, c.outputs = 1;
  c.activation = Activation::gelu;
  c.weight1 = {1};
  for (int64_t i = 0; i < c.rows; ++i) c.x.push_back(-10.0f + static_cast<float>(i) * 5e-5f);
  const Floats expected = c.reference();
  for (CpuLevel level : levelsHere()) {
    const Floats actual = c.run(kernels(level).dense);
    double squares = 0;
    int64_t small = 0;
    for (size_t i = 0; i < actual.size(); ++i) {
      const double error = std::abs(static_cast<double>(actual[i]) - expected[i]);
      // From 8 on float32 itself has steps of 1e-6.
      REQUIRE(error <= (c.x[i] < 8 ? 1e-6 : 2e-6), std::string(segr::cpu::name(level)) + " at " + std::to_string(c.x[i]));
      if (std::abs(c.x[i]) >= 1) continue;
      squares += error * error;
      ++small;
    }
    REQUIRE(std::sqrt(squares / static_cast<double>(small)) < 3e-8, segr::cpu::name(level));
  }
}

TEST("activations keep NaN and infinities") {
  constexpr float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  DenseCase c;
  c.rows = 5, c.inputs = 1, c.outputs = 1;
  c.weight1 = {1};
  c.x = {nan, inf, -inf, 1e30f, -1e30f};
  for (CpuLevel level : levelsHere()) {
    c.activation = Activation::relu;
    REQUIRE_CLOSE(c.run(kernels(level).dense), (Floats{nan, inf, 0, 1e30f, 0}), 0, segr::cpu::name(level));
    c.activation = Activation::gelu;
    const Floats gelu = c.run(kernels(level).dense);
    REQUIRE(std::isnan(gelu[0]) && gelu[1] == inf && std::abs(gelu[3] / 1e30f - 1) < 1e-6f, segr::cpu::name(level));
    REQUIRE(std::abs(gelu[2]) < 1e-6 && std::abs(gelu[4]) < 1e-6, segr::cpu::name(level));
  }
}

TEST("convolution agrees with float64 for odd sizes") {
  Numbers numbers(34);
  for (int i = 0; i < 40; ++i) {
    const int64_t batch = numbers.between(1, 2), height = numbers.between(1, 9), width = numbers.between(1, 11);
    const int64_t channels = numbers.between(1, 40), outputs = numbers.between(1, 70), kh = numbers.between(1, 4),
                  kw = numbers.between(1, 4);
    const std::vector<int64_t> pads{numbers.between(0, 3), numbers.between(0, 3), numbers.between(kh, kh + 2), numbers.between(kw, kw + 2)};
    const Floats x = numbers.floats(batch * height * width * channels, -1, 1),
                 weight = numbers.floats(outputs * channels * kh * kw, -0.3f, 0.3f);
    const Floats bias = numbers.floats(outputs, -1, 1);
    const ConvolutionGeometry geometry({outputs, channels, kh, kw}, numbers.between(1, 3), pads);
    const Floats matrix = geometry.repack(weight.data());
    DenseTask task;
    const Shape shape = geometry.fill({batch, height, width, channels}, task.source);
    Floats expected;
    for (int64_t p = 0; p < shape[0] * shape[1] * shape[2]; ++p) {
      const int64_t n = p / (shape[1] * shape[2]), y0 = p / shape[2] % shape[1] * geometry.stride - pads[0],
                    x0 = p % shape[2] * geometry.stride - pads[1];
      for (int64_t o = 0; o < outputs; ++o) {
        double sum = bias[o];
        for (int64_t k = 0; k < channels * kh * kw; ++k) {
          const int64_t c = k / (kh * kw), y = y0 + k / kw % kh, column = x0 + k % kw;
          if (y < 0 || column < 0 || y >= height || column >= width) continue;
          sum += static_cast<double>(x[((n * height + y) * width + column) * channels + c]) * weight[o * channels * kh * kw + k];
        }
        expected.push_back(static_cast<float>(std::max(sum, 0.0)));
      }
    }
    for (const DenseKernels* kernels : denseHere()) {
      const DenseLayer layer("test", *kernels, "weight", DenseCase::tensor(matrix, {outputs, channels * kh * kw}), "bias",
                             DenseCase::tensor(bias, {outputs}));
      Floats out(expected.size(), std::numeric_limits<float>::quiet_NaN());
      task.source.data = x.data();
      task.inputs = layer.inputs(), task.outputs = outputs;
      task.first = layer.weights();
      task.activation = Activation::relu;
      task.output = out.data();
      DenseCase::runTask(*kernels, task, shape[0] * shape[1] * shape[2]);
      requireClose(*kernels, out, expected, describe(*kernels, i));
    }
  }
}

TEST("a convolution reads an image with channels first") {
  Numbers numbers(36);
  for (int i = 0; i < 20; ++i) {
    const int64_t batch = numbers.between(1, 2), height = numbers.between(4, 9), width = numbers.between(4, 11), channels = numbers.between(1, 5);
    const int64_t outputs = numbers.between(1, 40), stride = numbers.between(1, 4);
    const std::vector<int64_t> pads{numbers.between(0, 2), numbers.between(0, 2), 1, 1};
    const Floats last = numbers.floats(batch * height * width * channels, -1, 1), weight = numbers.floats(outputs * channels * 12, -0.3f, 0.3f);
    Floats first(last.size());
    for (int64_t n = 0; n < batch; ++n) {
      for (int64_t p = 0; p < height * width; ++p) {
        for (int64_t c = 0; c < channels; ++c) {
          first[static_cast<size_t>((n * channels + c) * height * width + p)] = last[static_cast<size_t>((n * height * width + p) * channels + c)];
        }
      }
    }
    const auto run = [&](const DenseKernels& kernels, bool channelsFirst) {
      const ConvolutionGeometry geometry({outputs, channels, 4, 3}, stride, pads, channelsFirst);
      DenseTask task;
      const Shape shape =
          geometry.fill(channelsFirst ? Shape{batch, channels, height, width} : Shape{batch, height, width, channels}, task.source);
      const Floats matrix = geometry.repack(weight.data());
      const DenseLayer layer("test", kernels, "weight", DenseCase::tensor(matrix, {outputs, channels * 12}), "bias", {});
      const int64_t rows = shape[0] * shape[1] * shape[2];
      Floats out(static_cast<size_t>(rows * outputs));
      task.source.data = channelsFirst ? first.data() : last.data();
      task.inputs = layer.inputs(), task.outputs = outputs;
      task.first = layer.weights();
      task.output = out.data();
      DenseCase::runTask(kernels, task, rows);
      return out;
    };
    for (CpuLevel level : levelsHere()) {
      REQUIRE_CLOSE(run(kernels(level).dense, true), run(kernels(level).dense, false), 2e-6, segr::cpu::name(level));
    }
  }
  RowSource source;
  REQUIRE_SHAPE_ERROR(ConvolutionGeometry({3, 4, 2, 2}, 1, {0, 0, 0, 0}, true).fill({1, 5, 5, 4}, source),
                      "x is [1, 5, 5, 4], must be [N, C, H, W] = [1, 4, 5, 4].");
}

TEST("Linear, Mlp and Conv2dChannelsLast name what does not fit") {
  const DenseKernels& k = kernels(CpuLevel::scalar).dense;
  const Floats values(100, 1);
  const auto layer = [&](Shape weight, Shape bias) {
    return DenseLayer("Linear", k, "weight", DenseCase::tensor(values, weight), "bias", DenseCase::tensor(values, bias));
  };
  REQUIRE(layer({3, 4}, {3}).inputs() == 4, "sound");
  REQUIRE_SHAPE_ERROR(layer({3, 4, 1}, {3}), "Linear: weight is [3, 4, 1], must be [O, K].");
  REQUIRE_SHAPE_ERROR(layer({0, 4}, {0}), "weight is [0, 4], must not be empty.");
  REQUIRE_SHAPE_ERROR(layer({3, 4}, {4}), "bias is [4], must be [O] = [3].");
  REQUIRE_SHAPE_ERROR(DenseNorm("Linear", DenseCase::tensor(values, {3}), {}, 3, 0), "norm_scale and norm_shift must be given together.");
  REQUIRE_SHAPE_ERROR(DenseNorm("Linear", DenseCase::tensor(values, {3}), DenseCase::tensor(values, {4}), 3, 0), "norm_shift is [4]");
  REQUIRE((checkDenseInputs("Linear", {2, 5, 4}, nullptr, 4, 3) == Shape{2, 5, 3}), "output shape");
  const Shape residual{2, 5, 4};
  REQUIRE_SHAPE_ERROR(checkDenseInputs("Linear", {2, 5, 4}, &residual, 4, 3), "residual is [2, 5, 4], must be");
  REQUIRE_SHAPE_ERROR(checkDenseInputs("Linear", {2, 5}, nullptr, 4, 3), "x is [2, 5], must be [..., K] with K = 4.");
  REQUIRE_SHAPE_ERROR(checkDenseInputs("Linear", {}, nullptr, 4, 3), "x is []");
  REQUIRE_SHAPE_ERROR(parsePrecision("Linear", "fp8"), "precision is 'fp8', must be fp32, bf16 or int8.");
  REQUIRE_SHAPE_ERROR(parseActivation("Linear", "silu"), "activation is 'silu', must be none, relu or gelu.");

  const std::vector<int64_t> none{0, 0, 0, 0};
  RowSource source;
  REQUIRE_SHAPE_ERROR(ConvolutionGeometry({3, 4, 2}, 1, none), "weight is [3, 4, 2], must be [O, C, kh, kw].");
  REQUIRE_SHAPE_ERROR(ConvolutionGeometry({3, 4, 2, 0}, 1, none), "must not be empty");
  REQUIRE_SHAPE_ERROR(ConvolutionGeometry({3, 4, 2, 2}, 0, none), "stride is 0");
  REQUIRE_SHAPE_ERROR(ConvolutionGeometry({3, 4, 2, 2}, 1, {0, 0}), "pads is [0, 0]");
  REQUIRE_SHAPE_ERROR(ConvolutionGeometry({3, 4, 2, 2}, 1, {0, 0, 0, -1}), "pads is [0, 0, 0, -1]");
  REQUIRE_SHAPE_ERROR(ConvolutionGeometry({3, 4, 2, 2}, 1, none).fill({1, 5, 5, 3}, source),
                      "x is [1, 5, 5, 3], must be [N, H, W, C] = [1, 5, 5, 4].");
  REQUIRE_SHAPE_ERROR(ConvolutionGeometry({3, 4, 7, 2}, 1, none).fill({1, 5, 5, 4}, source), "smaller than the 7 x 2 kernel");
}

TEST("dense tasks without rows do nothing") {
  Numbers numbers(35);
  DenseCase c = DenseCase::random(numbers, 1, 8, 16, 8);
  c.rows = 0;
  c.residual.clear();
  c.added.clear();
  for (const DenseKernels* kernels : denseHere()) REQUIRE(c.run(*kernels).empty(), describe(*kernels, 0));
}

}  // namespace
