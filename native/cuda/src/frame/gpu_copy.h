#pragma once

#include "gpu_memory.h"

namespace segr::cuda {

/// A frame's pixels or a label map, in the GPU's memory, for those who draw it when its slot has gone on to other frames. Who writes and who
/// reads are on streams of their own: events order them, the host waits for neither. One thread at a time.
class GpuCopy {
 public:
  explicit GpuCopy(KernelLibrary& gpu) : gpu_(gpu), written_(gpu), read_(gpu), buffer_(gpu) {}

  /// Waits for whoever writes or reads it.
  ~GpuCopy();
  GpuCopy(const GpuCopy&) = delete;
  GpuCopy& operator=(const GpuCopy&) = delete;

  /// Makes room; where it grows, waits for whoever writes or reads it.
  void reserve(size_t bytes);

  /// What is put on the stream from now on may write: it waits for the last writer, who may have been nobody's since, and the last reader.
  /// GpuError where there is no room.
  void beginWriting(const Stream& stream, int32_t width, int32_t height, int32_t pixelBytes);
  void endWriting(const Stream& stream);

  /// What is put on the stream from now on may read.
  void beginReading(const Stream& stream) const { written_.holdUp(stream); }
  void endReading(const Stream& stream) { read_.record(stream); }

  uint64_t address() const { return buffer_.address(); }
  int32_t width() const { return width_; }
  int32_t height() const { return height_; }
  int32_t pixelBytes() const { return pixelBytes_; }

 private:
  void settle() const;

  KernelLibrary& gpu_;
  Event written_, read_;
  DeviceBuffer buffer_;
  int32_t width_ = 0, height_ = 0, pixelBytes_ = 0;
};

}  // namespace segr::cuda
