#include <memory>

#include "check.h"
#include "deform_attn_plugin.h"
#include "element_data.h"
#include "frame_support.h"
#include "reference.h"

using namespace nvinfer1;
using namespace segr::cuda;
using namespace segr::cuda::test;
using namespace segr::tensorrt;
using segr::cpu::test::DeformAttnCase;
using segr::cpu::test::deformAttnReference;
using segr::cpu::test::Floats;
using segr::cpu::test::Numbers;

extern "C" IPluginCreatorInterface* const* getCreators(int32_t& count);

namespace {

IPluginCreatorV3One& creator() {
  int32_t count = 0;
  IPluginCreatorInterface* const* all = getCreators(count);
  REQUIRE(count == 1, "one creator");
  return *static_cast<IPluginCreatorV3One*>(all[0]);
}

/// As the ONNX parser creates it: 64-bit attributes.
std::unique_ptr<IPluginV3> create(int64_t heads, int64_t points, std::vector<int64_t> sizes) {
  const PluginField fields[] = {{"num_heads", &heads, PluginFieldType::kINT64, 1},
                                {"num_points", &points, PluginFieldType::kINT64, 1},
                                {"spatial_shapes", sizes.data(), PluginFieldType::kINT64, static_cast<int32_t>(sizes.size())}};
  const PluginFieldCollection collection{3, fields};
  return std::unique_ptr<IPluginV3>(creator().createPlugin("node", &collection, TensorRTPhase::kBUILD));
}

PluginTensorDesc tensor(DataType type, std::initializer_list<int64_t> shape) {
  PluginTensorDesc desc{};
  desc.type = type;
  desc.format = TensorFormat::kLINEAR;
  for (int64_t side : shape) desc.dims.d[desc.dims.nbDims++] = side;
  return desc;
}

template <typename T>
void checkRun(DataType type, double tolerance) {
  standIn().eager = true;  // work is done at once: nothing waits for it here
  Numbers numbers(1);
  DeformAttnCase c;
  c.queries = c.rows = 26, c.heads = 2, c.channels = 8, c.points = 4;
  c.sizes = {2, 3, 4, 5};
  c.starts = {0, 6};
  Buffer<T> value(numbers.floats(26 * 16, -1, 1)), raw(Floats(26 * 48, 0.0f)), output(26 * 16);
  c.value = value.floats();
  // No offsets and equal logits: the mean of four times the pixel's own place on each level.
  for (int64_t q = 0; q < 26; ++q) {
    const int64_t pixel = q < 6 ? q : q - 6, width = q < 6 ? 3 : 5, height = q < 6 ? 2 : 4;
    for (int i = 0; i < 16; ++i) {
      c.locations.push_back((static_cast<float>(pixel % width) + 0.5f) / static_cast<float>(width));
      c.locations.push_back((static_cast<float>(pixel / width) + 0.5f) / static_cast<float>(height));
      c.weights.push_back(1.0f / 8);
    }
  }
  const auto made = create(2, 4, c.sizes);
  REQUIRE(made != nullptr, "created");

  // What an engine stores makes the same plugin again.
  auto* runtime = static_cast<IPluginV3OneRuntime*>(made->getCapabilityInterface(PluginCapabilityType::kRUNTIME));
  const std::unique_ptr<IPluginV3> loaded(creator().createPlugin("node", runtime->getFieldsToSerialize(), TensorRTPhase::kRUNTIME));
  const std::unique_ptr<IPluginV3> attached(
      static_cast<IPluginV3OneRuntime*>(loaded->getCapabilityInterface(PluginCapabilityType::kRUNTIME))->attachToContext(nullptr));
  auto* running = static_cast<IPluginV3OneRuntime*>(attached->getCapabilityInterface(PluginCapabilityType::kRUNTIME));
  const PluginTensorDesc in[] = {tensor(type, {1, 26, 16}), tensor(type, {1, 26, 48})}, out[] = {tensor(type, {1, 26, 16})};
  REQUIRE(running->onShapeChange(in, 2, out, 1) == 0, "shapes");
  const void* inputs[] = {value.data(), raw.data()};
  void* outputs[] = {output.data()};
  REQUIRE(running->enqueue(in, out, inputs, outputs, nullptr, nullptr) == 0, "enqueue");
  REQUIRE_CLOSE(output.floats(), deformAttnReference(c), tolerance, "output");
}

TEST("the plugin computes in all its types, after a trip through an engine") {
  checkRun<float>(DataType::kFLOAT, 1e-5);
  checkRun<Half>(DataType::kHALF, 1e-3);
  checkRun<BFloat16>(DataType::kBF16, 1e-2);
}

TEST("the plugin takes linear tensors of one type") {
  const auto made = create(2, 4, {2, 3});
  auto* build = static_cast<IPluginV3OneBuild*>(made->getCapabilityInterface(PluginCapabilityType::kBUILD));
  DynamicPluginTensorDesc tensors[3] = {};
  for (auto& t : tensors) t.desc = tensor(DataType::kHALF, {1, 6, 16});
  for (int32_t i = 0; i < 3; ++i) REQUIRE(build->supportsFormatCombination(i, tensors, 2, 1), "half");
  tensors[1].desc.type = DataType::kFLOAT;
  REQUIRE(!build->supportsFormatCombination(1, tensors, 2, 1), "mixed types");
  tensors[0].desc.type = DataType::kINT8;
  REQUIRE(!build->supportsFormatCombination(0, tensors, 2, 1), "integers");
  tensors[2].desc.format = TensorFormat::kCHW32;
  REQUIRE(!build->supportsFormatCombination(2, tensors, 2, 1), "another layout");
  DataType type{};
  const DataType given[] = {DataType::kBF16, DataType::kBF16};
  REQUIRE(build->getOutputDataTypes(&type, 1, given, 2) == 0 && type == DataType::kBF16, "type of the output");
}

TEST("the plugin refuses what does not fit, with a line in the log") {
  standIn().eager = true;  // work is done at once: nothing waits for it here
  REQUIRE(create(0, 4, {2, 3}) == nullptr, "no heads");
  REQUIRE(create(2, 4, {2, 3, 4}) == nullptr, "half a level");
  REQUIRE(create(2, 4, {}) == nullptr, "no levels");
  const auto made = create(2, 4, {2, 3});
  auto* runtime = static_cast<IPluginV3OneRuntime*>(made->getCapabilityInterface(PluginCapabilityType::kRUNTIME));
  const PluginTensorDesc in[] = {tensor(DataType::kFLOAT, {1, 7, 16}), tensor(DataType::kFLOAT, {1, 7, 24})};
  REQUIRE(runtime->onShapeChange(in, 2, in, 1) != 0, "S is not the levels' sum");
}

}  // namespace
