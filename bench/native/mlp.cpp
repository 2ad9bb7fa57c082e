// The tail of a ConvNeXt block (Linear, GELU, Linear, layer scale, residual) at ConvNeXt-B's sizes for a 640 x 640 image, and the pixel
// decoder's feed-forward layer (ReLU, layer norm after): Mlp in each precision against ONNX Runtime's operators.

#include "compare.h"

using namespace segr::bench;
using segr::ort::attribute;
using segr::ort::ModelBuilder;
using segr::ort::Shape;

namespace {

struct Size {
  const char* name;
  int64_t rows, channels, hidden;
  bool feedForward;
};

ModelBuilder start(const Size& size) {
  const float bound1 = std::sqrt(3.0f / static_cast<float>(size.channels)), bound2 = std::sqrt(3.0f / static_cast<float>(size.hidden));
  ModelBuilder model;
  model.input<float>("x", {size.rows, size.channels}).output<float>("y", {size.rows, size.channels});
  model.constant<float>("weight1", {size.hidden, size.channels}, uniform(size.hidden * size.channels, -bound1, bound1, 1));
  model.constant<float>("weight2", {size.channels, size.hidden}, uniform(size.hidden * size.channels, -bound2, bound2, 2));
  model.constant<float>("bias1", {size.hidden}, uniform(size.hidden, -1, 1, 3));
  for (const char* name : {"bias2", "scale", "norm_scale", "norm_shift"}) {
    model.constant<float>(name, {size.channels}, uniform(size.channels, 0.5f, 1, 4));
  }
  return model;
}

/// Layer scale is multiplied into the weights, as an exporter that knows better would do.
ModelBuilder theirs(const Size& size) {
  ModelBuilder model = start(size);
  model.node("Gemm", {"x", "weight1", "bias1"}, {"a"}, attribute("transB", int64_t{1}));
  if (size.feedForward) {
    model.node("Relu", {"a"}, {"b"}).node("Gemm", {"b", "weight2", "bias2"}, {"c"}, attribute("transB", int64_t{1}));
    model.node("Add", {"x", "c"}, {"d"}).node("LayerNormalization", {"d", "norm_scale", "norm_shift"}, {"y"}, attribute("epsilon", 1e-5f));
    return model;
  }
  model.constant<int64_t>("one", {1}, {1})
      .node("Unsqueeze", {"scale", "one"}, {"column"})
      .node("Mul", {"weight2", "column"}, {"scaled_weight"});
  model.node("Mul", {"bias2", "scale"}, {"scaled_bias"}).node("Gelu", {"a"}, {"b"});
  model.node("Gemm", {"b", "scaled_weight", "scaled_bias"}, {"c"}, attribute("transB", int64_t{1})).node("Add", {"x", "c"}, {"y"});
  return model;
}

ModelBuilder ours(const Size& size, const char* precision) {
  ModelBuilder model = start(size);
  std::vector<std::string> inputs{"x", "weight1", "bias1", "weight2", "bias2", size.feedForward ? "" : "scale", "x"};
  if (size.feedForward) inputs.insert(inputs.end(), {"norm_scale", "norm_shift"});
  model.nodeIn("segr", "Mlp", inputs, {"y"}, attribute("activation", size.feedForward ? "relu" : "gelu"),
               attribute("precision", precision));
  return model;
}

}  // namespace

int main(int argc, char** argv) {
  const Settings settings(argc, argv);
  const Ort::Env env = makeEnvironment(settings);
  const Ort::SessionOptions options = sessionOptions();
  const Size sizes[] = {{"stage 1", 25600, 128, 512, false},
                        {"stage 2", 6400, 256, 1024, false},
                        {"stage 3", 1600, 512, 2048, false},
                        {"stage 4", 400, 1024, 4096, false},
                        {"pixel decoder", 8400, 256, 1024, true}};
  for (const Size& size : sizes) {
    Tensor<float> x("x", {size.rows, size.channels});
    x.data = uniform(size.rows * size.channels, -1, 1, 5);
    std::vector<Candidate> candidates;
    candidates.push_back(
        {size.feedForward ? "Gemm, Relu, Gemm, Add, LayerNorm" : "Gemm, Gelu, Gemm, Add", theirs(size).build(env, options), {&x}, {}});
    for (const char* precision : {"fp32", "bf16", "int8"}) {
      candidates.push_back({std::string("Mlp ") + precision, ours(size, precision).build(env, options), {&x}, {}});
    }
    compare(std::string(size.name) + ": " + std::to_string(size.rows) + " x " + std::to_string(size.channels) + ", hidden " +
                std::to_string(size.hidden) + ", " + std::to_string(settings.threads) + " threads",
            std::move(candidates), settings);
  }
}
