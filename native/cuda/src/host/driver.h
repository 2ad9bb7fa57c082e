#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace segr::cuda {

/// A GPU that cannot be used, or a call to its driver that failed: one line that says what and what to do.
class GpuError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The error of a GPU without memory to spare.
class GpuMemoryError : public GpuError {
 public:
  using GpuError::GpuError;
};

/// CUDA_MEMCPY2D of cuda.h: rows of bytes from one place to another.
struct ArrayCopy {
  enum Memory : unsigned { host = 1, device = 2, array = 3 };  // CUmemorytype

  size_t srcXInBytes, srcY;
  unsigned srcMemoryType;
  const void* srcHost;
  uint64_t srcDevice;
  void* srcArray;
  size_t srcPitch;  // bytes from row to row
  size_t dstXInBytes, dstY;
  unsigned dstMemoryType;
  void* dstHost;
  uint64_t dstDevice;
  void* dstArray;
  size_t dstPitch;
  size_t widthInBytes, height;
};

/// The part of NVIDIA's driver API that launches kernels and moves frames, found at run time in libcuda.so.1, or in the library that the
/// environment variable SEGR_CUDA_DRIVER names (tests put a stand-in there). Types are those of cuda.h without its names:
/// handles are pointers, addresses of device memory 64-bit integers. Each member of the table is the function of that name; see the CUDA
/// driver API.
struct Driver {
  int (*cuInit)(unsigned flags);
  int (*cuDriverGetVersion)(int* version);
  int (*cuGetErrorName)(int error, const char** name);
  int (*cuGetErrorString)(int error, const char** text);
  int (*cuDeviceGet)(int* device, int ordinal);
  int (*cuDeviceGetName)(char* name, int length, int device);
  int (*cuDeviceGetAttribute)(int* value, int attribute, int device);
  int (*cuDeviceTotalMem)(size_t* bytes, int device);
  int (*cuDevicePrimaryCtxRetain)(void** context, int device);
  int (*cuCtxGetDevice)(int* device);
  int (*cuCtxPushCurrent)(void* context);
  int (*cuCtxPopCurrent)(void** context);
  int (*cuModuleLoadData)(void** module, const void* image);
  int (*cuModuleGetFunction)(void** function, void* module, const char* name);
  int (*cuFuncSetAttribute)(void* function, int attribute, int value);
  int (*cuLaunchKernel)(void* function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY, unsigned blockZ,
                        unsigned sharedBytes, void* stream, void** params, void** extra);
  int (*cuMemAlloc)(uint64_t* address, size_t bytes);
  int (*cuMemFree)(uint64_t address);
  int (*cuMemcpyHtoD)(uint64_t to, const void* from, size_t bytes);
  int (*cuMemAllocHost)(void** address, size_t bytes);
  int (*cuMemFreeHost)(void* address);
  int (*cuMemcpyHtoDAsync)(uint64_t to, const void* from, size_t bytes, void* stream);
  int (*cuMemcpyDtoHAsync)(void* to, uint64_t from, size_t bytes, void* stream);
  int (*cuMemcpyDtoDAsync)(uint64_t to, uint64_t from, size_t bytes, void* stream);
  int (*cuMemcpy2DAsync)(const ArrayCopy* copy, void* stream);
  int (*cuMemsetD8Async)(uint64_t to, unsigned char value, size_t bytes, void* stream);
  int (*cuStreamCreate)(void** stream, unsigned flags);
  int (*cuStreamDestroy)(void* stream);
  int (*cuStreamSynchronize)(void* stream);
  int (*cuStreamWaitEvent)(void* stream, void* event, unsigned flags);
  int (*cuEventCreate)(void** event, unsigned flags);
  int (*cuEventDestroy)(void* event);
  int (*cuEventRecord)(void* event, void* stream);
  int (*cuEventSynchronize)(void* event);

  // Memory shared with OpenGL; cuGLGetDevices is null where the driver lacks any of them.
  int (*cuGLGetDevices)(unsigned* count, int* devices, unsigned capacity, unsigned list);
  int (*cuGraphicsGLRegisterImage)(void** resource, unsigned texture, unsigned target, unsigned flags);
  int (*cuGraphicsMapResources)(unsigned count, void** resources, void* stream);
  int (*cuGraphicsSubResourceGetMappedArray)(void** array, void* resource, unsigned index, unsigned level);
  int (*cuGraphicsUnmapResources)(unsigned count, void** resources, void* stream);
  int (*cuGraphicsUnregisterResource)(void* resource);

  /// Whether the driver shares memory with OpenGL.
  bool hasGl() const { return cuGLGetDevices != nullptr; }

  /// The driver, loaded and initialised by the first caller. GpuError where there is none.
  static const Driver& get();

  /// The GPU of the calling thread's context; 0 where there is none yet.
  int currentDevice() const;

  /// GpuError that names the call and the driver's reason, unless `result` is 0.
  void check(int result, const char* call) const;
};

}  // namespace segr::cuda
