#include <memory>

#include "frame_case.h"

// The way of frames over the stand-in driver, through the C interface.

using namespace segr::cuda;
using namespace segr::cuda::test;
using segr::cpu::test::Floats;

namespace {

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
