#include "gpu_memory.h"

#include <utility>

#include "host/current_context.h"

namespace segr::cuda {

namespace {

constexpr unsigned nonBlocking = 1;    // CU_STREAM_NON_BLOCKING
constexpr unsigned withoutTiming = 2;  // CU_EVENT_DISABLE_TIMING

/// Frees something in the GPU's context. At the end of a process, or after a failure that ended the context, the driver refuses: there is
/// nothing left to free then.
template <typename Free>
void release(const KernelLibrary& gpu, const Free& free) {
  const Driver& driver = gpu.driver();
  if (driver.cuCtxPushCurrent(gpu.context()) != 0) return;
  free(driver);
  void* previous = nullptr;
  driver.cuCtxPopCurrent(&previous);
}

}  // namespace

DeviceBuffer::~DeviceBuffer() {
  if (address_ != 0) release(gpu_, [this](const Driver& driver) { driver.cuMemFree(address_); });
}

void DeviceBuffer::reserve(size_t bytes) {
  if (holds(bytes)) return;
  const Driver& driver = gpu_.driver();
  if (address_ != 0) {
    size_ = 0;
    driver.check(driver.cuMemFree(std::exchange(address_, 0)), "cuMemFree");
  }
  driver.check(driver.cuMemAlloc(&address_, bytes), "cuMemAlloc");
  size_ = bytes;
}

HostBuffer::~HostBuffer() {
  if (address_ != nullptr) release(gpu_, [this](const Driver& driver) { driver.cuMemFreeHost(address_); });
}

void HostBuffer::reserve(size_t bytes) {
  if (bytes <= size_) return;
  const Driver& driver = gpu_.driver();
  if (address_ != nullptr) {
    size_ = 0;
    driver.check(driver.cuMemFreeHost(std::exchange(address_, nullptr)), "cuMemFreeHost");
  }
  driver.check(driver.cuMemAllocHost(&address_, bytes), "cuMemAllocHost");
  size_ = bytes;
}

Stream::Stream(KernelLibrary& gpu) : gpu_(gpu) {
  const CurrentContext current(gpu.driver(), gpu.context());
  gpu.driver().check(gpu.driver().cuStreamCreate(&stream_, nonBlocking), "cuStreamCreate");
}

Stream::~Stream() {
  release(gpu_, [this](const Driver& driver) { driver.cuStreamDestroy(stream_); });
}

void Stream::upload(uint64_t to, const void* from, size_t bytes) const {
  gpu_.driver().check(gpu_.driver().cuMemcpyHtoDAsync(to, from, bytes, stream_), "cuMemcpyHtoDAsync");
}

void Stream::download(void* to, uint64_t from, size_t bytes) const {
  gpu_.driver().check(gpu_.driver().cuMemcpyDtoHAsync(to, from, bytes, stream_), "cuMemcpyDtoHAsync");
}

void Stream::copy(uint64_t to, uint64_t from, size_t bytes) const {
  gpu_.driver().check(gpu_.driver().cuMemcpyDtoDAsync(to, from, bytes, stream_), "cuMemcpyDtoDAsync");
}

void Stream::clear(uint64_t to, size_t bytes) const {
  gpu_.driver().check(gpu_.driver().cuMemsetD8Async(to, 0, bytes, stream_), "cuMemsetD8Async");
}

void Stream::synchronize() const {
  gpu_.driver().check(gpu_.driver().cuStreamSynchronize(stream_), "cuStreamSynchronize");
}

Event::Event(KernelLibrary& gpu) : gpu_(gpu) {
  const CurrentContext current(gpu.driver(), gpu.context());
  gpu.driver().check(gpu.driver().cuEventCreate(&event_, withoutTiming), "cuEventCreate");
}

Event::~Event() {
  release(gpu_, [this](const Driver& driver) { driver.cuEventDestroy(event_); });
}

void Event::record(const Stream& stream) {
  gpu_.driver().check(gpu_.driver().cuEventRecord(event_, stream.handle()), "cuEventRecord");
  recorded_ = true;
}

void Event::holdUp(const Stream& stream) const {
  if (recorded_) gpu_.driver().check(gpu_.driver().cuStreamWaitEvent(stream.handle(), event_, 0), "cuStreamWaitEvent");
}

void Event::synchronize() const {
  if (recorded_) gpu_.driver().check(gpu_.driver().cuEventSynchronize(event_), "cuEventSynchronize");
}

}  // namespace segr::cuda
