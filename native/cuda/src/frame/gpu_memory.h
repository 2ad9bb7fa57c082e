#pragma once

#include <cstddef>
#include <cstdint>

#include "host/kernel_library.h"

// What a frame needs of a GPU, each freed with its owner: memory of the GPU, memory of the host that the GPU copies from and to by itself,
// streams and events. But for constructors and
// destructors, calls expect the GPU's context to be current (host/current_context.h).

namespace segr::cuda {

/// Memory of a GPU. Grows as needed and never shrinks.
class DeviceBuffer {
 public:
  explicit DeviceBuffer(KernelLibrary& gpu) : gpu_(gpu) {}
  DeviceBuffer(const DeviceBuffer&) = delete;
  DeviceBuffer& operator=(const DeviceBuffer&) = delete;
  ~DeviceBuffer();

  bool holds(size_t bytes) const { return bytes <= size_; }

  /// Makes room; what was there is lost where it grows, and nothing on the GPU may use it then.
  void reserve(size_t bytes);

  uint64_t address() const { return address_; }

  /// The byte at `offset`, for kernels.
  template <typename T = void>
  T* at(size_t offset = 0) const {
    return reinterpret_cast<T*>(address_ + offset);
  }

 private:
  KernelLibrary& gpu_;
  uint64_t address_ = 0;
  size_t size_ = 0;
};

/// Page-locked memory of the host. Grows as needed and never shrinks.
class HostBuffer {
 public:
  explicit HostBuffer(KernelLibrary& gpu) : gpu_(gpu) {}
  HostBuffer(const HostBuffer&) = delete;
  HostBuffer& operator=(const HostBuffer&) = delete;
  ~HostBuffer();

  /// Makes room; what was there is lost where it grows, and no copy may be on its way then.
  void reserve(size_t bytes);

  template <typename T = uint8_t>
  T* data(size_t offset = 0) const {
    return reinterpret_cast<T*>(static_cast<uint8_t*>(address_) + offset);
  }

 private:
  KernelLibrary& gpu_;
  void* address_ = nullptr;
  size_t size_ = 0;
};

/// A stream that waits for no other, the default stream included.
class Stream {
 public:
  explicit Stream(KernelLibrary& gpu);
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream();

  void* handle() const { return stream_; }
  void upload(uint64_t to, const void* from, size_t bytes) const;
  void download(void* to, uint64_t from, size_t bytes) const;
  void copy(uint64_t to, uint64_t from, size_t bytes) const;
  void clear(uint64_t to, size_t bytes) const;

  /// The host waits until all that was put on the stream is done.
  void synchronize() const;

 private:
  KernelLibrary& gpu_;
  void* stream_ = nullptr;
};

/// A point in a stream's work that the host or another stream waits for.
class Event {
 public:
  explicit Event(KernelLibrary& gpu);
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event();

  void record(const Stream& stream);

  /// What is put on the stream from now on waits for the event; nothing where it was never recorded.
  void holdUp(const Stream& stream) const;

  /// The host waits; not at all where it was never recorded.
  void synchronize() const;

 private:
  KernelLibrary& gpu_;
  void* event_ = nullptr;
  bool recorded_ = false;
};

}  // namespace segr::cuda
