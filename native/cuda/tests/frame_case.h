#pragma once

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

// A frame's way over the stand-in driver, for tests. The network is a function on its stream: it turns the prepared image into logits when
// the stream gets there, so that a missing event anywhere on the way gives stale or undefined numbers. What is expected comes of the same
// kernels run one after the other in memory of their own; labels_test and preprocess_test say that those are right.

namespace segr::cuda::test {

using cpu::test::Floats;
using cpu::test::Numbers;

inline constexpr int32_t queries = 7, reasons = 2, classes = 5;
inline constexpr SegrGpuGeometry geometry = {45, 37, 60, 50, 64, 64};
inline constexpr float mean[3] = {123, 117, 104}, deviation[3] = {68, 67, 70};
inline constexpr int32_t classIndex[classes] = {4, 0, 9, 2, 7}, isThing[classes] = {1, 0, 0, 1, 0};
inline constexpr size_t area = 16 * 16, imageSize = 3 * 64 * 64, logitsSize = queries * area, classesSize = queries * reasons * (classes + 1);

/// Any function of the image that differs from query to query and class to class.
inline void network(const float* image, float* logits, float* logs) {
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

inline SegrGpuRules rules(bool panoptic, MaskSampling sampling) {
  return {panoptic, static_cast<int32_t>(sampling), geometry, queries, reasons, 1e-5f, 0.0f, 0.15f, 0.2f};
}

struct Made {
  std::vector<uint16_t> labels;
  std::vector<uint64_t> sums;
  std::vector<std::pair<int32_t, float>> segments;
  bool operator==(const Made&) const = default;
};

inline Made copyOf(const SegrGpuLabels& labels) {
  Made made;
  made.labels.assign(labels.labels, labels.labels + labels.width * labels.height);
  if (labels.score_sums != nullptr) made.sums.assign(labels.score_sums, labels.score_sums + classes);
  for (int32_t i = 0; i < labels.segment_count; ++i) made.segments.emplace_back(labels.segments[i].class_index, labels.segments[i].score);
  return made;
}

inline Floats expectedImage(const std::vector<uint8_t>& pixels) {
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

inline Made expected(const std::vector<uint8_t>& pixels, const SegrGpuRules& r) {
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

inline void check(int result) {
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

  void preprocess(const std::vector<uint8_t>& pixels, int64_t pitch = 3 * geometry.source_width, SegrGpuCopy* copy = nullptr) {
    SegrGpuPicture picture = {pixels.data(), pitch, 0, geometry, {}, {}};
    std::copy(mean, mean + 3, picture.mean);
    std::copy(deviation, deviation + 3, picture.deviation);
    check(segr_gpu_slot_preprocess(handle, &picture, copy));
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

  Made label(const SegrGpuRules& r, SegrGpuCopy* copy = nullptr) {
    SegrGpuLabels labels = {};
    check(segr_gpu_slot_label(handle, &r, copy, &labels));
    return copyOf(labels);
  }

 private:
  const Gpu& gpu_;
};

inline std::vector<uint8_t> frame(uint32_t seed, size_t pitch = 3 * geometry.source_width) {
  Numbers numbers(seed);
  std::vector<uint8_t> pixels(pitch * static_cast<size_t>(geometry.source_height));
  for (uint8_t& p : pixels) p = static_cast<uint8_t>(numbers.between(0, 255));
  return pixels;
}

}  // namespace segr::cuda::test
