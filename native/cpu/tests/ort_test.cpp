#include <cstdlib>
#include <filesystem>
#include <thread>

#include "check.h"
#include "ort_model.h"
#include "reference.h"

using namespace segr::cpu;
using namespace segr::cpu::test;
using segr::ort::attribute;
using segr::ort::ModelBuilder;
using segr::ort::Tensor;

namespace {

Ort::Env& environment() {
  if (!std::filesystem::exists(SEGR_ONNXRUNTIME)) throw Skipped(std::string(SEGR_ONNXRUNTIME) + " is absent");
  static Ort::Env env = [] {
    segr::ort::load(SEGR_ONNXRUNTIME);
    return Ort::Env(ORT_LOGGING_LEVEL_FATAL, "segr_ops_tests");
  }();
  return env;
}

Ort::SessionOptions options(int threads = 2) {
  environment();
  Ort::SessionOptions result;
  result.SetIntraOpNumThreads(threads);
  result.RegisterCustomOpsLibrary(SEGR_OPS_LIBRARY);
  return result;
}

/// Runs a session whose only output is "y", feeding the tensors by their names.
template <typename... T>
Floats run(Ort::Session& session, Tensor<T>&... inputs) {
  const std::vector<const char*> names{inputs.name.c_str()...};
  std::vector<Ort::Value> values;
  (values.push_back(inputs.view()), ...);
  const char* output = "y";
  const std::vector<Ort::Value> results = session.Run(Ort::RunOptions{nullptr}, names.data(), values.data(), values.size(), &output, 1);
  const float* data = results[0].GetTensorData<float>();
  return {data, data + results[0].GetTensorTypeAndShapeInfo().GetElementCount()};
}

std::string errorOf(const std::function<void()>& body) {
  try {
    body();
  } catch (const Ort::Exception& error) {
    return error.what();
  }
  return "no error";
}

/// A plain case of two levels with fixed sizes, everything fed but the sizes.
struct Attention {
  DeformAttnCase c;
  Tensor<float> value, locations, weights;

  explicit Attention(uint32_t seed)
      : value("value", {2, 26, 2, 16}), locations("locations", {2, 70, 2, 2, 3, 2}), weights("weights", {2, 70, 2, 2, 3}) {
    Numbers numbers(seed);
    c.batch = 2, c.queries = 70, c.heads = 2, c.channels = 16, c.points = 3, c.rows = 26;
    c.sizes = {2, 3, 4, 5};
    c.starts = {0, 6};
    c.value = value.data = numbers.floats(segr::ort::count(value.shape), -1, 1);
    c.locations = locations.data = numbers.floats(segr::ort::count(locations.shape), -0.2f, 1.2f);
    c.weights = weights.data = numbers.floats(segr::ort::count(weights.shape), 0, 1);
  }

  Ort::Session session(const Ort::SessionOptions& sessionOptions, std::vector<int64_t> starts = {0, 6}, int64_t rows = -1) const {
    ModelBuilder model;
    model.input<float>("value", {-1, rows, 2, 16})
        .input<float>("locations", {-1, -1, 2, 2, 3, 2})
        .input<float>("weights", {-1, -1, 2, 2, 3});
    model.constant<int64_t>("sizes", {2, 2}, c.sizes).constant<int64_t>("starts", {2}, starts);
    model.nodeIn("segr", "MSDeformAttn", {"value", "sizes", "starts", "locations", "weights"}, {"y"}).output<float>("y", {-1, -1, 32});
    return model.build(environment(), sessionOptions);
  }

  Floats feed(Ort::Session& s) { return run(s, value, locations, weights); }
};

TEST("MSDeformAttn runs in ONNX Runtime") {
  Attention a(21);
  Ort::Session session = a.session(options());
  REQUIRE_CLOSE(a.feed(session), deformAttnReference(a.c), 5e-6, "first run");
  REQUIRE_CLOSE(a.feed(session), deformAttnReference(a.c), 5e-6, "second run");
}

TEST("every level that SEGR_CPU_LEVEL forces gives the same result") {
  Attention a(22);
  for (CpuLevel level : levelsHere()) {
    setenv("SEGR_CPU_LEVEL", name(level), 1);
    Ort::Session session = a.session(options());
    REQUIRE_CLOSE(a.feed(session), deformAttnReference(a.c), 5e-6, name(level));
  }
  setenv("SEGR_CPU_LEVEL", "sse9", 1);
  const std::string error = errorOf([] { options(); });
  unsetenv("SEGR_CPU_LEVEL");
  REQUIRE(error == "SEGR_CPU_LEVEL=sse9: must be scalar, avx2 or avx512.", error);
}

TEST("one session runs from several threads at once") {
  Attention a(23);
  Ort::Session session = a.session(options());
  std::vector<std::thread> threads;
  std::vector<Floats> results(4);
  for (Floats& result : results) {
    threads.emplace_back([&] {
      Attention own(23);
      for (int i = 0; i < 5; ++i) result = own.feed(session);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Floats& result : results) REQUIRE_CLOSE(result, deformAttnReference(a.c), 5e-6, "thread");
}

TEST("a shape that does not fit fails the run with one line and leaves the session usable") {
  Attention a(24);
  Ort::Session wrong = a.session(options(), {0, 7});
  const std::string starts = errorOf([&] { a.feed(wrong); });
  REQUIRE(
      starts.find("MSDeformAttn: level_start_index[1] = 7 puts level 1 (4 x 5) outside value, which has S = 26 rows.") != std::string::npos,
      starts);

  Ort::Session session = a.session(options());
  Attention other(24);
  other.weights = Tensor<float>("weights", {2, 69, 2, 2, 3});
  const std::string weights = errorOf([&] { other.feed(session); });
  REQUIRE(weights.find("MSDeformAttn: attention_weights is [2, 69, 2, 2, 3], must be") != std::string::npos, weights);
  REQUIRE_CLOSE(a.feed(session), deformAttnReference(a.c), 5e-6, "after the error");
}

TEST("MSDeformAttnFused runs with implicit and with explicit reference points") {
  const auto session = [](bool references) {
    ModelBuilder model;
    model.input<float>("value", {1, 3, 4}).input<float>("offsets", {1, -1, 12});
    model.constant<int64_t>("sizes", {1, 2}, {1, 3});
    std::vector<std::string> inputs{"value", "sizes", "offsets"};
    if (references) {
      model.input<float>("points", {-1, 2});
      inputs.push_back("points");
    }
    model.nodeIn("segr", "MSDeformAttnFused", inputs, {"y"}, attribute("num_heads", int64_t{2}), attribute("num_points", int64_t{2}));
    return model.output<float>("y", {1, -1, 4}).build(environment(), options());
  };
  Tensor<float> value("value", {1, 3, 4});
  value.data = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

  // Head 0 looks at its own pixel and one to the right, head 1 half a pixel to the right twice.
  Tensor<float> offsets("offsets", {1, 3, 12});
  offsets.data.clear();
  for (int q = 0; q < 3; ++q) offsets.data.insert(offsets.data.end(), {0, 0, 1, 0, 0.5f, 0, 0.5f, 0, 0, 0, 2, 2});
  Ort::Session implicit = session(false);
  REQUIRE_CLOSE(run(implicit, value, offsets), (Floats{3, 4, 5, 6, 7, 8, 9, 10, 4.5f, 5, 5.5f, 6}), 1e-5, "implicit");

  Tensor<float> one("offsets", {1, 1, 12}), points("points", {1, 2});
  one.data.assign(offsets.data.begin(), offsets.data.begin() + 12);
  points.data = {0.5f, 0.5f};
  Ort::Session explicitPoints = session(true);
  REQUIRE_CLOSE(run(explicitPoints, value, one, points), (Floats{7, 8, 9, 10}), 1e-5, "explicit");
  const std::string error = errorOf([&] { run(implicit, value, one); });
  REQUIRE(error.find("MSDeformAttnFused: without reference_points Lq must be S") != std::string::npos, error);
}

TEST("MSDeformAttnFused needs num_heads") {
  ModelBuilder model;
  model.input<float>("value", {1, 3, 4}).input<float>("offsets", {1, 3, 12}).constant<int64_t>("sizes", {1, 2}, {1, 3});
  model.nodeIn("segr", "MSDeformAttnFused", {"value", "sizes", "offsets"}, {"y"}, attribute("num_points", int64_t{2}));
  model.output<float>("y", {1, 3, 4});
  const std::string error = errorOf([&] { model.build(environment(), options()); });
  REQUIRE(error.find("num_heads") != std::string::npos, error);
}

TEST("DepthwiseConv7x7LayerNorm agrees with ONNX Runtime's own operators") {
  Numbers numbers(25);
  constexpr int64_t height = 9, width = 13, channels = 24;
  Tensor<float> x("x", {2, height, width, channels});
  x.data = numbers.floats(segr::ort::count(x.shape), -2, 2);
  const Floats weight = numbers.floats(49 * channels, -0.5f, 0.5f), bias = numbers.floats(channels, -1, 1);
  const Floats scale = numbers.floats(channels, 0.5f, 2), shift = numbers.floats(channels, -1, 1);
  const auto constants = [&](ModelBuilder& model) {
    model.input<float>("x", {-1, -1, -1, channels}).output<float>("y", {-1, -1, -1, channels});
    model.constant<float>("weight", {channels, 1, 7, 7}, weight).constant<float>("bias", {channels}, bias);
    model.constant<float>("scale", {channels}, scale).constant<float>("shift", {channels}, shift);
  };
  ModelBuilder own, theirs;
  constants(own);
  own.nodeIn("segr", "DepthwiseConv7x7LayerNorm", {"x", "weight", "bias", "scale", "shift"}, {"y"}, attribute("epsilon", 1e-5f));
  constants(theirs);
  theirs.node("Transpose", {"x"}, {"nchw"}, attribute("perm", segr::ort::Shape{0, 3, 1, 2}));
  theirs.node("Conv", {"nchw", "weight", "bias"}, {"conv"}, attribute("group", channels), attribute("pads", segr::ort::Shape{3, 3, 3, 3}));
  theirs.node("Transpose", {"conv"}, {"nhwc"}, attribute("perm", segr::ort::Shape{0, 2, 3, 1}));
  theirs.node("LayerNormalization", {"nhwc", "scale", "shift"}, {"y"}, attribute("epsilon", 1e-5f));
  Ort::Session a = own.build(environment(), options()), b = theirs.build(environment(), options());
  REQUIRE_CLOSE(run(a, x), run(b, x), 2e-5, "nodes");

  Tensor<float> narrow("x", {1, 4, channels});
  const std::string error = errorOf([&] { run(a, narrow); });
  REQUIRE(error != "no error", error);
}

TEST("DepthwiseConv7x7LayerNorm insists on constant weights") {
  ModelBuilder model;
  model.input<float>("x", {1, 4, 4, 2}).input<float>("weight", {2, 1, 7, 7}).output<float>("y", {1, 4, 4, 2});
  for (const char* name : {"bias", "scale", "shift"}) model.constant<float>(name, {2}, {0, 1});
  model.nodeIn("segr", "DepthwiseConv7x7LayerNorm", {"x", "weight", "bias", "scale", "shift"}, {"y"});
  const std::string error = errorOf([&] { model.build(environment(), options()); });
  REQUIRE(error.find("DepthwiseConv7x7LayerNorm: weight must be a constant initializer.") != std::string::npos, error);
}

/// x [.., 24] through an MLP 24 -> 40 -> 24 with layer scale, residual and layer norm, by our node and by ONNX Runtime's.
struct MlpModels {
  Tensor<float> x{"x", {2, 17, 24}};
  Floats weight1, bias1, weight2, bias2, scale, normScale, normShift;

  MlpModels() {
    Numbers numbers(27);
    x.data = numbers.floats(segr::ort::count(x.shape), -1, 1);
    weight1 = numbers.floats(40 * 24, -0.3f, 0.3f), bias1 = numbers.floats(40, -1, 1);
    weight2 = numbers.floats(24 * 40, -0.3f, 0.3f), bias2 = numbers.floats(24, -1, 1);
    scale = numbers.floats(24, 0.5f, 2), normScale = numbers.floats(24, 0.5f, 2), normShift = numbers.floats(24, -1, 1);
  }

  ModelBuilder start() const {
    ModelBuilder model;
    model.input<float>("x", {-1, -1, 24}).output<float>("y", {-1, -1, 24});
    model.constant<float>("weight1", {40, 24}, weight1).constant<float>("bias1", {40}, bias1);
    model.constant<float>("weight2", {24, 40}, weight2).constant<float>("bias2", {24}, bias2).constant<float>("scale", {24}, scale);
    model.constant<float>("norm_scale", {24}, normScale).constant<float>("norm_shift", {24}, normShift);
    return model;
  }

  Floats theirs() {
    ModelBuilder model = start();
    const auto perm = attribute("perm", segr::ort::Shape{1, 0});
    model.node("Transpose", {"weight1"}, {"t1"}, perm).node("Transpose", {"weight2"}, {"t2"}, perm);
    model.node("MatMul", {"x", "t1"}, {"a"}).node("Add", {"a", "bias1"}, {"b"}).node("Gelu", {"b"}, {"c"});
    model.node("MatMul", {"c", "t2"}, {"d"})
        .node("Add", {"d", "bias2"}, {"e"})
        .node("Mul", {"e", "scale"}, {"f"})
        .node("Add", {"f", "x"}, {"g"});
    model.node("LayerNormalization", {"g", "norm_scale", "norm_shift"}, {"y"}, attribute("epsilon", 1e-5f));
    Ort::Session session = model.build(environment(), options());
    return run(session, x);
  }

  Floats ours(const char* precision) {
    ModelBuilder model = start();
    model.nodeIn("segr", "Mlp", {"x", "weight1", "bias1", "weight2", "bias2", "scale", "x", "norm_scale", "norm_shift"}, {"y"},
                 attribute("precision", precision));
    Ort::Session session = model.build(environment(), options());
    return run(session, x);
  }
};

TEST("Mlp agrees with ONNX Runtime's own operators") {
  MlpModels models;
  const Floats expected = models.theirs();
  REQUIRE_CLOSE(models.ours("fp32"), expected, 1e-5, "fp32");
  REQUIRE_CLOSE(models.ours("bf16"), expected, 0.05, "bf16");
  REQUIRE_CLOSE(models.ours("int8"), expected, 0.15, "int8");
  const std::string error = errorOf([&] { models.ours("fp8"); });
  REQUIRE(error.find("Mlp: precision is 'fp8'") != std::string::npos, error);
}

TEST("Linear works with every optional input left out or in the middle") {
  Tensor<float> x("x", {3, 2}), residual("residual", {3, 2});
  x.data = {1, 2, 3, 4, 5, 6};
  residual.data = {10, 20, 30, 40, 50, 60};
  ModelBuilder bare, added;
  for (ModelBuilder* model : {&bare, &added}) {
    model->input<float>("x", {-1, 2}).output<float>("y", {-1, 2}).constant<float>("weight", {2, 2}, {1, 1, 1, -1});
  }
  bare.nodeIn("segr", "Linear", {"x", "weight"}, {"y"});
  Ort::Session session = bare.build(environment(), options());
  REQUIRE_CLOSE(run(session, x), (Floats{3, -1, 7, -1, 11, -1}), 1e-6, "bare");

  added.input<float>("residual", {-1, 2}).nodeIn("segr", "Linear", {"x", "weight", "", "residual"}, {"y"}, attribute("activation", "relu"));
  Ort::Session withResidual = added.build(environment(), options());
  REQUIRE_CLOSE(run(withResidual, x, residual), (Floats{13, 20, 37, 40, 61, 60}), 1e-6, "residual");

  ModelBuilder sum;
  sum.input<float>("x", {-1, 2}).input<float>("residual", {-1, 2}).output<float>("y", {-1, 2}).constant<float>("weight", {2, 2}, {1, 1, 1, -1});
  sum.nodeIn("segr", "Linear", {"x", "weight", "", "", "", "", "residual"}, {"y"});
  Ort::Session withSum = sum.build(environment(), options());
  REQUIRE_CLOSE(run(withSum, x, residual), (Floats{33, -11, 77, -11, 121, -11}), 1e-6, "x_added");
  Tensor<float> narrow("residual", {2, 2});
  const std::string error = errorOf([&] { run(withSum, x, narrow); });
  REQUIRE(error.find("Linear: x_added is [2, 2], must be [..., K] = [3, 2].") != std::string::npos, error);
}

TEST("Conv2dChannelsLast agrees with ONNX Runtime's Conv") {
  Numbers numbers(28);
  Tensor<float> x("x", {2, 9, 11, 20});
  x.data = numbers.floats(segr::ort::count(x.shape), -1, 1);
  Numbers weights(30);
  const Floats weight = weights.floats(30 * 180, -0.1f, 0.1f), bias = weights.floats(30, -1, 1);
  const auto build = [&](bool own) {
    ModelBuilder model;
    model.input<float>("x", {-1, -1, -1, 20}).output<float>("y", {-1, -1, -1, 30});
    model.constant<float>("weight", {30, 20, 3, 3}, weight).constant<float>("bias", {30}, bias);
    const auto pads = attribute("pads", segr::ort::Shape{1, 2, 1, 0});
    if (own) {
      model.nodeIn("segr", "Conv2dChannelsLast", {"x", "weight", "bias"}, {"y"}, pads, attribute("stride", int64_t{2}));
    } else {
      model.node("Transpose", {"x"}, {"nchw"}, attribute("perm", segr::ort::Shape{0, 3, 1, 2}));
      model.node("Conv", {"nchw", "weight", "bias"}, {"conv"}, pads, attribute("strides", segr::ort::Shape{2, 2}));
      model.node("Transpose", {"conv"}, {"y"}, attribute("perm", segr::ort::Shape{0, 2, 3, 1}));
    }
    Ort::Session session = model.build(environment(), options());
    return run(session, x);
  };
  REQUIRE_CLOSE(build(true), build(false), 1e-5, "convolution");
}

TEST("a convolution with channels first and a layer norm agrees with ONNX Runtime's own operators") {
  Numbers numbers(61);
  Tensor<float> x("x", {1, 3, 8, 12});
  x.data = numbers.floats(segr::ort::count(x.shape), -1, 1);
  const Floats weight = numbers.floats(24 * 48, -0.3f, 0.3f), bias = numbers.floats(24, -1, 1), scale = numbers.floats(24, 0.5f, 2),
               shift = numbers.floats(24, -1, 1);
  const auto build = [&](bool own) {
    ModelBuilder model;
    model.input<float>("x", {1, 3, 8, 12}).output<float>("y", {-1, -1, -1, -1});
    model.constant<float>("weight", {24, 3, 4, 4}, weight).constant<float>("bias", {24}, bias);
    model.constant<float>("scale", {24}, scale).constant<float>("shift", {24}, shift);
    if (own) {
      model.nodeIn("segr", "Conv2dChannelsLast", {"x", "weight", "bias", "scale", "shift"}, {"y"}, attribute("stride", int64_t{4}),
                   attribute("channels_first", int64_t{1}), attribute("pads", segr::ort::Shape{0, 0, 0, 0}), attribute("epsilon", 1e-6f));
    } else {
      model.node("Conv", {"x", "weight", "bias"}, {"conv"}, attribute("strides", segr::ort::Shape{4, 4}));
      model.node("Transpose", {"conv"}, {"last"}, attribute("perm", segr::ort::Shape{0, 2, 3, 1}));
      model.node("LayerNormalization", {"last", "scale", "shift"}, {"y"}, attribute("epsilon", 1e-6f));
    }
    Ort::Session session = model.build(environment(), options());
    if (own) {
      const std::vector<int64_t> shape = session.GetOutputTypeInfo(0).GetTensorTypeAndShapeInfo().GetShape();
      REQUIRE((shape == std::vector<int64_t>{1, 2, 3, 24}), "inferred " + text(shape));
    }
    return run(session, x);
  };
  REQUIRE_CLOSE(build(true), build(false), 2e-5, "convolution");
}

TEST("norms, resize and attention agree with ONNX Runtime's own operators") {
  Numbers numbers(62);
  constexpr int64_t channels = 32, heads = 4, queries = 9, height = 6, width = 7, keys = height * width;
  Tensor<float> x("x", {1, height, width, channels}), residual("residual", {1, 11, 9, channels}), query("query", {queries, channels}),
      logits("logits", {keys, queries});
  for (Tensor<float>* tensor : {&x, &residual, &query, &logits}) tensor->data = numbers.floats(segr::ort::count(tensor->shape), -1, 1);
  for (int64_t t = 0; t < keys; ++t) logits.data[static_cast<size_t>(t * queries + 4)] = -1;  // one query sees nothing
  const Floats scale = numbers.floats(channels, 0.5f, 2), shift = numbers.floats(channels, -1, 1);
  const auto start = [&] {
    ModelBuilder model;
    model.input<float>("x", {1, height, width, channels}).output<float>("y", {-1, -1, -1, -1});
    model.constant<float>("scale", {channels}, scale).constant<float>("shift", {channels}, shift);
    return model;
  };
  const auto perm = [](segr::ort::Shape order) { return attribute("perm", order); };
  {
    ModelBuilder own = start(), theirs = start();
    own.nodeIn("segr", "LayerNorm", {"x", "scale", "shift"}, {"y"}, attribute("epsilon", 1e-5f));
    theirs.node("LayerNormalization", {"x", "scale", "shift"}, {"y"}, attribute("epsilon", 1e-5f));
    Ort::Session a = own.build(environment(), options()), b = theirs.build(environment(), options());
    REQUIRE_CLOSE(run(a, x), run(b, x), 1e-5, "layer norm");
  }
  {
    // InstanceNormalization on [1, groups, ...] and the channels' own scale and shift after it.
    ModelBuilder own = start(), theirs = start();
    own.nodeIn("segr", "GroupNorm", {"x", "scale", "shift"}, {"y"}, attribute("groups", int64_t{8}), attribute("activation", "relu"));
    theirs.constant<int64_t>("grouped", {3}, {1, 8, -1}).constant<int64_t>("apart", {4}, {1, channels, height, width});
    theirs.constant<float>("ones", {8}, Floats(8, 1)).constant<float>("zeros", {8}, Floats(8, 0));
    theirs.node("Transpose", {"x"}, {"first"}, perm({0, 3, 1, 2})).node("Reshape", {"first", "grouped"}, {"a"});
    theirs.node("InstanceNormalization", {"a", "ones", "zeros"}, {"b"}, attribute("epsilon", 1e-5f));
    theirs.node("Reshape", {"b", "apart"}, {"c"}).node("Transpose", {"c"}, {"d"}, perm({0, 2, 3, 1}));
    theirs.node("Mul", {"d", "scale"}, {"e"}).node("Add", {"e", "shift"}, {"f"}).node("Relu", {"f"}, {"y"});
    Ort::Session a = own.build(environment(), options()), b = theirs.build(environment(), options());
    REQUIRE_CLOSE(run(a, x), run(b, x), 1e-5, "group norm");
  }
  {
    ModelBuilder own = start(), theirs = start();
    for (ModelBuilder* model : {&own, &theirs}) model->input<float>("residual", {1, 11, 9, channels});
    own.constant<int64_t>("size", {2}, {11, 9}).nodeIn("segr", "ResizeBilinear", {"x", "size", "residual"}, {"y"});
    theirs.constant<int64_t>("size", {4}, {1, channels, 11, 9}).node("Transpose", {"x"}, {"first"}, perm({0, 3, 1, 2}));
    theirs.node("Resize", {"first", "", "", "size"}, {"a"}, attribute("mode", "linear"),
                attribute("coordinate_transformation_mode", "half_pixel"));
    theirs.node("Transpose", {"a"}, {"b"}, perm({0, 2, 3, 1})).node("Add", {"residual", "b"}, {"y"});
    Ort::Session a = own.build(environment(), options()), b = theirs.build(environment(), options());
    REQUIRE_CLOSE(run(a, x, residual), run(b, x, residual), 1e-5, "resize");
  }
  const auto tokens = [&](bool own, bool masked) {
    ModelBuilder model;
    model.input<float>("x", {1, height, width, channels}).input<float>("query", {queries, channels}).output<float>("y", {-1, -1});
    model.input<float>("logits", {keys, queries}).constant<int64_t>("rows", {2}, {keys, channels}).node("Reshape", {"x", "rows"}, {"key"});
    if (own) {
      std::vector<std::string> inputs{"query", "key", "key"};
      if (masked) inputs.push_back("logits");
      model.nodeIn("segr", "MaskedAttention", inputs, {"y"}, attribute("num_heads", heads));
    } else {
      model.constant<int64_t>("split", {3}, {-1, heads, channels / heads}).constant<int64_t>("joined", {2}, {queries, channels});
      model.constant<float>("factor", {}, {1 / std::sqrt(static_cast<float>(channels / heads))}).constant<float>("zero", {}, {0});
      model.constant<float>("blocked", {}, {-30000}).constant<int64_t>("axis", {1}, {1});
      model.node("Reshape", {"query", "split"}, {"q3"}).node("Transpose", {"q3"}, {"q"}, perm({1, 0, 2})).node("Mul", {"q", "factor"}, {"qs"});
      model.node("Reshape", {"key", "split"}, {"k3"}).node("Transpose", {"k3"}, {"kt"}, perm({1, 2, 0}));
      model.node("Transpose", {"k3"}, {"v"}, perm({1, 0, 2})).node("MatMul", {"qs", "kt"}, {"scores"});
      model.node("Transpose", {"logits"}, {"m"}, perm({1, 0})).node("Less", {"m", "zero"}, {"below"});
      model.node("ReduceMax", {"m", "axis"}, {"most"}).node("GreaterOrEqual", {"most", "zero"}, {"sees"});
      model.node("And", {"below", "sees"}, {"hidden"}).node("Where", {"hidden", "blocked", "zero"}, {"bias"});
      model.node("Add", {"scores", masked ? "bias" : "zero"}, {"sum"}).node("Softmax", {"sum"}, {"weights"});
      model.node("MatMul", {"weights", "v"}, {"heard"}).node("Transpose", {"heard"}, {"t"}, perm({1, 0, 2}));
      model.node("Reshape", {"t", "joined"}, {"y"});
    }
    Ort::Session session = model.build(environment(), options());
    return run(session, x, query, logits);
  };
  REQUIRE_CLOSE(tokens(true, true), tokens(false, true), 1e-5, "masked attention");
  REQUIRE_CLOSE(tokens(true, false), tokens(false, false), 1e-5, "attention");
}

TEST("nothing is said of an output's shape where nothing is known of the input's") {
  // A Reshape to a shape that is fed has any number of axes.
  Numbers numbers(64);
  Tensor<float> x("x", {2, 3, 4, 16});
  x.data = numbers.floats(segr::ort::count(x.shape), -1, 1);
  Tensor<int64_t> shape("shape", {2});
  shape.data = {24, 16};
  const Floats ones(16, 1), zeros(16, 0);
  for (const char* op : {"LayerNorm", "GroupNorm"}) {
    ModelBuilder model;
    model.input<float>("x", {-1, -1, -1, 16}).input<int64_t>("shape", {-1}).output<float>("y", {-1, -1});
    model.constant<float>("scale", {16}, ones).constant<float>("shift", {16}, zeros).node("Reshape", {"x", "shape"}, {"rows"});
    model.nodeIn("segr", op, {"rows", "scale", "shift"}, {"n"}, attribute("groups", int64_t{4})).node("Concat", {"n", "n"}, {"y"}, attribute("axis", int64_t{1}));
    Ort::Session session = model.build(environment(), options());
    REQUIRE(run(session, x, shape).size() == 2 * x.data.size(), op);
  }
}

TEST("an output that overwrites its residual is no other output") {
  // a = Linear(x) is the residual of the last node alone, so that ONNX Runtime lets that one write over it.
  Numbers numbers(63);
  Tensor<float> x("x", {70, 24});
  x.data = numbers.floats(segr::ort::count(x.shape), -1, 1);
  const Floats weight = numbers.floats(24 * 24, -0.3f, 0.3f), scale(24, 1), shift(24, 0.5f);
  const auto build = [&](bool copies) {
    ModelBuilder model;
    model.input<float>("x", {70, 24}).output<float>("y", {70, 24}).constant<float>("weight", {24, 24}, weight);
    model.constant<float>("scale", {24}, scale).constant<float>("shift", {24}, shift).constant<float>("zero", {}, {0});
    model.nodeIn("segr", "Linear", {"x", "weight"}, {"a"}).nodeIn("segr", "LayerNorm", {"x", "scale", "shift"}, {"n"});
    if (copies) model.output<float>("a", {70, 24}).output<float>("b", {70, 24});
    model.nodeIn("segr", "Linear", {"n", "weight", "", "a"}, {"b"}).nodeIn("segr", "Mlp", {"n", "weight", "", "weight", "", "", "b"}, {"y"});
    Ort::Session session = model.build(environment(), options());
    return run(session, x);
  };
  REQUIRE(build(false) == build(true), "in place");
}

TEST("output shapes are inferred") {
  Attention a(26);
  environment();
  ModelBuilder model;
  model.input<float>("value", {2, 26, 2, 16}).input<float>("locations", {2, 70, 2, 2, 3, 2}).input<float>("weights", {2, 70, 2, 2, 3});
  model.constant<int64_t>("sizes", {2, 2}, a.c.sizes).constant<int64_t>("starts", {2}, a.c.starts);
  model.nodeIn("segr", "MSDeformAttn", {"value", "sizes", "starts", "locations", "weights"}, {"y"});
  model.output<float>("y", {-1, -1, -1});
  Ort::Session session = model.build(environment(), options());
  const std::vector<int64_t> shape = session.GetOutputTypeInfo(0).GetTensorTypeAndShapeInfo().GetShape();
  REQUIRE((shape == std::vector<int64_t>{2, 70, 32}), text(shape));

  // A dimension that is known only by name keeps it, and inputs left out do not matter.
  ModelBuilder rows;
  rows.input<float>("x", {-1, 5, 2}).output<float>("y", {-1, -1, -1}).constant<float>("weight", {7, 2}, Floats(14, 1));
  rows.nodeIn("segr", "Linear", {"x", "weight"}, {"y"});
  Ort::Session linear = rows.build(environment(), options());
  const std::vector<int64_t> linearShape = linear.GetOutputTypeInfo(0).GetTensorTypeAndShapeInfo().GetShape();
  REQUIRE((linearShape == std::vector<int64_t>{-1, 5, 7}), text(linearShape));
}

}  // namespace
