#include <dlfcn.h>

#include <array>
#include <cstdlib>
#include <filesystem>

#include "check.h"
#include "element_data.h"
#include "host/ptx.h"
#include "kernels/depthwise_norm.h"
#include "ops/cuda_op.h"
#include "ort_model.h"
#include "reference.h"
#include "stand_in.h"

// The CUDA operators through ONNX Runtime, with a driver that runs kernels in the loop harness: attributes, tensors, parameters, grids,
// errors. They are registered for the CPU provider here, under a domain of the tests' own; what stays unseen is the CUDA provider's part:
// where it puts tensors, and its stream.

using namespace segr::cuda;
using namespace segr::cuda::test;
using segr::cpu::test::DeformAttnCase;
using segr::cpu::test::deformAttnReference;
using segr::cpu::test::Floats;
using segr::cpu::test::Numbers;
using segr::ort::attribute;
using segr::ort::ModelBuilder;

namespace {

/// The driver that SEGR_CUDA_DRIVER names, as when it was loaded; work is done at once, because ONNX Runtime's CPU provider waits for nothing.
StandIn& driver() {
  static StandIn* (*const state)() = [] {
    const char* path = std::getenv("SEGR_CUDA_DRIVER");
    void* library = path == nullptr ? nullptr : dlopen(path, RTLD_NOW);
    if (library == nullptr) throw segr::cpu::test::Skipped("SEGR_CUDA_DRIVER does not name the tests' driver (ctest sets it)");
    return reinterpret_cast<StandIn* (*)()>(dlsym(library, "segrStandIn"));
  }();
  StandIn& all = *state();
  all.eager = true;
  return all;
}

Ort::Env& environment() {
  if (!std::filesystem::exists(SEGR_ONNXRUNTIME)) throw segr::cpu::test::Skipped(std::string(SEGR_ONNXRUNTIME) + " is absent");
  if (allPtx().empty()) throw segr::cpu::test::Skipped("the build had no compiler for GPU code: install clang-19");
  static Ort::Env env = [] {
    segr::ort::load(SEGR_ONNXRUNTIME);
    return Ort::Env(ORT_LOGGING_LEVEL_FATAL, "segr_cuda_tests");
  }();
  return env;
}

Ort::SessionOptions options() {
  environment();
  static const auto& domain = *[] {
    auto* result = new Ort::CustomOpDomain("segr");  // ONNX Runtime keeps pointers to it
    for (CudaOpSpec& spec : cudaOps()) result->Add(new CudaOp(std::move(spec), nullptr));
    return result;
  }();
  Ort::SessionOptions result;
  result.SetIntraOpNumThreads(1);
  result.Add(domain);
  return result;
}

template <typename T>
constexpr ONNXTensorElementDataType elementType = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
template <>
constexpr auto elementType<Half> = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16;
template <>
constexpr auto elementType<BFloat16> = ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16;

/// ONNX Runtime's own names of the types, for declarations.
template <typename T>
struct Declared {
  using Type = float;
};
template <>
struct Declared<Half> {
  using Type = Ort::Float16_t;
};
template <>
struct Declared<BFloat16> {
  using Type = Ort::BFloat16_t;
};

template <typename T>
using Stored = typename Declared<T>::Type;

template <typename T>
Ort::Value view(Buffer<T>& data, const std::vector<int64_t>& shape) {
  static const Ort::MemoryInfo cpu = Ort::MemoryInfo::CreateCpu(OrtDeviceAllocator, OrtMemTypeDefault);
  return Ort::Value::CreateTensor(cpu, data.data(), data.size() * sizeof(T), shape.data(), shape.size(), elementType<T>);
}

template <typename T>
Floats run(Ort::Session& session, const std::vector<const char*>& names, std::vector<Ort::Value> values) {
  const char* output = "y";
  const auto results = session.Run(Ort::RunOptions{nullptr}, names.data(), values.data(), values.size(), &output, 1);
  const auto info = results[0].GetTensorTypeAndShapeInfo();
  REQUIRE(info.GetElementType() == elementType<T>, "type of the output");
  const auto* data = static_cast<const T*>(results[0].GetTensorRawData());
  Floats floats;
  for (size_t i = 0; i < info.GetElementCount(); ++i) floats.push_back(toFloat(data[i]));
  return floats;
}

std::string errorOf(const std::function<void()>& body) {
  try {
    body();
  } catch (const Ort::Exception& error) {
    return error.what();
  }
  return "no error";
}

/// Two levels, D = 16.
DeformAttnCase attention() {
  Numbers numbers(1);
  DeformAttnCase c;
  c.batch = 2, c.queries = 70, c.heads = 2, c.channels = 16, c.points = 4, c.rows = 26;
  c.sizes = {2, 3, 4, 5};
  c.starts = {0, 6};
  c.value = numbers.floats(2 * 26 * 2 * 16, -1, 1);
  c.locations = numbers.floats(2 * 70 * 2 * 8 * 2, -0.2f, 1.2f);
  c.weights = numbers.floats(2 * 70 * 2 * 8, 0, 0.2f);
  return c;
}

template <typename T>
Ort::Session attentionSession(const DeformAttnCase& c) {
  ModelBuilder model;
  model.input<Stored<T>>("value", {-1, -1, 2, 16});
  model.input<float>("locations", {-1, -1, 2, 2, 4, 2}).input<float>("weights", {-1, -1, 2, 2, 4});
  model.constant<int64_t>("sizes", {2, 2}, c.sizes).constant<int64_t>("starts", {2}, c.starts);
  model.nodeIn("segr", "MSDeformAttn", {"value", "sizes", "starts", "locations", "weights"}, {"y"});
  model.output<Stored<T>>("y", {-1, -1, 32});
  return model.build(environment(), options());
}

template <typename T>
Floats runAttention(Ort::Session& session, const DeformAttnCase& c) {
  Buffer<T> value(c.value);
  Buffer<float> locations(c.locations), weights(c.weights);
  std::vector<Ort::Value> values;
  values.push_back(view(value, {2, 26, 2, 16}));
  values.push_back(view(locations, {2, 70, 2, 2, 4, 2}));
  values.push_back(view(weights, {2, 70, 2, 2, 4}));
  return run<T>(session, {"value", "locations", "weights"}, std::move(values));
}

template <typename T>
void checkAttention(const char* entry, double tolerance) {
  driver();
  DeformAttnCase c = attention();
  c.value = rounded<T>(c.value);
  Ort::Session session = attentionSession<T>(c);
  driver().launches.clear();
  REQUIRE_CLOSE(runAttention<T>(session, c), deformAttnReference(c), tolerance, entry);
  REQUIRE(driver().launches.size() == 1 && driver().launches[0].name == std::string(entry), std::string("entry point ") + entry);
  const StandInLaunch& launch = driver().launches[0];
  const unsigned threads = 70 * 2 * 16 * sizeof(T) / 16;
  REQUIRE(launch.gridX == (threads + 255) / 256 && launch.gridY == 2 && launch.gridZ == 1 && launch.blockX == 256, "grid");
  REQUIRE(launch.sharedBytes == 0 && launch.stream == nullptr && driver().misuse.empty(), "stream and context");
}

TEST("CUDA MSDeformAttn runs in all types") {
  checkAttention<float>("segr_deform_plain_f32_f32_vector", 2e-6);
  checkAttention<Half>("segr_deform_plain_f16_f32_vector", 1e-3);
  checkAttention<BFloat16>("segr_deform_plain_bf16_f32_vector", 1e-2);
}

template <typename Value, typename Sample>
void checkFused(const char* entry, double tolerance) {
  driver();
  Numbers numbers(2);
  const int64_t rows = 26, heads = 2, channels = 8, points = 4, samples = 8;
  Buffer<Value> value(numbers.floats(rows * heads * channels, -1, 1));
  const Floats offsets = numbers.floats(rows * 3 * heads * samples, -2, 2);
  Buffer<Sample> raw(offsets);
  DeformAttnCase c;
  c.queries = c.rows = rows, c.heads = heads, c.channels = channels, c.points = points;
  c.sizes = {2, 3, 4, 5};
  c.starts = {0, 6};
  c.value = value.floats();
  const Floats given = raw.floats();
  for (int64_t q = 0; q < rows; ++q) {
    const int64_t level = q < 6 ? 0 : 1, pixel = q < 6 ? q : q - 6, width = c.sizes[2 * level + 1], height = c.sizes[2 * level];
    for (int64_t i = 0; i < heads * samples; ++i) {
      const int64_t l = i % samples / points;
      const float* pair = given.data() + q * 48 + 2 * i;
      c.locations.push_back((static_cast<float>(pixel % width) + 0.5f) / static_cast<float>(width) +
                            pair[0] / static_cast<float>(c.sizes[2 * l + 1]));
      c.locations.push_back((static_cast<float>(pixel / width) + 0.5f) / static_cast<float>(height) +
                            pair[1] / static_cast<float>(c.sizes[2 * l]));
      double total = 0;
      const float* logits = given.data() + q * 48 + 32 + i / samples * samples;
      for (int64_t s = 0; s < samples; ++s) total += std::exp(static_cast<double>(logits[s]) - logits[i % samples]);
      c.weights.push_back(static_cast<float>(1 / total));
    }
  }
  ModelBuilder model;
  model.input<Stored<Value>>("value", {1, -1, 16});
  model.input<Stored<Sample>>("raw", {1, -1, 48});
  model.constant<int64_t>("sizes", {2, 2}, c.sizes);
  model.nodeIn("segr", "MSDeformAttnFused", {"value", "sizes", "raw"}, {"y"}, attribute("num_heads", heads),
               attribute("num_points", points));
  model.output<Stored<Value>>("y", {1, -1, 16});
  Ort::Session session = model.build(environment(), options());
  driver().launches.clear();
  std::vector<Ort::Value> values;
  values.push_back(view(value, {1, rows, 16}));
  values.push_back(view(raw, {1, rows, 48}));
  REQUIRE_CLOSE(run<Value>(session, {"value", "raw"}, std::move(values)), deformAttnReference(c), tolerance, entry);
  REQUIRE(driver().launches.size() == 1 && driver().launches[0].name == std::string(entry), std::string("entry point ") + entry);
}

TEST("CUDA MSDeformAttnFused runs in all types, its offsets in float32 or in the value's") {
  checkFused<float, float>("segr_deform_fused_f32_f32_vector", 2e-5);
  checkFused<Half, float>("segr_deform_fused_f16_f32_vector", 1e-3);
  checkFused<Half, Half>("segr_deform_fused_f16_f16_vector", 1e-3);
  checkFused<BFloat16, float>("segr_deform_fused_bf16_f32_vector", 1e-2);
  checkFused<BFloat16, BFloat16>("segr_deform_fused_bf16_bf16_vector", 1e-2);
}

TEST("CUDA DepthwiseConv7x7LayerNorm keeps its weights on the GPU and frees them") {
  driver();
  Numbers numbers(3);
  const Floats weight = numbers.floats(8 * 49, -1, 1);
  ModelBuilder model;
  model.input<Ort::Float16_t>("x", {1, -1, -1, 8})
      .constant<float>("w", {8, 1, 7, 7}, weight)
      .constant<float>("b", {8}, numbers.floats(8, -1, 1));
  model.constant<float>("s", {8}, Floats(8, 1.0f)).constant<float>("t", {8}, Floats(8, 0.5f));
  model.nodeIn("segr", "DepthwiseConv7x7LayerNorm", {"x", "w", "b", "s", "t"}, {"y"}).output<Ort::Float16_t>("y", {1, -1, -1, 8});
  const int64_t before = driver().objects;
  {
    Ort::Session session = model.build(environment(), options());
    REQUIRE(driver().objects == before + 4, "weights on the GPU");
    Buffer<Half> x(numbers.floats(5 * 11 * 8, -1, 1));
    driver().launches.clear();
    std::vector<Ort::Value> values;
    values.push_back(view(x, {1, 5, 11, 8}));
    const Floats y = run<Half>(session, {"x"}, std::move(values));
    for (size_t pixel = 0; pixel < 55; ++pixel) {  // normalised: a mean of 0.5, a variance of 1
      double mean = 0, square = 0;
      for (size_t c = 0; c < 8; ++c) mean += y[pixel * 8 + c] / 8.0;
      for (size_t c = 0; c < 8; ++c) square += (y[pixel * 8 + c] - mean) * (y[pixel * 8 + c] - mean) / 8.0;
      REQUIRE(std::abs(mean - 0.5) < 2e-3 && std::abs(square - 1) < 5e-3, "normalised");
    }
    const StandInLaunch& launch = driver().launches.at(0);
    REQUIRE(launch.name == std::string("segr_depthwise_norm_f16_vector") && launch.gridX == 4 && launch.blockX == 128, "launch");
    REQUIRE(launch.sharedBytes == depthwiseShared(4, 8) * 4, "shared memory");
  }
  REQUIRE(driver().objects == before, "weights freed");
}

TEST("CUDA operators report what is wrong in one line") {
  driver();
  const DeformAttnCase c = attention();
  Ort::Session session = attentionSession<float>(c);
  Buffer<float> value(c.value), locations(c.locations), weights(c.weights);
  const auto runWith = [&](int64_t rows) {
    std::vector<Ort::Value> values;
    values.push_back(view(value, {2, rows, 2, 16}));
    values.push_back(view(locations, {2, 70, 2, 2, 4, 2}));
    values.push_back(view(weights, {2, 70, 2, 2, 4}));
    run<float>(session, {"value", "locations", "weights"}, std::move(values));
  };
  const std::string shape = errorOf([&] { runWith(25); });
  REQUIRE(shape.find("level_start_index[1] = 6 puts level 1 (4 x 5) outside value") != std::string::npos, shape);
  driver().faults["cuLaunchKernel"] = {0, 2};
  const std::string memory = errorOf([&] { runWith(26); });
  REQUIRE(memory.find("cuLaunchKernel failed with CUDA_ERROR_OUT_OF_MEMORY (the stand-in's). Free GPU memory") != std::string::npos,
          memory);
  runWith(26);
}

TEST("a GPU that is too old, absent, or has too old a driver is named") {
  driver();
  environment();
  const auto errorOfLibrary = [](int ordinal) -> std::string {
    try {
      KernelLibrary::forDevice(ordinal).find("deform_attn", "segr_deform_plain_f32_f32_vector");
    } catch (const GpuError& error) {
      return error.what();
    }
    return "no error";
  };
  REQUIRE(errorOfLibrary(99).find("cuDeviceGet failed with") == 0, errorOfLibrary(99));
  driver().faults["cuModuleLoadData"] = {0, 222};
  const std::string oldDriver = errorOfLibrary(1);
  REQUIRE(oldDriver.find("The NVIDIA driver is too old for this build's PTX: update it.") != std::string::npos, oldDriver);
  REQUIRE(errorOfLibrary(1) == "no error", "an error is not kept");
  driver().major = 6;
  const std::string old = errorOfLibrary(2);
  driver().major = 9;
  REQUIRE(old == "Stand-in GPU has compute capability 6.0, the GPU code needs 7.5 or newer: run without custom operators, or on the CPU.", old);
}

TEST("the library that is shipped registers CPU and CUDA operators side by side") {
  environment();
  Ort::SessionOptions shipped;
  shipped.RegisterCustomOpsLibrary(SEGR_OPS_LIBRARY);
  DeformAttnCase c = attention();
  ModelBuilder model;
  model.input<float>("value", {2, 26, 2, 16}).input<float>("locations", {2, 70, 2, 2, 4, 2}).input<float>("weights", {2, 70, 2, 2, 4});
  model.constant<int64_t>("sizes", {2, 2}, c.sizes).constant<int64_t>("starts", {2}, c.starts);
  model.nodeIn("segr", "MSDeformAttn", {"value", "sizes", "starts", "locations", "weights"}, {"y"}).output<float>("y", {2, 70, 32});
  Ort::Session session = model.build(environment(), shipped);
  REQUIRE_CLOSE(runAttention<float>(session, c), deformAttnReference(c), 2e-6, "float32 on the CPU");

  // A graph in float16 has the right types, and without a GPU ONNX Runtime puts casts around the CPU operator.
  ModelBuilder half;
  half.input<Ort::Float16_t>("value", {2, 26, 2, 16})
      .input<float>("locations", {2, 70, 2, 2, 4, 2})
      .input<float>("weights", {2, 70, 2, 2, 4});
  half.constant<int64_t>("sizes", {2, 2}, c.sizes).constant<int64_t>("starts", {2}, c.starts);
  half.nodeIn("segr", "MSDeformAttn", {"value", "sizes", "starts", "locations", "weights"}, {"y"}).output<Ort::Float16_t>("y", {2, 70, 32});
  Ort::Session halfSession = half.build(environment(), shipped);
  REQUIRE_CLOSE(runAttention<Half>(halfSession, c), deformAttnReference(c), 2e-3, "float16 on the CPU");
}

}  // namespace
