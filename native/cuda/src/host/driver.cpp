#include "driver.h"

#include <dlfcn.h>

#include <cstdlib>

namespace segr::cuda {

namespace {

template <typename Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) throw GpuError(std::string("the NVIDIA driver has no ") + name + ": it is too old, install a current one.");
}

/// The functions that share memory with OpenGL, which a driver for computing alone may lack.
void findGl(void* library, Driver& driver) {
  try {
    find(library, "cuGLGetDevices_v2", driver.cuGLGetDevices);
    find(library, "cuGraphicsGLRegisterImage", driver.cuGraphicsGLRegisterImage);
    find(library, "cuGraphicsMapResources", driver.cuGraphicsMapResources);
    find(library, "cuGraphicsSubResourceGetMappedArray", driver.cuGraphicsSubResourceGetMappedArray);
    find(library, "cuGraphicsUnmapResources", driver.cuGraphicsUnmapResources);
    find(library, "cuGraphicsUnregisterResource", driver.cuGraphicsUnregisterResource);
  } catch (const GpuError&) {
    driver.cuGLGetDevices = nullptr;
  }
}

Driver load() {
  const char* named = std::getenv("SEGR_CUDA_DRIVER");
  void* library = dlopen(named != nullptr && *named != 0 ? named : "libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw GpuError(std::string("there is no NVIDIA driver (") + dlerror() + "): install it, or run on the CPU.");
  }
  Driver driver{};
  find(library, "cuInit", driver.cuInit);
  find(library, "cuDriverGetVersion", driver.cuDriverGetVersion);
  find(library, "cuGetErrorName", driver.cuGetErrorName);
  find(library, "cuGetErrorString", driver.cuGetErrorString);
  find(library, "cuDeviceGet", driver.cuDeviceGet);
  find(library, "cuDeviceGetName", driver.cuDeviceGetName);
  find(library, "cuDeviceGetAttribute", driver.cuDeviceGetAttribute);
  find(library, "cuDeviceTotalMem_v2", driver.cuDeviceTotalMem);
  find(library, "cuDevicePrimaryCtxRetain", driver.cuDevicePrimaryCtxRetain);
  find(library, "cuCtxGetDevice", driver.cuCtxGetDevice);
  find(library, "cuCtxPushCurrent_v2", driver.cuCtxPushCurrent);
  find(library, "cuCtxPopCurrent_v2", driver.cuCtxPopCurrent);
  find(library, "cuModuleLoadData", driver.cuModuleLoadData);
  find(library, "cuModuleGetFunction", driver.cuModuleGetFunction);
  find(library, "cuFuncSetAttribute", driver.cuFuncSetAttribute);
  find(library, "cuLaunchKernel", driver.cuLaunchKernel);
  find(library, "cuMemAlloc_v2", driver.cuMemAlloc);
  find(library, "cuMemFree_v2", driver.cuMemFree);
  find(library, "cuMemcpyHtoD_v2", driver.cuMemcpyHtoD);
  find(library, "cuMemAllocHost_v2", driver.cuMemAllocHost);
  find(library, "cuMemFreeHost", driver.cuMemFreeHost);
  find(library, "cuMemcpyHtoDAsync_v2", driver.cuMemcpyHtoDAsync);
  find(library, "cuMemcpyDtoHAsync_v2", driver.cuMemcpyDtoHAsync);
  find(library, "cuMemcpyDtoDAsync_v2", driver.cuMemcpyDtoDAsync);
  find(library, "cuMemcpy2DAsync_v2", driver.cuMemcpy2DAsync);
  find(library, "cuMemsetD8Async", driver.cuMemsetD8Async);
  find(library, "cuStreamCreate", driver.cuStreamCreate);
  find(library, "cuStreamDestroy_v2", driver.cuStreamDestroy);
  find(library, "cuStreamSynchronize", driver.cuStreamSynchronize);
  find(library, "cuStreamWaitEvent", driver.cuStreamWaitEvent);
  find(library, "cuEventCreate", driver.cuEventCreate);
  find(library, "cuEventDestroy_v2", driver.cuEventDestroy);
  find(library, "cuEventRecord", driver.cuEventRecord);
  find(library, "cuEventSynchronize", driver.cuEventSynchronize);
  findGl(library, driver);
  driver.check(driver.cuInit(0), "cuInit");
  return driver;
}

}  // namespace

const Driver& Driver::get() {
  // Never unloaded: the runtime library that ONNX Runtime uses holds it as well. A failure is not kept, so that the next call says it too.
  static const Driver driver = load();
  return driver;
}

int Driver::currentDevice() const {
  int device = 0;
  return cuCtxGetDevice(&device) == 0 ? device : 0;
}

void Driver::check(int result, const char* call) const {
  if (result == 0) return;
  const char *name = nullptr, *text = nullptr;
  if (cuGetErrorName(result, &name) != 0 || name == nullptr) name = "unknown error";
  if (cuGetErrorString(result, &text) != 0 || text == nullptr) text = "";
  std::string message = std::string(call) + " failed with " + name + " (" + text + ").";
  if (result == 2) throw GpuMemoryError(message + " Free GPU memory, use a smaller size or half precision.");
  if (result == 218 || result == 222) message += " The NVIDIA driver is too old for this build's PTX: update it.";
  throw GpuError(message);
}

}  // namespace segr::cuda
