// Multi-scale deformable attention at MAFT+-B's size for a 640 x 640 image: the
// operators of native/cpu against the GridSample decomposition that an exporter
// writes, in ONNX Runtime.

#include "compare.h"

using namespace segr::bench;
using segr::ort::attribute;
using segr::ort::ModelBuilder;
using segr::ort::Shape;

namespace {

constexpr int64_t heads = 8, channels = 32, points = 4, levels = 3, samples = levels * points;
const std::vector<int64_t> sizes{20, 20, 40, 40, 80, 80};
const std::vector<int64_t> starts{0, 400, 2000};
constexpr int64_t pixels = 8400;

/// The softmax and the location arithmetic that come before the attention
/// proper, from the raw Linear results.
void addPreparation(ModelBuilder& model) {
  std::vector<float> references, normalisers;
  for (int64_t l = 0; l < levels; ++l) {
    const int64_t height = sizes[2 * l], width = sizes[2 * l + 1];
    for (int64_t i = 0; i < height * width; ++i) {
      references.push_back((static_cast<float>(i % width) + 0.5f) / static_cast<float>(width));
      references.push_back((static_cast<float>(i / width) + 0.5f) / static_cast<float>(height));
    }
    normalisers.insert(normalisers.end(), {static_cast<float>(width), static_cast<float>(height)});
  }
  model.constant<float>("references", {1, pixels, 1, 1, 1, 2}, references)
      .constant<float>("normalisers", {1, 1, 1, levels, 1, 2}, normalisers);
  model.constant<int64_t>("split", {2}, {2 * heads * samples, heads * samples});
  model.constant<int64_t>("offsets_shape", {6}, {1, pixels, heads, levels, points, 2});
  model.constant<int64_t>("logits_shape", {4}, {1, pixels, heads, samples});
  model.constant<int64_t>("weights_shape", {5}, {1, pixels, heads, levels, points});
  model.constant<int64_t>("value_shape", {4}, {1, pixels, heads, channels});
  model.node("Split", {"raw", "split"}, {"raw_offsets", "raw_logits"}, attribute("axis", int64_t{2}));
  model.node("Reshape", {"raw_offsets", "offsets_shape"}, {"offsets"}).node("Div", {"offsets", "normalisers"}, {"scaled"});
  model.node("Add", {"scaled", "references"}, {"locations"});
  model.node("Reshape", {"raw_logits", "logits_shape"}, {"logits"})
      .node("Softmax", {"logits"}, {"flat_weights"}, attribute("axis", int64_t{3}));
  model.node("Reshape", {"flat_weights", "weights_shape"}, {"weights"});
  model.node("Reshape", {"flat_value", "value_shape"}, {"value"});
}

/// value [1, S, M, D], locations [1, S, M, L, P, 2], weights [1, S, M, L, P] ->
/// y [1, S, M*D], as the exported reference does it.
void addDecomposition(ModelBuilder& model) {
  std::vector<int64_t> areas, gridShape{heads, pixels, points, 2};
  std::vector<std::string> parts, sampled;
  for (int64_t l = 0; l < levels; ++l) {
    areas.push_back(sizes[2 * l] * sizes[2 * l + 1]);
    parts.push_back("part_" + std::to_string(l));
  }
  model.constant<int64_t>("areas", {levels}, areas).node("Split", {"value", "areas"}, parts, attribute("axis", int64_t{1}));
  model.constant<float>("two", {1}, {2}).constant<float>("one", {1}, {1}).constant<int64_t>("grid_shape", {4}, gridShape);
  model.node("Mul", {"locations", "two"}, {"doubled"}).node("Sub", {"doubled", "one"}, {"grids"});
  for (int64_t l = 0; l < levels; ++l) {
    const std::string n = std::to_string(l);
    model.constant<int64_t>("level_" + n, {}, {l});
    model.constant<int64_t>("image_shape_" + n, {4}, {heads, channels, sizes[2 * l], sizes[2 * l + 1]});
    model.node("Transpose", {parts[l]}, {"image_flat_" + n}, attribute("perm", Shape{0, 2, 3, 1}));     // [1, M, D, h*w]
    model.node("Reshape", {"image_flat_" + n, "image_shape_" + n}, {"image_" + n});                     // [M, D, h, w]
    model.node("Gather", {"grids", "level_" + n}, {"grid_level_" + n}, attribute("axis", int64_t{3}));  // [1, S, M, P, 2]
    model.node("Transpose", {"grid_level_" + n}, {"grid_heads_" + n}, attribute("perm", Shape{0, 2, 1, 3, 4}));
    model.node("Reshape", {"grid_heads_" + n, "grid_shape"}, {"grid_" + n});  // [M, S, P, 2]
    sampled.push_back("sampled_" + n);
    model.node("GridSample", {"image_" + n, "grid_" + n}, {sampled.back()}, attribute("mode", "linear"), attribute("padding_mode", "zeros"),
               attribute("align_corners", int64_t{0}));  // [M, D, S, P]
  }
  model.node("Concat", sampled, {"all"}, attribute("axis", int64_t{3}));  // [M, D, S, L*P]
  model.constant<int64_t>("factor_shape", {4}, {heads, 1, pixels, samples}).constant<int64_t>("last", {1}, {-1});
  model.constant<int64_t>("y_shape", {3}, {1, heads * channels, pixels});
  model.node("Transpose", {"weights"}, {"weights_heads"}, attribute("perm", Shape{0, 2, 1, 3, 4}));
  model.node("Reshape", {"weights_heads", "factor_shape"}, {"factor"}).node("Mul", {"all", "factor"}, {"weighted"});
  model.node("ReduceSum", {"weighted", "last"}, {"sum"}, attribute("keepdims", int64_t{0}));
  model.node("Reshape", {"sum", "y_shape"}, {"channels_first"})
      .node("Transpose", {"channels_first"}, {"y"}, attribute("perm", Shape{0, 2, 1}));
}

void addSizes(ModelBuilder& model) {
  model.constant<int64_t>("sizes", {levels, 2}, sizes).constant<int64_t>("starts", {levels}, starts);
}

}  // namespace

int main(int argc, char** argv) {
  const Settings settings(argc, argv);
  const Ort::Env env = makeEnvironment(settings);
  const Ort::SessionOptions options = sessionOptions();

  Tensor<float> value("value", {1, pixels, heads, channels}), flatValue("flat_value", {1, pixels, heads * channels});
  Tensor<float> locations("locations", {1, pixels, heads, levels, points, 2}), weights("weights", {1, pixels, heads, levels, points});
  Tensor<float> raw("raw", {1, pixels, 3 * heads * samples});
  value.data = flatValue.data = uniform(pixels * heads * channels, -1, 1, 1);
  weights.data = uniform(pixels * heads * samples, 0, 1.0f / samples, 2);
  raw.data = uniform(pixels * 3 * heads * samples, -4, 4,
                     3);  // offsets of a few pixels, as trained weights give

  // Locations of the plain form: the same spread around each query's own
  // centre.
  const std::vector<float> offsets = uniform(pixels * heads * samples * 2, -4, 4, 4);
  for (int64_t q = 0, level = 0; q < pixels; ++q) {
    while (level + 1 < levels && q >= starts[level + 1]) ++level;
    const int64_t i = q - starts[level], width = sizes[2 * level + 1], height = sizes[2 * level];
    const float centre[2]{(static_cast<float>(i % width) + 0.5f) / static_cast<float>(width),
                          (static_cast<float>(i / width) + 0.5f) / static_cast<float>(height)};
    for (int64_t s = 0; s < heads * samples; ++s) {
      for (int64_t axis = 0; axis < 2; ++axis) {
        const auto at = static_cast<size_t>((q * heads * samples + s) * 2 + axis);
        locations.data[at] = centre[axis] + offsets[at] / static_cast<float>(sizes[2 * (s % samples / points) + 1 - axis]);
      }
    }
  }

  ModelBuilder plainOp, plainNodes, fusedOp, fusedNodes;
  for (ModelBuilder* model : {&plainOp, &plainNodes}) {
    model->input<float>("value", value.shape).input<float>("locations", locations.shape).input<float>("weights", weights.shape);
    model->output<float>("y", {1, pixels, heads * channels});
  }
  addSizes(plainOp);
  plainOp.nodeIn("segr", "MSDeformAttn", {"value", "sizes", "starts", "locations", "weights"}, {"y"});
  addDecomposition(plainNodes);
  for (ModelBuilder* model : {&fusedOp, &fusedNodes}) {
    model->input<float>("flat_value", flatValue.shape).input<float>("raw", raw.shape).output<float>("y", {1, pixels, heads * channels});
  }
  addSizes(fusedOp);
  fusedOp.nodeIn("segr", "MSDeformAttnFused", {"flat_value", "sizes", "raw"}, {"y"}, attribute("num_heads", heads),
                 attribute("num_points", points));
  addPreparation(fusedNodes);
  addDecomposition(fusedNodes);

  std::vector<Candidate> plain, fused;
  plain.push_back({"GridSample decomposition", plainNodes.build(env, options), {&value, &locations, &weights}, {}});
  plain.push_back({"MSDeformAttn", plainOp.build(env, options), {&value, &locations, &weights}, {}});
  compare("sampling and weighting, S = 8400, M = 8, D = 32, L = 3, P = 4, " + std::to_string(settings.threads) + " threads",
          std::move(plain), settings);
  fused.push_back({"softmax, locations, GridSample", fusedNodes.build(env, options), {&flatValue, &raw}, {}});
  fused.push_back({"MSDeformAttnFused", fusedOp.build(env, options), {&flatValue, &raw}, {}});
  compare("from raw offsets and logits", std::move(fused), settings);
}
