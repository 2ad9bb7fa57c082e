#include "gl_textures.h"

#include <algorithm>
#include <string>
#include <utility>

#include "host/current_context.h"

namespace segr::cuda {

namespace {

// Numbers of cuda.h, cudaGL.h and gl.h.
constexpr unsigned allDevices = 1;    // CU_GL_DEVICE_LIST_ALL
constexpr unsigned writeDiscard = 2;  // CU_GRAPHICS_REGISTER_FLAGS_WRITE_DISCARD: each use writes the whole texture and reads none of it
constexpr unsigned texture2d = 0x0DE1;

void requireSameGpu(const KernelLibrary& gpu) {
  const Driver& driver = gpu.driver();
  if (!driver.hasGl()) throw GpuError("the NVIDIA driver has no functions that share memory with OpenGL.");
  int own = 0;
  driver.check(driver.cuCtxGetDevice(&own), "cuCtxGetDevice");
  unsigned found = 0;
  int devices[16] = {};
  const int result = driver.cuGLGetDevices(&found, devices, static_cast<unsigned>(std::size(devices)), allDevices);
  // No device, or not a context of NVIDIA's, is said in several ways; each of them has the same remedy.
  if (result != 0 || found == 0) throw GpuError("OpenGL is not drawn by an NVIDIA GPU.");
  if (std::find(devices, devices + std::min<size_t>(found, std::size(devices)), own) == devices + std::min<size_t>(found, std::size(devices))) {
    throw GpuError("OpenGL is drawn by another GPU than " + gpu.device() + ".");
  }
}

}  // namespace

GlTextures::GlTextures(KernelLibrary& gpu) : gpu_(gpu), stream_(gpu) {
  const CurrentContext current(gpu.driver(), gpu.context());
  requireSameGpu(gpu);
}

GlTextures::~GlTextures() {
  remove(frame);
  remove(labels);
}

void GlTextures::add(Index index, uint32_t texture, int32_t width, int32_t height) {
  remove(index);
  const CurrentContext current(gpu_.driver(), gpu_.context());
  void* resource = nullptr;
  gpu_.driver().check(gpu_.driver().cuGraphicsGLRegisterImage(&resource, texture, texture2d, writeDiscard), "cuGraphicsGLRegisterImage");
  textures_[index] = {resource, width, height};
}

void GlTextures::remove(Index index) {
  void* const resource = std::exchange(textures_[index], {}).resource;
  const Driver& driver = gpu_.driver();
  // A GPU that failed refuses: its driver has given the texture up by itself then.
  if (resource == nullptr || driver.cuCtxPushCurrent(gpu_.context()) != 0) return;
  driver.cuGraphicsUnregisterResource(resource);
  void* previous = nullptr;
  driver.cuCtxPopCurrent(&previous);
}

void GlTextures::fill(const std::array<GpuCopy*, count>& copies) {
  const CurrentContext current(gpu_.driver(), gpu_.context());
  const Driver& driver = gpu_.driver();
  // Mapping makes CUDA and OpenGL wait for one another on the GPU: once for both textures.
  void* resources[count];
  unsigned mapped = 0;
  for (size_t i = 0; i < count; ++i) {
    if (copies[i] == nullptr) continue;
    const Registered& to = textures_[i];
    if (to.resource == nullptr || to.width != copies[i]->width() || to.height != copies[i]->height()) {
      throw GpuError("a texture is not of its copy's size.");
    }
    resources[mapped++] = to.resource;
  }
  if (mapped == 0) return;
  for (const GpuCopy* each : copies) {
    if (each != nullptr) each->beginReading(stream_);
  }
  driver.check(driver.cuGraphicsMapResources(mapped, resources, stream_.handle()), "cuGraphicsMapResources");
  try {
    for (size_t i = 0; i < count; ++i) {
      if (copies[i] != nullptr) copy(textures_[i], *copies[i]);
    }
    driver.check(driver.cuGraphicsUnmapResources(mapped, resources, stream_.handle()), "cuGraphicsUnmapResources");
  } catch (const GpuError&) {
    // What was begun is ended before anybody writes the copies anew.
    driver.cuGraphicsUnmapResources(mapped, resources, stream_.handle());
    driver.cuStreamSynchronize(stream_.handle());
    throw;
  }
  for (GpuCopy* each : copies) {
    if (each != nullptr) each->endReading(stream_);
  }
}

void GlTextures::copy(const Registered& to, const GpuCopy& from) const {
  const Driver& driver = gpu_.driver();
  void* array = nullptr;  // another one each time it is mapped
  driver.check(driver.cuGraphicsSubResourceGetMappedArray(&array, to.resource, 0, 0), "cuGraphicsSubResourceGetMappedArray");
  const auto row = static_cast<size_t>(from.width()) * static_cast<size_t>(from.pixelBytes());
  ArrayCopy what = {};
  what.srcMemoryType = ArrayCopy::device;
  what.srcDevice = from.address();
  what.srcPitch = row;
  what.dstMemoryType = ArrayCopy::array;
  what.dstArray = array;
  what.widthInBytes = row;
  what.height = static_cast<size_t>(from.height());
  driver.check(driver.cuMemcpy2DAsync(&what, stream_.handle()), "cuMemcpy2DAsync");
}

}  // namespace segr::cuda
