#include <cstring>

#include "frame/gl_textures.h"
#include "frame_case.h"

// Frames and label maps from a slot to textures, over the stand-in driver with textures of the test's own. tests/Render.Tests does the same
// with OpenGL's.

using namespace segr::cuda;
using namespace segr::cuda::test;

namespace {

constexpr unsigned frameTexture = 7, labelTexture = 9;
constexpr int32_t width = geometry.source_width, height = geometry.source_height;
const SegrGpuRules byQuarters = rules(false, MaskSampling::stride4);
constexpr int32_t mapWidth = (geometry.resized_width + 3) / 4, mapHeight = (geometry.resized_height + 3) / 4;

/// As standIn(), with two textures of the case's size; skips where the driver has no functions for them.
StandIn& withTextures() {
  StandIn& driver = standIn();
  if (!Driver::get().hasGl()) throw segr::cpu::test::Skipped("this stand-in has no functions that share memory with OpenGL");
  driver.textures[frameTexture] = {width, height, 4, {}};
  driver.textures[labelTexture] = {mapWidth, mapHeight, 2, {}};
  return driver;
}

void requireNoMisuse(const StandIn& driver) {
  REQUIRE(driver.misuse.empty(), driver.misuse.empty() ? "" : driver.misuse.front());
}

struct Copy {
  SegrGpuCopy* handle = nullptr;
  explicit Copy(const Gpu& gpu, size_t bytes = 4 * width * height) {
    check(segr_gpu_copy_create(gpu.handle, &handle));
    check(segr_gpu_copy_reserve(handle, bytes));
  }
  Copy(const Copy&) = delete;
  ~Copy() { segr_gpu_copy_destroy(handle); }
};

struct Textures {
  SegrGpuTextures* handle = nullptr;
  explicit Textures(const Gpu& gpu) {
    check(segr_gpu_textures_create(gpu.handle, &handle));
    owner_.reset(handle);
    check(segr_gpu_textures_add(handle, 0, frameTexture, width, height));
    check(segr_gpu_textures_add(handle, 1, labelTexture, mapWidth, mapHeight));
  }

  void fill(const Copy* frame, const Copy* labels) const {
    check(segr_gpu_textures_fill(handle, frame == nullptr ? nullptr : frame->handle, labels == nullptr ? nullptr : labels->handle));
  }

 private:
  std::unique_ptr<SegrGpuTextures, decltype(&segr_gpu_textures_destroy)> owner_{nullptr, &segr_gpu_textures_destroy};
};

std::vector<uint8_t> expanded(const std::vector<uint8_t>& pixels) {
  std::vector<uint8_t> four;
  for (size_t i = 0; i < pixels.size(); i += 3) four.insert(four.end(), {pixels[i], pixels[i + 1], pixels[i + 2], 0});
  return four;
}

std::vector<uint8_t> bytesOf(const std::vector<uint16_t>& labels) {
  const auto* first = reinterpret_cast<const uint8_t*>(labels.data());
  return {first, first + 2 * labels.size()};
}

TEST("frames and labels reach textures without the host, several in flight") {
  StandIn& driver = withTextures();
  const int64_t before = driver.objects;
  {
    Gpu gpu;
    Slot a(gpu), b(gpu);
    Copy frames[] = {Copy(gpu), Copy(gpu)}, maps[] = {Copy(gpu), Copy(gpu)};
    Textures textures(gpu);
    for (const bool othersFirst : {false, true}) {
      driver.othersFirst = othersFirst;
      for (uint32_t round = 1; round < 4; ++round) {
        // Both copies are in use when the slots go on: the first is drawn while the second frame is in the network.
        const auto first = frame(2 * round), second = frame(2 * round + 1);
        a.preprocess(first, 3 * width, frames[0].handle);
        a.infer();
        b.preprocess(second, 3 * width, frames[1].handle);
        b.infer();
        // As with --sync latest: the second frame is shown before its masks are made, the first one's labels after.
        textures.fill(&frames[1], nullptr);
        REQUIRE(driver.textures[frameTexture].pixels == expanded(second), "the newest frame");
        const Made labels = a.label(byQuarters, maps[0].handle);
        a.preprocess(frame(100));
        textures.fill(&frames[0], &maps[0]);
        REQUIRE(driver.textures[frameTexture].pixels == expanded(first), "the frame of the labels");
        REQUIRE(driver.textures[labelTexture].pixels == bytesOf(labels.labels), "the labels");
        REQUIRE(labels == expected(first, byQuarters), "which are those that came down");
        const Made later = b.label(byQuarters, maps[1].handle);
        textures.fill(nullptr, &maps[1]);
        REQUIRE(driver.textures[labelTexture].pixels == bytesOf(later.labels), "the next labels");
        REQUIRE(driver.textures[frameTexture].pixels == expanded(first), "under the frame that was there");
      }
    }
    requireNoMisuse(driver);
  }
  requireNoMisuse(driver);
  REQUIRE(driver.objects == before, "all is freed");
}

void checkReuse(bool othersFirst) {
  StandIn& driver = withTextures();
  driver.othersFirst = othersFirst;
  Gpu gpu;
  Slot a(gpu), b(gpu);
  Copy copy(gpu);
  Textures textures(gpu);
  // Written by two slots after one another, read by nobody in between: the second one's pixels stay.
  a.preprocess(frame(1), 3 * width, copy.handle);
  b.preprocess(frame(2), 3 * width, copy.handle);
  for (Slot* each : {&b, &a}) {
    each->infer();
    each->label(byQuarters);
  }
  textures.fill(&copy, nullptr);
  REQUIRE(driver.textures[frameTexture].pixels == expanded(frame(2)), "the last writer's");
  // Written anew while it may still be read.
  a.preprocess(frame(3), 3 * width, copy.handle);
  textures.fill(&copy, nullptr);
  REQUIRE(driver.textures[frameTexture].pixels == expanded(frame(3)), "the next one's");
  requireNoMisuse(driver);
}

TEST("a copy is written anew only when its last writer and its last reader are done with it") {
  checkReuse(false);
  checkReuse(true);
}

TEST("a reader on another stream is waited for") {
  StandIn& driver = standIn();
  KernelLibrary& gpu = KernelLibrary::forDevice(0);
  const CurrentContext current(gpu.driver(), gpu.context());
  for (const bool othersFirst : {false, true}) {
    driver.othersFirst = othersFirst;
    Stream writer(gpu), reader(gpu);
    GpuCopy copy(gpu);
    HostBuffer pixels(gpu), seen(gpu);
    copy.reserve(4);
    pixels.reserve(8);
    seen.reserve(4);
    std::memcpy(pixels.data(), "old.new.", 8);
    copy.beginWriting(writer, 1, 1, 4);
    writer.upload(copy.address(), pixels.data(), 4);
    copy.endWriting(writer);
    copy.beginReading(reader);
    reader.download(seen.data(), copy.address(), 4);
    copy.endReading(reader);
    copy.beginWriting(writer, 1, 1, 4);
    writer.upload(copy.address(), pixels.data(4), 4);
    copy.endWriting(writer);
    writer.synchronize();
    reader.synchronize();
    REQUIRE(std::memcmp(seen.data(), "old.", 4) == 0, "what it was when it was read");
  }
  requireNoMisuse(driver);
}

TEST("a copy that grows or goes waits for its writer") {
  StandIn& driver = withTextures();
  Gpu gpu;
  Slot slot(gpu);
  Textures textures(gpu);
  {
    Copy copy(gpu, 16);
    check(segr_gpu_copy_reserve(copy.handle, 4 * width * height));
    slot.preprocess(frame(1), 3 * width, copy.handle);
    check(segr_gpu_copy_reserve(copy.handle, 1 << 20));
    slot.preprocess(frame(2), 3 * width, copy.handle);
    textures.fill(&copy, nullptr);
    slot.preprocess(frame(3), 3 * width, copy.handle);
  }
  slot.infer();
  REQUIRE(slot.label(byQuarters) == expected(frame(3), byQuarters), "the slot goes on");
  REQUIRE(driver.sticky == 0, "nothing was used too late");
  requireNoMisuse(driver);
}

TEST("the order of calls: shared once, mapped together, given back before the texture changes") {
  StandIn& driver = withTextures();
  Gpu gpu;
  Slot slot(gpu);
  Copy pixels(gpu), map(gpu);
  auto textures = std::make_unique<Textures>(gpu);
  for (int i = 0; i < 3; ++i) {
    slot.preprocess(frame(5), 3 * width, pixels.handle);
    slot.infer();
    slot.label(byQuarters, map.handle);
    driver.calls.clear();
    textures->fill(&pixels, &map);
    REQUIRE(driver.calls["cuGraphicsMapResources"] == 1 && driver.calls["cuGraphicsUnmapResources"] == 1, "one wait for each other");
    REQUIRE(driver.calls["cuMemcpy2DAsync:bytes"] == 4 * width * height + 2 * mapWidth * mapHeight, "each once");
    REQUIRE(driver.calls["cuGraphicsGLRegisterImage"] == 0, "shared already");
    REQUIRE(driver.calls["cuStreamSynchronize"] == 0 && driver.calls["cuEventSynchronize"] == 0, "the host waits for nothing");
    REQUIRE(driver.calls["cuMemcpyHtoDAsync"] == 0 && driver.calls["cuMemcpyDtoHAsync"] == 0, "nothing goes over the host");
  }

  // What stands in for another is shared, the other given back.
  check(segr_gpu_textures_add(textures->handle, 1, labelTexture, mapWidth, mapHeight));
  REQUIRE(driver.calls["cuGraphicsUnregisterResource"] == 1 && driver.calls["cuGraphicsGLRegisterImage"] == 1, "one for the other");
  // Another size: given back, specified anew, shared again.
  segr_gpu_textures_remove(textures->handle, 1);
  segr_gpu_textures_remove(textures->handle, 1);
  driver.textures[labelTexture] = {width, height, 2, {}};
  check(segr_gpu_textures_add(textures->handle, 1, labelTexture, width, height));
  REQUIRE(errorOf([&] { textures->fill(&pixels, &map); }) == "a texture is not of its copy's size.", "a map of the old size");
  const Made labels = slot.label(rules(false, MaskSampling::masksToFrame), map.handle);
  textures->fill(&pixels, &map);
  REQUIRE(driver.textures[labelTexture].pixels == bytesOf(labels.labels), "the labels of the new size");
  textures.reset();
  driver.textures.erase(labelTexture);
  requireNoMisuse(driver);
}

TEST("what cannot be shared is said in one line") {
  StandIn& driver = withTextures();
  Gpu gpu;
  SegrGpuTextures* textures = nullptr;
  driver.glDevice = -1;
  REQUIRE(segr_gpu_textures_create(gpu.handle, &textures) == SEGR_GPU_FAILED, "another maker's GPU");
  REQUIRE(std::string(segr_gpu_error()) == "OpenGL is not drawn by an NVIDIA GPU.", segr_gpu_error());
  driver.glDevice = 1;
  REQUIRE(segr_gpu_textures_create(gpu.handle, &textures) == SEGR_GPU_FAILED, "another GPU");
  REQUIRE(std::string(segr_gpu_error()) == "OpenGL is drawn by another GPU than Stand-in GPU.", segr_gpu_error());
  driver.glDevice = 0;
  driver.faults["cuGraphicsGLRegisterImage"] = {0, 1};
  REQUIRE(errorOf([&] { Textures made(gpu); }).find("cuGraphicsGLRegisterImage failed with") == 0, "a texture");
  requireNoMisuse(driver);
}

TEST("a driver without OpenGL is said in one line") {
  standIn();
  if (Driver::get().hasGl()) throw segr::cpu::test::Skipped("this stand-in has the functions that share memory with OpenGL");
  Gpu gpu;
  SegrGpuTextures* textures = nullptr;
  REQUIRE(segr_gpu_textures_create(gpu.handle, &textures) == SEGR_GPU_FAILED, "no functions");
  REQUIRE(std::string(segr_gpu_error()) == "the NVIDIA driver has no functions that share memory with OpenGL.", segr_gpu_error());
}

TEST("a failure on the way leaves the textures to OpenGL") {
  StandIn& driver = withTextures();
  for (const char* call : {"cuStreamWaitEvent", "cuGraphicsMapResources", "cuGraphicsSubResourceGetMappedArray", "cuMemcpy2DAsync",
                           "cuGraphicsUnmapResources", "cuEventRecord"}) {
    Gpu gpu;
    Slot slot(gpu);
    Copy pixels(gpu), map(gpu);
    Textures textures(gpu);
    slot.preprocess(frame(5), 3 * width, pixels.handle);
    slot.infer();
    const Made labels = slot.label(byQuarters, map.handle);
    driver.faults[call] = {std::string_view(call) == "cuMemcpy2DAsync" ? 1 : 0, 999};
    REQUIRE(errorOf([&] { textures.fill(&pixels, &map); }).find(call) == 0, call);
    textures.fill(&pixels, &map);
    REQUIRE(driver.textures[labelTexture].pixels == bytesOf(labels.labels), std::string(call) + ": the next time it is filled");
    requireNoMisuse(driver);
  }
}

TEST("a GPU that failed gives its textures up") {
  StandIn& driver = withTextures();
  Gpu gpu;
  Slot slot(gpu);
  auto pixels = std::make_unique<Copy>(gpu);
  auto textures = std::make_unique<Textures>(gpu);
  driver.faults["kernel"] = {1, 700};
  slot.preprocess(frame(5), 3 * width, pixels->handle);
  REQUIRE(errorOf([&] { textures->fill(pixels.get(), nullptr); }).find("CUDA_ERROR_ILLEGAL_ADDRESS") != std::string::npos, "it is said");
  textures.reset();
  pixels.reset();
  driver.sticky = 0;
}

TEST("the stand-in sees what is done to shared textures in the wrong order") {
  StandIn& driver = withTextures();
  KernelLibrary& gpu = KernelLibrary::forDevice(0);
  const Driver& d = gpu.driver();
  const CurrentContext current(d, gpu.context());
  Stream stream(gpu), other(gpu);
  DeviceBuffer memory(gpu);
  memory.reserve(4 * width * height);
  void *resource = nullptr, *twice = nullptr, *array = nullptr;
  REQUIRE(d.cuGraphicsGLRegisterImage(&resource, 5, 0x0DE1, 2) != 0, "no such texture");
  REQUIRE(d.cuGraphicsGLRegisterImage(&resource, frameTexture, 0x0DE1, 2) == 0, "a texture");
  REQUIRE(d.cuGraphicsGLRegisterImage(&twice, frameTexture, 0x0DE1, 2) != 0, "twice");
  REQUIRE(d.cuGraphicsSubResourceGetMappedArray(&array, resource, 0, 0) == 211, "not mapped");
  REQUIRE(d.cuGraphicsUnmapResources(1, &resource, stream.handle()) == 211, "not mapped either");
  REQUIRE(d.cuGraphicsMapResources(1, &resource, stream.handle()) == 0, "mapped");
  REQUIRE(d.cuGraphicsMapResources(1, &resource, stream.handle()) == 208, "mapped twice");
  REQUIRE(d.cuGraphicsSubResourceGetMappedArray(&array, resource, 0, 0) == 0, "its array");
  ArrayCopy copy = {};
  copy.srcMemoryType = ArrayCopy::device;
  copy.srcDevice = memory.address();
  copy.srcPitch = copy.widthInBytes = 4 * width;
  copy.dstMemoryType = ArrayCopy::array;
  copy.dstArray = array;
  copy.height = height + 1;
  REQUIRE(d.cuMemcpy2DAsync(&copy, stream.handle()) != 0, "more rows than there are");
  copy.height = height;
  REQUIRE(d.cuMemcpy2DAsync(&copy, other.handle()) == 0, "on a stream that nobody waits for");
  REQUIRE(d.cuGraphicsUnmapResources(1, &resource, stream.handle()) == 0, "unmapped");
  REQUIRE(driver.textures[frameTexture].pixels == std::vector<uint8_t>(4 * width * height, 0xCD), "nothing came");
  REQUIRE(d.cuMemcpy2DAsync(&copy, stream.handle()) != 0, "OpenGL's again");
  const size_t before = driver.misuse.size();
  other.synchronize();
  REQUIRE(driver.misuse.size() == before + 1, "the late copy");
  driver.textures[frameTexture].width = 1;
  REQUIRE(d.cuGraphicsMapResources(1, &resource, stream.handle()) != 0, "another size");
  driver.textures.erase(frameTexture);
  REQUIRE(d.cuGraphicsUnregisterResource(resource) == 0 && driver.misuse.back() == "a texture is gone that was still shared", "deleted");
  REQUIRE(d.cuGraphicsUnregisterResource(resource) != 0, "given back twice");
}

}  // namespace
