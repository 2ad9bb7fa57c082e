#include "segr_gpu.h"

#include <memory>
#include <new>
#include <string>

#include "frame_slot.h"
#include "gl_textures.h"
#include "host/current_context.h"
#include "ops/ort.h"

using namespace segr::cuda;

struct SegrGpu {
  explicit SegrGpu(int ordinal) : device(ordinal) {}
  FrameDevice device;
};

struct SegrGpuMemory {
  explicit SegrGpuMemory(KernelLibrary& gpu) : buffer(gpu) {}
  DeviceBuffer buffer;
};

struct SegrGpuSlot {
  explicit SegrGpuSlot(FrameDevice& device) : slot(device) {}
  FrameSlot slot;
};

struct SegrGpuCopy {
  explicit SegrGpuCopy(KernelLibrary& gpu) : copy(gpu) {}
  GpuCopy copy;
};

struct SegrGpuTextures {
  explicit SegrGpuTextures(KernelLibrary& gpu) : textures(gpu) {}
  GlTextures textures;
};

namespace {

thread_local std::string lastError;

/// No exception leaves the library.
template <typename Body>
int guarded(Body&& body) noexcept {
  try {
    body();
    return SEGR_GPU_OK;
  } catch (const GpuMemoryError& error) {
    lastError = error.what();
    return SEGR_GPU_NO_MEMORY;
  } catch (const std::bad_alloc&) {
    lastError = "There is no memory left.";
    return SEGR_GPU_NO_MEMORY;
  } catch (const std::exception& error) {
    lastError = error.what();
    return SEGR_GPU_FAILED;
  }
}

MaskGeometry geometryOf(const SegrGpuGeometry& g, int32_t sampling) {
  return {g.source_width,
          g.source_height,
          g.resized_width,
          g.resized_height,
          g.padded_width,
          g.padded_height,
          static_cast<MaskSampling>(sampling)};
}

GpuCopy* copyOf(SegrGpuCopy* copy) {
  return copy == nullptr ? nullptr : &copy->copy;
}

GlTextures::Index textureOf(int32_t index) {
  if (index < 0 || index >= static_cast<int32_t>(GlTextures::count)) throw GpuError("there is no such texture.");
  return static_cast<GlTextures::Index>(index);
}

Tensor tensorOf(int32_t index) {
  if (index < 0 || index >= tensorCount) throw GpuError("there is no tensor " + std::to_string(index) + ".");
  return static_cast<Tensor>(index);
}

}  // namespace

static_assert(sizeof(SegrGpuSegment) == sizeof(PanopticSegment));

const char* segr_gpu_error(void) {
  return lastError.c_str();
}

int segr_gpu_describe(int device, SegrGpuDescription* description) {
  return guarded([&] {
    const KernelLibrary::Description made = KernelLibrary::describe(device);
    *description = {{}, made.architecture, made.driverVersion, made.memory};
    made.name.copy(description->name, sizeof description->name - 1);
  });
}

int segr_gpu_open(int device, SegrGpu** gpu) {
  return guarded([&] { *gpu = new SegrGpu(device); });
}

void segr_gpu_close(SegrGpu* gpu) {
  delete gpu;
}

void* segr_gpu_network_stream(const SegrGpu* gpu) {
  return gpu->device.network.handle();
}

int segr_gpu_synchronize(SegrGpu* gpu) {
  return guarded([&] {
    const CurrentContext current(gpu->device.library.driver(), gpu->device.library.context());
    gpu->device.network.synchronize();
  });
}

int segr_gpu_use_stream(const SegrGpu* gpu, void* cuda_options, void* tensorrt_options) {
  return guarded([&] {
    const OrtApi& api = Ort::GetApi();
    void* stream = gpu->device.network.handle();
    if (cuda_options != nullptr) {
      Ort::ThrowOnError(
          api.UpdateCUDAProviderOptionsWithValue(static_cast<OrtCUDAProviderOptionsV2*>(cuda_options), "user_compute_stream", stream));
    }
    if (tensorrt_options != nullptr) {
      Ort::ThrowOnError(api.UpdateTensorRTProviderOptionsWithValue(static_cast<OrtTensorRTProviderOptionsV2*>(tensorrt_options),
                                                                   "user_compute_stream", stream));
    }
  });
}

int segr_gpu_upload(SegrGpu* gpu, const void* values, size_t bytes, SegrGpuMemory** memory, uint64_t* address) {
  return guarded([&] {
    KernelLibrary& library = gpu->device.library;
    const CurrentContext current(library.driver(), library.context());
    auto made = std::make_unique<SegrGpuMemory>(library);
    made->buffer.reserve(bytes);
    library.driver().check(library.driver().cuMemcpyHtoD(made->buffer.address(), values, bytes), "cuMemcpyHtoD");
    // From pageable memory the call may return before the values have arrived, and the network's stream does not wait for this one.
    library.driver().check(library.driver().cuStreamSynchronize(nullptr), "cuStreamSynchronize");
    *address = made->buffer.address();
    *memory = made.release();
  });
}

void segr_gpu_free(SegrGpuMemory* memory) {
  delete memory;
}

int segr_gpu_can_label(int is_panoptic, int32_t queries, int32_t reasons) {
  return is_panoptic != 0 ? queries <= PanopticLabels<float>::mostQueries
                          : queries <= SemanticLabels<float>::mostQueries && reasons <= mostReasons;
}

int segr_gpu_slot_create(SegrGpu* gpu, SegrGpuSlot** slot) {
  return guarded([&] { *slot = new SegrGpuSlot(gpu->device); });
}

void segr_gpu_slot_destroy(SegrGpuSlot* slot) {
  delete slot;
}

int segr_gpu_slot_reserve(SegrGpuSlot* slot, int32_t tensor, size_t bytes, uint64_t* address) {
  return guarded([&] { *address = slot->slot.reserve(tensorOf(tensor), bytes); });
}

int segr_gpu_slot_classes(SegrGpuSlot* slot, const int32_t* class_index, const int32_t* is_thing, int32_t classes) {
  return guarded([&] { slot->slot.setClasses(class_index, is_thing, classes); });
}

int segr_gpu_slot_preprocess(SegrGpuSlot* slot, const SegrGpuPicture* picture, SegrGpuCopy* copy) {
  return guarded([&] {
    slot->slot.preprocess({picture->pixels,
                           picture->pitch,
                           picture->is_rgb != 0 ? PixelLayout::rgb : PixelLayout::bgr,
                           geometryOf(picture->geometry, 0),
                           {picture->mean[0], picture->mean[1], picture->mean[2]},
                           {picture->deviation[0], picture->deviation[1], picture->deviation[2]}},
                          copyOf(copy));
  });
}

int segr_gpu_slot_begin_network(SegrGpuSlot* slot) {
  return guarded([&] { slot->slot.beginNetwork(); });
}

int segr_gpu_slot_end_network(SegrGpuSlot* slot) {
  return guarded([&] { slot->slot.endNetwork(); });
}

int segr_gpu_slot_label(SegrGpuSlot* slot, const SegrGpuRules* rules, SegrGpuCopy* copy, SegrGpuLabels* labels) {
  return guarded([&] {
    const Labels made = slot->slot.label({rules->is_panoptic != 0, geometryOf(rules->geometry, rules->sampling), rules->queries,
                                          rules->reasons, rules->least, rules->min_score, rules->threshold, rules->overlap},
                                         copyOf(copy));
    *labels = {made.width,       made.height, made.labels, made.scoreSums, reinterpret_cast<const SegrGpuSegment*>(made.segments),
               made.segmentCount};
  });
}

int segr_gpu_slot_download(SegrGpuSlot* slot, int32_t tensor, size_t bytes, const float** values) {
  return guarded([&] { *values = slot->slot.download(tensorOf(tensor), bytes); });
}

const uint8_t* segr_gpu_slot_pixels(const SegrGpuSlot* slot) {
  return slot->slot.staged();
}

int segr_gpu_copy_create(SegrGpu* gpu, SegrGpuCopy** copy) {
  return guarded([&] { *copy = new SegrGpuCopy(gpu->device.library); });
}

void segr_gpu_copy_destroy(SegrGpuCopy* copy) {
  delete copy;
}

int segr_gpu_copy_reserve(SegrGpuCopy* copy, size_t bytes) {
  return guarded([&] { copy->copy.reserve(bytes); });
}

int segr_gpu_textures_create(SegrGpu* gpu, SegrGpuTextures** textures) {
  return guarded([&] { *textures = new SegrGpuTextures(gpu->device.library); });
}

void segr_gpu_textures_destroy(SegrGpuTextures* textures) {
  delete textures;
}

int segr_gpu_textures_add(SegrGpuTextures* textures, int32_t index, uint32_t texture, int32_t width, int32_t height) {
  return guarded([&] { textures->textures.add(textureOf(index), texture, width, height); });
}

void segr_gpu_textures_remove(SegrGpuTextures* textures, int32_t index) {
  guarded([&] { textures->textures.remove(textureOf(index)); });
}

int segr_gpu_textures_fill(SegrGpuTextures* textures, SegrGpuCopy* frame, SegrGpuCopy* labels) {
  return guarded([&] { textures->textures.fill({copyOf(frame), copyOf(labels)}); });
}
