#include "gpu_copy.h"

#include "host/current_context.h"

namespace segr::cuda {

GpuCopy::~GpuCopy() {
  try {
    const CurrentContext current(gpu_.driver(), gpu_.context());
    settle();
  } catch (const GpuError&) {
    // A GPU that failed has nothing on its way any more.
  }
}

void GpuCopy::settle() const {
  written_.synchronize();
  read_.synchronize();
}

void GpuCopy::reserve(size_t bytes) {
  const CurrentContext current(gpu_.driver(), gpu_.context());
  if (buffer_.holds(bytes)) return;
  settle();
  buffer_.reserve(bytes);
}

void GpuCopy::beginWriting(const Stream& stream, int32_t width, int32_t height, int32_t pixelBytes) {
  if (!buffer_.holds(static_cast<size_t>(width) * static_cast<size_t>(height) * static_cast<size_t>(pixelBytes))) {
    throw GpuError("the copy is smaller than what shall be copied.");
  }
  written_.holdUp(stream);
  read_.holdUp(stream);
  width_ = width;
  height_ = height;
  pixelBytes_ = pixelBytes;
}

void GpuCopy::endWriting(const Stream& stream) {
  written_.record(stream);
}

}  // namespace segr::cuda
