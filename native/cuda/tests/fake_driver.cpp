#include "fake_driver.h"

#include <cstdlib>
#include <cstring>
#include <string_view>

#include "grid.h"
#include "kernels/deform_attn.h"
#include "kernels/depthwise_norm.h"
#include "kernels/labels.h"
#include "kernels/preprocess.h"

#define SEGR_EXPORT extern "C" __attribute__((visibility("default")))

using namespace segr::cuda;
using namespace segr::cuda::test;

namespace {

/// An entry point: its name and the harness's run of it.
struct Entry {
  const char* name;
  void (*run)(const Launch&, const void* params);
};

#define SEGR_ENTRY(NAME, ...) \
  {#NAME, [](const Launch& launch, const void* params) { runGrid<__VA_ARGS__>(*static_cast<const __VA_ARGS__::Params*>(params), launch); }},
constexpr Entry entries[] = {
#include "kernels/deform_attn.cu"
#include "kernels/depthwise_norm.cu"
#include "kernels/labels.cu"
#include "kernels/preprocess.cu"
};
#undef SEGR_ENTRY

constexpr int success = 0, invalidValue = 1, notFound = 500;

FakeDriver& driver() {
  static FakeDriver state;
  return state;
}

}  // namespace

SEGR_EXPORT FakeDriver* segrFakeDriver() {
  return &driver();
}
SEGR_EXPORT int cuInit(unsigned) {
  return success;
}
SEGR_EXPORT int cuDriverGetVersion(int* version) {
  *version = 13000;
  return success;
}
SEGR_EXPORT int cuGetErrorName(int error, const char** name) {
  *name = error == 2 ? "CUDA_ERROR_OUT_OF_MEMORY" : error == 222 ? "CUDA_ERROR_UNSUPPORTED_PTX_VERSION" : "CUDA_ERROR";
  return success;
}
SEGR_EXPORT int cuGetErrorString(int, const char** text) {
  *text = "as the test asked";
  return success;
}
SEGR_EXPORT int cuDeviceGet(int* device, int ordinal) {
  *device = ordinal;
  return driver().deviceResult;
}
SEGR_EXPORT int cuDeviceGetName(char* name, int length, int) {
  std::strncpy(name, "Fake GPU", static_cast<size_t>(length));
  return success;
}
SEGR_EXPORT int cuDeviceGetAttribute(int* value, int attribute, int) {
  *value = attribute == 75 ? driver().major : attribute == 76 ? driver().minor : 0;
  return success;
}
SEGR_EXPORT int cuDevicePrimaryCtxRetain(void** context, int) {
  *context = &driver();
  return success;
}
SEGR_EXPORT int cuCtxGetDevice(int* device) {
  *device = 0;
  return success;
}
SEGR_EXPORT int cuCtxPushCurrent_v2(void*) {
  ++driver().contextDepth;
  return success;
}
SEGR_EXPORT int cuCtxPopCurrent_v2(void** context) {
  *context = &driver();
  --driver().contextDepth;
  return success;
}
SEGR_EXPORT int cuModuleLoadData(void** module, const void* image) {
  *module = const_cast<void*>(image);
  return driver().moduleResult;
}
SEGR_EXPORT int cuModuleGetFunction(void** function, void* module, const char* name) {
  if (std::string_view(static_cast<const char*>(module)).find(std::string(".entry ") + name + "(") == std::string_view::npos)
    return notFound;
  for (const Entry& entry : entries) {
    if (std::string_view(entry.name) == name) {
      *function = const_cast<Entry*>(&entry);
      return success;
    }
  }
  return notFound;
}
SEGR_EXPORT int cuFuncSetAttribute(void*, int attribute, int value) {
  return attribute == 8 && value > 0 ? success : invalidValue;
}
SEGR_EXPORT int cuLaunchKernel(void* function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY,
                               unsigned blockZ, unsigned sharedBytes, void* stream, void** params, void** extra) {
  if (blockY != 1 || blockZ != 1 || extra != nullptr || driver().contextDepth == 0) return invalidValue;
  if (driver().launchResult != success) return driver().launchResult;
  const Entry& entry = *static_cast<const Entry*>(function);
  driver().launches.push_back({entry.name, gridX, gridY, gridZ, blockX, sharedBytes, stream});
  entry.run({gridX, gridY, blockX, sharedBytes}, params[0]);
  return success;
}
SEGR_EXPORT int cuMemAlloc_v2(uint64_t* address, size_t bytes) {
  *address = reinterpret_cast<uint64_t>(std::aligned_alloc(256, (bytes + 255) / 256 * 256));
  ++driver().allocations;
  return success;
}
SEGR_EXPORT int cuMemFree_v2(uint64_t address) {
  std::free(reinterpret_cast<void*>(address));
  --driver().allocations;
  return success;
}
SEGR_EXPORT int cuMemcpyHtoD_v2(uint64_t to, const void* from, size_t bytes) {
  std::memcpy(reinterpret_cast<void*>(to), from, bytes);
  return success;
}
