// The head of a ConvNeXt block (depthwise 7x7 convolution, layer norm) at
// ConvNeXt-B's sizes for a 640 x 640 image, channels last in and out:
// DepthwiseConv7x7LayerNorm against ONNX Runtime's operators.

#include "compare.h"

using namespace segr::bench;
using segr::ort::attribute;
using segr::ort::ModelBuilder;
using segr::ort::Shape;

int main(int argc, char** argv) {
  const Settings settings(argc, argv);
  const Ort::Env env = makeEnvironment(settings);
  const Ort::SessionOptions options = sessionOptions();
  const std::pair<int64_t, int64_t> stages[] = {{160, 128}, {80, 256}, {40, 512}, {20, 1024}};
  for (const auto& [side, channels] : stages) {
    Tensor<float> x("x", {1, side, side, channels});
    x.data = uniform(side * side * channels, -1, 1, 1);
    ModelBuilder own, theirs;
    for (ModelBuilder* model : {&own, &theirs}) {
      model->input<float>("x", x.shape).output<float>("y", x.shape);
      model->constant<float>("weight", {channels, 1, 7, 7}, uniform(channels * 49, -0.1f, 0.1f, 2));
      model->constant<float>("bias", {channels}, uniform(channels, -0.1f, 0.1f, 3));
      model->constant<float>("scale", {channels}, uniform(channels, 0.5f, 1.5f, 4));
      model->constant<float>("shift", {channels}, uniform(channels, -0.1f, 0.1f, 5));
    }
    own.nodeIn("segr", "DepthwiseConv7x7LayerNorm", {"x", "weight", "bias", "scale", "shift"}, {"y"}, attribute("epsilon", 1e-6f));
    theirs.node("Transpose", {"x"}, {"nchw"}, attribute("perm", Shape{0, 3, 1, 2}));
    theirs.node("Conv", {"nchw", "weight", "bias"}, {"conv"}, attribute("group", channels), attribute("pads", Shape{3, 3, 3, 3}));
    theirs.node("Transpose", {"conv"}, {"nhwc"}, attribute("perm", Shape{0, 2, 3, 1}));
    theirs.node("LayerNormalization", {"nhwc", "scale", "shift"}, {"y"}, attribute("epsilon", 1e-6f));
    std::vector<Candidate> candidates;
    candidates.push_back({"Transpose, Conv, LayerNormalization", theirs.build(env, options), {&x}, {}});
    candidates.push_back({"DepthwiseConv7x7LayerNorm", own.build(env, options), {&x}, {}});
    compare(std::to_string(side) + " x " + std::to_string(side) + " x " + std::to_string(channels) + ", " +
                std::to_string(settings.threads) + " threads",
            std::move(candidates), settings);
  }
}
