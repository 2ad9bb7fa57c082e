#include <array>
#include <memory>

#include "frame/segr_gpu.h"
#include "frame_support.h"
#include "grid.h"
#include "host/current_context.h"
#include "host/kernel_library.h"
#include "host/resample_axis.h"
#include "kernels/labels.h"
#include "kernels/preprocess.h"
#include "reference.h"

// The way of frames over the stand-in driver, through the C interface. The network is a function on its stream: it turns the prepared image
// into logits when the stream gets there, so that a missing event anywhere on the way gives stale or undefined numbers. What is expected
// comes of the same kernels run one after the other in memory of their own; labels_test and preprocess_test say that those are right.

using namespace segr::cuda;
using namespace segr::cuda::test;
using segr::cpu::test::Floats;
using segr::cpu::test::Numbers;

namespace {

constexpr int32_t queries = 7, reasons = 2, classes = 5;
constexpr SegrGpuGeometry geometry = {45, 37, 60, 50, 64, 64};
constexpr float mean[3] = {123, 117, 104}, deviation[3] = {68, 67, 70};
constexpr int32_t classIndex[classes] = {4, 0, 9, 2, 7}, isThing[classes] = {1, 0, 0, 1, 0};
constexpr size_t area = 16 * 16, imageSize = 3 * 64 * 64, logitsSize = queries * area, classesSize = queries * reasons * (classes + 1);

/// Any function of the image that differs from query to query and class to class.
void network(const float* image, float* logits, float* logs) {
  for (size_t q = 0; q < queries; ++q) {
    const float* plane = image + (q % 3) * 64 * 64;
    for (size_t i = 0; i < area; ++i) {
      const size_t at = (i / 16) * 4 * 64 + (i % 16) * 4;
      logits[q * area + i] = 4 * plane[(at + q * 7) % (64 * 64)] + (q % 2 == 0 ? 0.3f : -0.2f);
    }
  }
  for (size_t i = 0; i < classesSize; ++i) {
    const size_t column = i % (classes + 1), q = i / (classes + 1) / reasons;
    logs[i] = (column == q % classes ? -0.2f : -4.0f) + 0.3f * image[(i * 61) % (64 * 64)];
  }
}

SegrGpuRules rules(bool panoptic, MaskSampling sampling) {
  return {panoptic, static_cast<int32_t>(sampling), geometry, queries, reasons, 1e-5f, 0.0f, 0.15f, 0.2f};
}

struct Made {
  std::vector<uint16_t> labels;
  std::vector<uint64_t> sums;
  std::vector<std::pair<int32_t, float>> segments;
  bool operator==(const Made&) const = default;
};

Made copyOf(const SegrGpuLabels& labels) {
  Made made;
  made.labels.assign(labels.labels, labels.labels + labels.width * labels.height);
  if (labels.score_sums != nullptr) made.sums.assign(labels.score_sums, labels.score_sums + classes);
  for (int32_t i = 0; i < labels.segment_count; ++i) made.segments.emplace_back(labels.segments[i].class_index, labels.segments[i].score);
  return made;
}

Floats expectedImage(const std::vector<uint8_t>& pixels) {
  const ResampleAxis x(geometry.source_width, geometry.resized_width), y(geometry.source_height, geometry.resized_height);
  Floats image(imageSize);
  PreprocessParams p = {};
  p.pixels = pixels.data();
  p.pitch = 3 * geometry.source_width;
  p.output = image.data();
  p.horizontal = {x.first.data(), x.count.data(), x.weights.data(), x.taps};
  p.vertical = {y.first.data(), y.count.data(), y.weights.data(), y.taps};
  p.layout = PixelLayout::bgr;
  p.resizedWidth = geometry.resized_width;
  p.resizedHeight = geometry.resized_height;
  p.paddedWidth = geometry.padded_width;
  p.paddedHeight = geometry.padded_height;
  std::copy(mean, mean + 3, p.mean);
  std::copy(deviation, deviation + 3, p.deviation);
  runGrid<Preprocess<float, false>>(p);
  return image;
}

Made expected(const std::vector<uint8_t>& pixels, const SegrGpuRules& r) {
  const Floats image = expectedImage(pixels);
  Floats logits(logitsSize), logs(classesSize), bestScore(queries);
  network(image.data(), logits.data(), logs.data());
  const MaskGeometry g = {geometry.source_width,
                          geometry.source_height,
                          geometry.resized_width,
                          geometry.resized_height,
                          geometry.padded_width,
                          geometry.padded_height,
                          static_cast<MaskSampling>(r.sampling)};
  alignas(16) float weights[8 * queries] = {};
  std::vector<int32_t> list(queries), bestClass(queries), segmentOf(queries);
  int32_t count = 0, made = 0;
  Made result;
  result.labels.resize(static_cast<size_t>(g.outputWidth() * g.outputHeight()));
  const ClassScoresParams scores = {logs.data(), queries, reasons, classes, weights, bestClass.data(), bestScore.data(), r.threshold};
  if (r.is_panoptic != 0) {
    std::vector<uint32_t> won(queries), covered(queries), kept(queries);
    std::vector<PanopticSegment> segments(queries);
    runGrid<PanopticCandidates<float>>(scores);
    runGrid<SelectQueries>({nullptr, bestClass.data(), 0, 0, queries, list.data(), &count});
    runGrid<PanopticLabels<float>>(
        {logits.data(), bestScore.data(), list.data(), &count, result.labels.data(), won.data(), covered.data(), kept.data(), g, queries});
    runGrid<PanopticSegments>({bestClass.data(), bestScore.data(), list.data(), &count, won.data(), covered.data(), kept.data(), classIndex,
                               isThing, r.overlap, segmentOf.data(), segments.data(), &made});
    runGrid<SegmentLabels>({result.labels.data(), segmentOf.data(), static_cast<int64_t>(result.labels.size())});
    for (int32_t i = 0; i < made; ++i)
      result.segments.emplace_back(segments[static_cast<size_t>(i)].classIndex, segments[static_cast<size_t>(i)].score);
    REQUIRE(made > 0, "the case has segments");
  } else {
    result.sums.resize(classes);
    runGrid<SemanticWeights<float>>(scores);
    runGrid<SelectQueries>({weights, nullptr, r.least, 1, queries, list.data(), &count});
    runGrid<SemanticLabels<float>>({logits.data(), weights, list.data(), &count, classIndex, result.labels.data(), g, queries, classes,
                                    r.min_score, result.sums.data()});
  }
  return result;
}

void check(int result) {
  if (result != SEGR_GPU_OK) throw GpuError(segr_gpu_error());
}

struct Gpu {
  SegrGpu* handle = nullptr;
  Gpu() { check(segr_gpu_open(0, &handle)); }
  Gpu(const Gpu&) = delete;
  ~Gpu() { segr_gpu_close(handle); }
};

/// A frame's slot, and the addresses of its tensors.
struct Slot {
  SegrGpuSlot* handle = nullptr;
  std::array<uint64_t, 3> tensors{};

  explicit Slot(const Gpu& gpu) : gpu_(gpu) {
    check(segr_gpu_slot_create(gpu.handle, &handle));
    const size_t sizes[3] = {imageSize, logitsSize, classesSize};
    for (int32_t i = 0; i < 3; ++i) check(segr_gpu_slot_reserve(handle, i, sizes[i] * sizeof(float), &tensors[static_cast<size_t>(i)]));
    check(segr_gpu_slot_classes(handle, classIndex, isThing, classes));
  }
  Slot(const Slot&) = delete;
  ~Slot() { segr_gpu_slot_destroy(handle); }

  void preprocess(const std::vector<uint8_t>& pixels, int64_t pitch = 3 * geometry.source_width) {
    SegrGpuPicture picture = {pixels.data(), pitch, 0, geometry, {}, {}};
    std::copy(mean, mean + 3, picture.mean);
    std::copy(deviation, deviation + 3, picture.deviation);
    check(segr_gpu_slot_preprocess(handle, &picture));
  }

  void infer() {
    check(segr_gpu_slot_begin_network(handle));
    static const auto launch = [] {
      void* library = dlopen(std::getenv("SEGR_CUDA_DRIVER"), RTLD_NOW);
      return reinterpret_cast<int (*)(void*, void (*)(void*), void*)>(dlsym(library, "cuLaunchHostFunc"));
    }();
    KernelLibrary& library = KernelLibrary::forDevice(0);
    const CurrentContext current(library.driver(), library.context());
    launch(
        segr_gpu_network_stream(gpu_.handle),
        [](void* raw) {
          const auto& t = static_cast<Slot*>(raw)->tensors;
          network(reinterpret_cast<const float*>(t[0]), reinterpret_cast<float*>(t[1]), reinterpret_cast<float*>(t[2]));
        },
        this);
    check(segr_gpu_slot_end_network(handle));
  }

  Made label(const SegrGpuRules& r) {
    SegrGpuLabels labels = {};
    check(segr_gpu_slot_label(handle, &r, &labels));
    return copyOf(labels);
  }

 private:
  const Gpu& gpu_;
};

std::vector<uint8_t> frame(uint32_t seed, size_t pitch = 3 * geometry.source_width) {
  Numbers numbers(seed);
  std::vector<uint8_t> pixels(pitch * static_cast<size_t>(geometry.source_height));
  for (uint8_t& p : pixels) p = static_cast<uint8_t>(numbers.between(0, 255));
  return pixels;
}

TEST("frames go through the GPU, several in flight, in both modes and at every size") {
  StandIn& driver = standIn();
  const int64_t before = driver.objects;
  {
    Gpu gpu;
    Slot a(gpu), b(gpu);
    for (const bool panoptic : {false, true}) {
      for (const MaskSampling sampling : {MaskSampling::stride4, MaskSampling::masksToFrame, MaskSampling::scoresToFrame}) {
        if (panoptic && sampling == MaskSampling::scoresToFrame) continue;
        const SegrGpuRules r = rules(panoptic, sampling);
        driver.backward = sampling == MaskSampling::masksToFrame;
        for (const bool othersFirst : {false, true}) {
          driver.othersFirst = othersFirst;
          const std::string context = std::string(panoptic ? "panoptic" : "semantic") + ", sampling " + std::to_string(r.sampling);
          // One is prepared while the network has the other; then a slot is used again.
          a.preprocess(frame(1));
          a.infer();
          b.preprocess(frame(2));
          b.infer();
          REQUIRE(a.label(r) == expected(frame(1), r), context + ", first");
          a.preprocess(frame(3));
          a.infer();
          REQUIRE(b.label(r) == expected(frame(2), r), context + ", second");
          REQUIRE(a.label(r) == expected(frame(3), r), context + ", third");
        }
      }
    }
    REQUIRE(driver.misuse.empty(), driver.misuse.empty() ? "" : driver.misuse.front());
  }
  REQUIRE(driver.misuse.empty(), driver.misuse.empty() ? "" : driver.misuse.front());
  REQUIRE(driver.objects == before, "all is freed");
}

TEST("a frame goes up once, comes down once, and the host waits for it once") {
  StandIn& driver = standIn();
  Gpu gpu;
  Slot slot(gpu);
  for (const bool panoptic : {false, true}) {
    const SegrGpuRules r = rules(panoptic, MaskSampling::stride4);
    for (int i = 0; i < 2; ++i) {
      slot.preprocess(frame(4));
      slot.infer();
      slot.label(r);
    }
    driver.calls.clear();
    slot.preprocess(frame(5));
    slot.infer();
    slot.label(r);
    REQUIRE(driver.calls["cuMemcpyHtoDAsync"] == 1 && driver.calls["cuMemcpyHtoDAsync:bytes"] == 3 * 45 * 37, "one copy up: the frame");
    REQUIRE(driver.calls["cuMemcpyDtoHAsync"] == 1 && driver.calls["cuMemcpyHtoD"] == 0, "one copy down");
    REQUIRE(driver.calls["cuStreamSynchronize"] == 0, "no stream is waited for");
    // For the pixels of the frame before and the network before the last, which are past, and for the labels.
    REQUIRE(driver.calls["cuEventSynchronize"] == 3, "waits");
    REQUIRE(driver.calls["cuMemAlloc"] == 0 && driver.calls["cuMemAllocHost"] == 0, "nothing is allocated");
  }
}

void checkGivenUp(bool othersFirst) {
  StandIn& driver = standIn();
  driver.othersFirst = othersFirst;
  Gpu gpu;
  Slot slot(gpu), other(gpu);
  const SegrGpuRules r = rules(false, MaskSampling::stride4);
  slot.preprocess(frame(6));  // given up before the network
  slot.preprocess(frame(7));
  slot.infer();  // given up behind it
  slot.preprocess(frame(8));
  slot.infer();
  other.preprocess(frame(9));
  REQUIRE(slot.label(r) == expected(frame(8), r), "the last frame of the slot");
  other.infer();
  REQUIRE(other.label(r) == expected(frame(9), r), "another slot");
  REQUIRE(driver.misuse.empty(), driver.misuse.empty() ? "" : driver.misuse.front());
}

TEST("a frame that is given up on its way does no harm to the next") {
  checkGivenUp(false);
  checkGivenUp(true);
}

TEST("a slot that goes while a frame is in it waits for it") {
  StandIn& driver = standIn();
  Gpu gpu;
  const SegrGpuRules r = rules(false, MaskSampling::stride4);
  for (const bool inNetwork : {false, true}) {
    auto slot = std::make_unique<Slot>(gpu);
    slot->preprocess(frame(20));
    if (inNetwork) slot->infer();
    slot.reset();
  }
  Slot next(gpu);
  next.preprocess(frame(21));
  next.infer();
  REQUIRE(next.label(r) == expected(frame(21), r), "the next one");
  REQUIRE(driver.sticky == 0 && driver.misuse.empty(), driver.misuse.empty() ? "the GPU failed" : driver.misuse.front());
}

TEST("rows with padding, tensors and pixels for inspection") {
  standIn();
  Gpu gpu;
  Slot slot(gpu);
  const std::vector<uint8_t> padded = frame(10, 160);
  std::vector<uint8_t> plain;
  for (size_t y = 0; y < 37; ++y)
    plain.insert(plain.end(), padded.begin() + static_cast<int64_t>(y * 160), padded.begin() + static_cast<int64_t>(y * 160 + 135));
  slot.preprocess(padded, 160);
  const float* values = nullptr;
  check(segr_gpu_slot_download(slot.handle, 0, imageSize * sizeof(float), &values));
  REQUIRE(Floats(values, values + imageSize) == expectedImage(plain), "the image");
  REQUIRE(std::equal(plain.begin(), plain.end(), segr_gpu_slot_pixels(slot.handle)), "the pixels");
  slot.infer();
  Floats logits(logitsSize), logs(classesSize);
  network(expectedImage(plain).data(), logits.data(), logs.data());
  check(segr_gpu_slot_download(slot.handle, 1, logitsSize * sizeof(float), &values));
  REQUIRE(Floats(values, values + logitsSize) == logits, "the logits");
  check(segr_gpu_slot_download(slot.handle, 2, classesSize * sizeof(float), &values));
  REQUIRE(Floats(values, values + classesSize) == logs, "the class values");
}

TEST("what fails on the way is one line, and the pixels are still there") {
  StandIn& driver = standIn();
  Gpu gpu;
  auto slot = std::make_unique<Slot>(gpu);
  const SegrGpuRules r = rules(false, MaskSampling::stride4);
  driver.memory = driver.allocated + 100;
  uint64_t address = 0;
  REQUIRE(segr_gpu_slot_reserve(slot->handle, 0, 1 << 24, &address) == SEGR_GPU_NO_MEMORY, "no memory");
  REQUIRE(std::string(segr_gpu_error()).find("Free GPU memory") != std::string::npos, segr_gpu_error());
  driver.memory = int64_t{4} << 30;
  check(segr_gpu_slot_reserve(slot->handle, 0, imageSize * sizeof(float), &slot->tensors[0]));

  SegrGpuRules many = r;
  many.queries = 500;
  check(segr_gpu_slot_reserve(slot->handle, 1, 500 * area * sizeof(float), &slot->tensors[1]));
  check(segr_gpu_slot_reserve(slot->handle, 2, 500 * classesSize * sizeof(float), &slot->tensors[2]));
  REQUIRE(errorOf([&] { slot->label(many); }).find("more queries") != std::string::npos && segr_gpu_can_label(0, 500, 2) == 0,
          "too many queries");
  REQUIRE(segr_gpu_can_label(1, 500, 2) == 1 && segr_gpu_can_label(0, 100, 65) == 0, "limits");

  driver.faults["cuLaunchKernel"] = {0, 719};
  REQUIRE(errorOf([&] { slot->preprocess(frame(11)); }).find("cuLaunchKernel failed with") == 0, "a launch");
  REQUIRE(segr_gpu_slot_pixels(slot->handle)[5] == frame(11)[5], "the pixels");
  slot->preprocess(frame(12));
  slot->infer();
  REQUIRE(slot->label(r) == expected(frame(12), r), "it goes on where the driver does");

  slot->preprocess(frame(13));
  slot->infer();
  driver.faults["kernel"] = {0, 700};
  REQUIRE(errorOf([&] { slot->label(r); }).find("cuEventSynchronize failed with CUDA_ERROR_ILLEGAL_ADDRESS") == 0, "a kernel");
  REQUIRE(errorOf([&] { slot->preprocess(frame(14)); }) != "no error", "the context is lost");
  REQUIRE(segr_gpu_slot_pixels(slot->handle)[5] == frame(13)[5], "the pixels of the frame that failed");
  slot.reset();  // frees nothing, and does not fail
  driver.sticky = 0;
  REQUIRE(driver.misuse.empty(), driver.misuse.empty() ? "" : driver.misuse.front());
}

}  // namespace
