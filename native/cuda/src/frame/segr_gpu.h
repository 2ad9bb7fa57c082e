#pragma once

#include <stddef.h>
#include <stdint.h>

// The way of frames over a GPU, for programs that are not C++ (src/Engine/Inference/Gpu): frames go up once, are prepared on the GPU where
// the network's input lies, and label maps come down once. See frame_slot.h for the order of calls. Calls that can fail return 0 or one of
// the codes below, and segr_gpu_error() says what happened. Whoever changes anything here raises segr_ops_version
// (native/cpu/src/ops/register.cpp).

#if defined(_WIN32)
#define SEGR_GPU_API __declspec(dllexport)
#else
#define SEGR_GPU_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum { SEGR_GPU_OK = 0, SEGR_GPU_FAILED = 1, SEGR_GPU_NO_MEMORY = 2 };

/// A GPU; all else belongs to one and goes before it.
typedef struct SegrGpu SegrGpu;

/// Constant values in its memory.
typedef struct SegrGpuMemory SegrGpuMemory;

/// A frame in flight; one thread at a time.
typedef struct SegrGpuSlot SegrGpuSlot;

/// A frame's pixels or a label map in the GPU's memory, for those who draw it; belongs to its GPU, one thread at a time.
typedef struct SegrGpuCopy SegrGpuCopy;

/// Textures of an OpenGL context that copies are drawn from; see gl_textures.h for who may call when.
typedef struct SegrGpuTextures SegrGpuTextures;

/// How a picture lies in the network's input, in pixels.
typedef struct {
  int32_t source_width, source_height, resized_width, resized_height, padded_width, padded_height;
} SegrGpuGeometry;

typedef struct {
  const uint8_t* pixels;
  int64_t pitch;  // bytes from row to row
  int32_t is_rgb;
  SegrGpuGeometry geometry;
  float mean[3];  // of R, G, B, 0 to 255
  float deviation[3];
} SegrGpuPicture;

/// Fields as in LabelRules; sampling as in MaskSampling.
typedef struct {
  int32_t is_panoptic, sampling;
  SegrGpuGeometry geometry;
  int32_t queries, reasons;
  float least, min_score, threshold, overlap;
} SegrGpuRules;

typedef struct {
  int32_t class_index;
  float score;
} SegrGpuSegment;

/// Fields as in Labels.
typedef struct {
  int32_t width, height;
  const uint16_t* labels;
  const uint64_t* score_sums;
  const SegrGpuSegment* segments;
  int32_t segment_count;
} SegrGpuLabels;

/// What the driver says of a GPU.
typedef struct {
  char name[128];
  int32_t compute_capability;  // 90 for 9.0
  int32_t cuda_version;        // the newest that the driver knows, 13000 for 13.0
  uint64_t memory;             // bytes
} SegrGpuDescription;

/// Why the calling thread's last call that failed did, in one line.
SEGR_GPU_API const char* segr_gpu_error(void);

/// Asks the driver, without using the GPU.
SEGR_GPU_API int segr_gpu_describe(int device, SegrGpuDescription* description);

/// GPU number `device`; fails where there is no driver, no such GPU or one that is too old.
SEGR_GPU_API int segr_gpu_open(int device, SegrGpu** gpu);
SEGR_GPU_API void segr_gpu_close(SegrGpu* gpu);

/// The stream (CUstream, cudaStream_t) that the network must run on.
SEGR_GPU_API void* segr_gpu_network_stream(const SegrGpu* gpu);

/// Waits for the network's stream; for a network that does not run on it.
SEGR_GPU_API int segr_gpu_synchronize(SegrGpu* gpu);

/// Sets the stream as that of ONNX Runtime's CUDA provider (OrtCUDAProviderOptionsV2*) or its TensorRT provider
/// (OrtTensorRTProviderOptionsV2*), which take it as a pointer only. One of the two may be null.
SEGR_GPU_API int segr_gpu_use_stream(const SegrGpu* gpu, void* cuda_options, void* tensorrt_options);

/// Copies values to the GPU and waits until they are there.
SEGR_GPU_API int segr_gpu_upload(SegrGpu* gpu, const void* values, size_t bytes, SegrGpuMemory** memory, uint64_t* address);
SEGR_GPU_API void segr_gpu_free(SegrGpuMemory* memory);

/// Whether label maps of so many queries and reasons can be made on the GPU.
SEGR_GPU_API int segr_gpu_can_label(int is_panoptic, int32_t queries, int32_t reasons);

SEGR_GPU_API int segr_gpu_slot_create(SegrGpu* gpu, SegrGpuSlot** slot);
SEGR_GPU_API void segr_gpu_slot_destroy(SegrGpuSlot* slot);

/// Memory for tensor 0 (image), 1 (mask logits) or 2 (mask classes).
SEGR_GPU_API int segr_gpu_slot_reserve(SegrGpuSlot* slot, int32_t tensor, size_t bytes, uint64_t* address);
SEGR_GPU_API int segr_gpu_slot_classes(SegrGpuSlot* slot, const int32_t* class_index, const int32_t* is_thing, int32_t classes);

/// `copy`, or null, has the frame's pixels from here on: four bytes each, in the frame's order, then 0.
SEGR_GPU_API int segr_gpu_slot_preprocess(SegrGpuSlot* slot, const SegrGpuPicture* picture, SegrGpuCopy* copy);
SEGR_GPU_API int segr_gpu_slot_begin_network(SegrGpuSlot* slot);
SEGR_GPU_API int segr_gpu_slot_end_network(SegrGpuSlot* slot);

/// The only call on a frame's way that waits for the GPU. What it returns is valid until the slot's next use; `copy`, or null, has the label
/// map for longer.
SEGR_GPU_API int segr_gpu_slot_label(SegrGpuSlot* slot, const SegrGpuRules* rules, SegrGpuCopy* copy, SegrGpuLabels* labels);

/// A tensor in the host's memory, for rules that the GPU has no kernels for, and for inspection.
SEGR_GPU_API int segr_gpu_slot_download(SegrGpuSlot* slot, int32_t tensor, size_t bytes, const float** values);

/// The pixels of the slot's last frame, rows without padding; valid also where the GPU has failed.
SEGR_GPU_API const uint8_t* segr_gpu_slot_pixels(const SegrGpuSlot* slot);

SEGR_GPU_API int segr_gpu_copy_create(SegrGpu* gpu, SegrGpuCopy** copy);
SEGR_GPU_API void segr_gpu_copy_destroy(SegrGpuCopy* copy);

/// Makes room for a frame (4 bytes a pixel) or a label map (2 bytes a pixel), before a slot writes it.
SEGR_GPU_API int segr_gpu_copy_reserve(SegrGpuCopy* copy, size_t bytes);

/// For the OpenGL context that is current on the calling thread; fails, saying why, where the GPU does not draw for it.
SEGR_GPU_API int segr_gpu_textures_create(SegrGpu* gpu, SegrGpuTextures** textures);
SEGR_GPU_API void segr_gpu_textures_destroy(SegrGpuTextures* textures);

/// Texture 0 (frame, RGBA8UI) or 1 (labels, R16UI), of a size that it keeps until it is removed.
SEGR_GPU_API int segr_gpu_textures_add(SegrGpuTextures* textures, int32_t index, uint32_t texture, int32_t width, int32_t height);
SEGR_GPU_API void segr_gpu_textures_remove(SegrGpuTextures* textures, int32_t index);

/// Overwrites the textures with copies of their size; null leaves one as it is.
SEGR_GPU_API int segr_gpu_textures_fill(SegrGpuTextures* textures, SegrGpuCopy* frame, SegrGpuCopy* labels);

#ifdef __cplusplus
}
#endif
