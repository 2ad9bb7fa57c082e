#include "stand_in.h"

#include <dlfcn.h>

#include <cstdlib>
#include <cstring>

#include "check.h"
#include "frame/gpu_memory.h"
#include "frame_support.h"
#include "host/current_context.h"
#include "kernels/labels.h"

// The stand-in driver sees what it is there for: a missing wait, memory that is gone, a kernel that leaves its memory.

using namespace segr::cuda;
using namespace segr::cuda::test;

namespace {

TEST("the stand-in does work when it is waited for, and no more of it") {
  StandIn& driver = standIn();
  KernelLibrary& gpu = KernelLibrary::forDevice(0);
  const CurrentContext current(gpu.driver(), gpu.context());
  Stream one(gpu), other(gpu);
  Event event(gpu);
  DeviceBuffer buffer(gpu);
  HostBuffer host(gpu), result(gpu);
  buffer.reserve(4);
  host.reserve(4);
  result.reserve(4);
  std::memcpy(host.data(), "abcd", 4);
  one.upload(buffer.address(), host.data(), 4);
  std::memcpy(host.data(), "late", 4);  // before the copy was waited for: a mistake that shows
  event.record(one);
  other.download(result.data(), buffer.address(), 4);
  other.synchronize();
  REQUIRE(std::memcmp(result.data(), "\xCD\xCD\xCD\xCD", 4) == 0, "without a wait for the event the copy down is stale");
  REQUIRE(driver.misuse.size() == 1, "and that nothing orders the two is seen");
  driver.misuse.clear();
  event.holdUp(other);
  other.download(result.data(), buffer.address(), 4);
  REQUIRE(std::memcmp(result.data(), "\xCD\xCD\xCD\xCD", 4) == 0, "nothing is done before a wait");
  other.synchronize();
  REQUIRE(std::memcmp(result.data(), "late", 4) == 0, "with a wait it is what the page-locked memory held when it was copied");

  char pageable[] = "wxyz";
  one.upload(buffer.address(), pageable, 4);
  std::memcpy(pageable, "gone", 4);
  one.download(result.data(), buffer.address(), 4);
  one.synchronize();
  REQUIRE(std::memcmp(result.data(), "wxyz", 4) == 0, "pageable memory is read at once");
  REQUIRE(driver.misuse.empty(), "no misuse");
}

TEST("the stand-in sees memory that two streams use at the same time, whatever its schedule makes of it") {
  StandIn& driver = standIn();
  KernelLibrary& gpu = KernelLibrary::forDevice(0);
  const CurrentContext current(gpu.driver(), gpu.context());
  const KernelFunction kernel = gpu.find("labels", "segr_segment_labels");
  Stream one(gpu), other(gpu), third(gpu);
  Event event(gpu), later(gpu);
  DeviceBuffer memory(gpu), table(gpu);
  HostBuffer host(gpu), result(gpu);
  memory.reserve(512 * sizeof(uint16_t));
  table.reserve(16);
  host.reserve(1024);
  result.reserve(1024);
  std::memset(host.data(), 0, 1024);
  const SegmentLabelsParams labels = {memory.at<uint16_t>(), table.at<int32_t>(), 512};
  const auto misuses = [&](const std::function<void()>& first, const std::function<void()>& second, const std::function<void()>& order) {
    driver.misuse.clear();
    one.clear(table.address(), 16);
    one.clear(memory.address(), 1024);
    for (const Stream* each : {&one, &other, &third}) each->synchronize();
    first();
    order();
    second();
    for (const Stream* each : {&one, &other, &third}) each->synchronize();
    return driver.misuse.size();
  };
  const auto writes = [&](Stream& stream) { return [&] { stream.upload(memory.address(), host.data(), 1024); }; };
  const auto reads = [&](Stream& stream) { return [&] { stream.download(result.data(), memory.address(), 1024); }; };
  const auto runs = [&](Stream& stream) { return [&] { kernel.launch(SegmentLabels::launch(labels), labels, stream.handle()); }; };
  const std::function<void()> nothing = [] {}, waits = [&] { event.record(one), event.holdUp(other); };
  const std::function<void()> waitsByAnother = [&] {
    event.record(one), event.holdUp(third);
    later.record(third), later.holdUp(other);
  };
  const std::function<void()> hostWaits = [&] { one.synchronize(); }, tooEarly = [&] { later.record(third), later.holdUp(other); };
  REQUIRE(misuses(writes(one), writes(other), nothing) == 1, "two writers");
  REQUIRE(misuses(writes(one), reads(other), nothing) == 1, "a reader behind a writer");
  REQUIRE(misuses(reads(one), writes(other), nothing) == 1, "a writer behind a reader");
  REQUIRE(misuses(runs(one), writes(other), nothing) == 1, "a writer behind a kernel");
  REQUIRE(misuses(writes(one), runs(other), nothing) == 1, "a kernel behind a writer");
  REQUIRE(misuses(writes(one), writes(other), tooEarly) == 1, "an event of another stream");
  REQUIRE(misuses(reads(one), reads(other), nothing) == 0, "two readers");
  REQUIRE(misuses(writes(one), writes(one), nothing) == 0, "one stream");
  REQUIRE(misuses(writes(one), writes(other), waits) == 0, "an event");
  REQUIRE(misuses(writes(one), runs(other), waitsByAnother) == 0, "events by way of a third stream");
  REQUIRE(misuses(writes(one), reads(other), hostWaits) == 0, "the host waited");
  REQUIRE(misuses([&] { one.clear(memory.address(), 512); }, [&] { other.clear(memory.address() + 512, 512); }, nothing) == 0,
          "two halves");
}

TEST("the stand-in refuses what is wrong") {
  StandIn& driver = standIn();
  KernelLibrary& gpu = KernelLibrary::forDevice(0);
  uint64_t address = 0;
  REQUIRE(gpu.driver().cuMemAlloc(&address, 16) == 201, "a call without a context");
  const CurrentContext current(gpu.driver(), gpu.context());
  Stream stream(gpu);
  HostBuffer host(gpu);
  host.reserve(32);
  REQUIRE(gpu.driver().cuMemAlloc(&address, 16) == 0, "memory");
  REQUIRE(gpu.driver().cuMemcpyHtoDAsync(address, host.data(), 17, stream.handle()) == 1, "a copy past the end");
  char pageable[4];
  REQUIRE(gpu.driver().cuMemcpyDtoHAsync(pageable, address, 4, stream.handle()) == 1, "a copy down to pageable memory");
  REQUIRE(gpu.driver().cuMemFree(address) == 0 && gpu.driver().cuMemFree(address) == 1, "memory freed twice");
  REQUIRE(gpu.driver().cuMemcpyHtoDAsync(address, host.data(), 4, stream.handle()) == 1, "a copy to memory that is gone");
  driver.memory = driver.allocated + 100;
  REQUIRE(gpu.driver().cuMemAlloc(&address, 101) == 2, "more memory than there is");
  REQUIRE(driver.misuse.size() == 5, "each is kept: " + std::to_string(driver.misuse.size()));
}

TEST("a kernel that leaves its memory fails as on a GPU, for ever") {
  StandIn& driver = standIn();
  KernelLibrary& gpu = KernelLibrary::forDevice(0);
  const CurrentContext current(gpu.driver(), gpu.context());
  const KernelFunction kernel = gpu.find("labels", "segr_segment_labels");
  Stream stream(gpu);
  DeviceBuffer labels(gpu), table(gpu);
  labels.reserve(512 * sizeof(uint16_t));
  table.reserve(16);
  stream.clear(labels.address(), 512 * sizeof(uint16_t));
  stream.clear(table.address(), 16);
  const SegmentLabelsParams fits = {labels.at<uint16_t>(), table.at<int32_t>(), 512};
  kernel.launch(SegmentLabels::launch(fits), fits, stream.handle());
  stream.synchronize();
  const SegmentLabelsParams leaves = {labels.at<uint16_t>(), table.at<int32_t>(), 100000};
  kernel.launch(SegmentLabels::launch(leaves), leaves, stream.handle());
  const std::string first = errorOf([&] { stream.synchronize(); }), second = errorOf([&] { labels.reserve(1 << 20); });
  driver.sticky = 0;  // so that this program can go on
  REQUIRE(first.find("cuStreamSynchronize failed with CUDA_ERROR_ILLEGAL_ADDRESS") == 0, first);
  REQUIRE(second.find("CUDA_ERROR_ILLEGAL_ADDRESS") != std::string::npos, "the context is lost: " + second);
}

}  // namespace
