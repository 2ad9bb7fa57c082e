#include <cstring>
#include <functional>
#include <memory>
#include <string_view>

#include "grid.h"
#include "kernels/deform_attn.h"
#include "kernels/depthwise_norm.h"
#include "kernels/expand.h"
#include "kernels/labels.h"
#include "kernels/preprocess.h"
#include "stand_in.h"
#include "stand_in_gl.h"
#include "stand_in_memory.h"
#include "stand_in_streams.h"

#define SEGR_EXPORT extern "C" __attribute__((visibility("default")))

using namespace segr::cuda;
using namespace segr::cuda::test;

namespace {

// Errors of cuda.h.
constexpr int success = 0, invalidValue = 1, outOfMemory = 2, invalidDevice = 101, invalidContext = 201, invalidHandle = 400,
              invalidGraphicsContext = 219, notFound = 500, illegalAddress = 700;

/// An entry point: its name and the harness's run of it.
struct Entry {
  const char* name;
  uint32_t threads;
  size_t paramsSize;
  void (*run)(const Launch&, const void* params, Order);
};

#define SEGR_ENTRY(NAME, ...)                                                                                                 \
  {#NAME, __VA_ARGS__::blockThreads, sizeof(__VA_ARGS__::Params), [](const Launch& launch, const void* params, Order order) { \
     runGrid<__VA_ARGS__>(*static_cast<const __VA_ARGS__::Params*>(params), launch, order);                                   \
   }},
constexpr Entry entries[] = {
#include "kernels/deform_attn.cu"
#include "kernels/depthwise_norm.cu"
#include "kernels/expand.cu"
#include "kernels/labels.cu"
#include "kernels/preprocess.cu"
};
#undef SEGR_ENTRY

thread_local int contexts = 0;  // of the thread, pushed and not popped

StandIn& state() {
  static StandIn* const all = new StandIn;  // outlives what is freed at the end of the process
  return *all;
}

// Never destroyed: the end of a process may still use it.
std::map<const void*, int>& sharedLimits() {
  static auto& all = *new std::map<const void*, int>;
  return all;
}

int fault(const char* name) {
  const auto found = state().faults.find(name);
  if (found == state().faults.end()) return success;
  if (found->second.after-- > 0) return success;
  const int code = found->second.code;
  state().faults.erase(found);
  return code;
}

int misused(const std::string& what, int code) {
  state().misuse.push_back(what);
  return code;
}

/// A call: counted, refused where a fault is due, the context is dead or the thread has none.
template <typename Body>
int call(const char* name, bool needsContext, const Body& body) {
  const std::lock_guard lock(state().mutex);
  ++state().calls[name];
  if (const int code = fault(name); code != success) return code;
  if (needsContext) {
    if (contexts == 0) return misused(std::string(name) + " without a context", invalidContext);
    if (state().sticky != success) return state().sticky;
  }
  return body();
}

template <typename Body>
int onStream(const char* name, void* handle, const Body& body) {
  return call(name, true, [&]() -> int {
    auto* stream = handle == nullptr ? &defaultStream() : static_cast<Stream*>(handle);
    if (handle != nullptr && !isStream(stream)) return misused(std::string(name) + " on a stream that is gone", invalidHandle);
    return body(*stream);
  });
}

int guarded(const std::function<void()>& body) {
  return runGuarded(body) ? success : illegalAddress;
}

int copyUp(Stream& stream, uint64_t to, const void* from, size_t bytes) {
  if (!isDevice(to, bytes)) return misused("a copy to what is no memory of the GPU", invalidValue);
  const std::vector<MemoryUse> uses = {{to, bytes, MemoryUse::writes}};
  if (isPinned(from))
    return put(
        stream, [=] { return guarded([=] { std::memcpy(reinterpret_cast<void*>(to), from, bytes); }); }, uses);
  const auto copy = std::make_shared<std::string>(static_cast<const char*>(from), bytes);
  return put(
      stream, [=] { return guarded([=] { std::memcpy(reinterpret_cast<void*>(to), copy->data(), bytes); }); }, uses);
}

}  // namespace

SEGR_EXPORT StandIn* segrStandIn() {
  return &state();
}
SEGR_EXPORT void segrStandInReset() {
  const std::lock_guard lock(state().mutex);
  StandIn& s = state();
  s.launches.clear();
  s.misuse.clear();
  s.calls.clear();
  s.faults.clear();
  s.eager = s.othersFirst = s.backward = false;
  s.major = 9;
  s.minor = 0;
  s.driverVersion = 13000;
  s.memory = int64_t{4} << 30;
  s.glDevice = 0;
  s.textures.clear();
  forgetTextures();
  s.sticky = success;
}
SEGR_EXPORT void segrStandInFail(const char* function, int64_t after, int code) {
  const std::lock_guard lock(state().mutex);
  state().faults[function] = {after, code};
}
SEGR_EXPORT void segrStandInSet(const char* name, int64_t value) {
  const std::lock_guard lock(state().mutex);
  const std::string_view what = name;
  StandIn& s = state();
  if (what == "major") s.major = static_cast<int>(value);
  if (what == "minor") s.minor = static_cast<int>(value);
  if (what == "driverVersion") s.driverVersion = static_cast<int>(value);
  if (what == "memory") s.memory = value;
  if (what == "glDevice") s.glDevice = static_cast<int>(value);
  if (what == "eager") s.eager = value != 0;
  if (what == "othersFirst") s.othersFirst = value != 0;
  if (what == "backward") s.backward = value != 0;
}
SEGR_EXPORT int64_t segrStandInGet(const char* name) {
  const std::lock_guard lock(state().mutex);
  const std::string_view what = name;
  const StandIn& s = state();
  if (what == "allocated") return s.allocated;
  if (what == "objects") return s.objects;
  if (what == "misuse") return static_cast<int64_t>(s.misuse.size());
  const auto found = s.calls.find(name);
  return found == s.calls.end() ? 0 : found->second;
}
SEGR_EXPORT const char* segrStandInMisuse() {
  const std::lock_guard lock(state().mutex);
  return state().misuse.empty() ? "" : state().misuse.front().c_str();
}

SEGR_EXPORT int cuInit(unsigned) {
  return call("cuInit", false, [] { return success; });
}
SEGR_EXPORT int cuDriverGetVersion(int* version) {
  *version = state().driverVersion;
  return success;
}
SEGR_EXPORT int cuGetErrorName(int error, const char** name) {
  *name = error == outOfMemory      ? "CUDA_ERROR_OUT_OF_MEMORY"
          : error == illegalAddress ? "CUDA_ERROR_ILLEGAL_ADDRESS"
          : error == 222            ? "CUDA_ERROR_UNSUPPORTED_PTX_VERSION"
                                    : "CUDA_ERROR";
  return success;
}
SEGR_EXPORT int cuGetErrorString(int, const char** text) {
  *text = "the stand-in's";
  return success;
}
SEGR_EXPORT int cuDeviceGet(int* device, int ordinal) {
  return call("cuDeviceGet", false, [&] {
    *device = ordinal;
    return ordinal < 16 ? success : invalidDevice;
  });
}
SEGR_EXPORT int cuDeviceGetName(char* name, int length, int) {
  std::strncpy(name, "Stand-in GPU", static_cast<size_t>(length));
  return success;
}
SEGR_EXPORT int cuDeviceGetAttribute(int* value, int attribute, int) {
  *value = attribute == 75 ? state().major : attribute == 76 ? state().minor : 0;
  return success;
}
SEGR_EXPORT int cuDeviceTotalMem_v2(size_t* bytes, int) {
  *bytes = static_cast<size_t>(state().memory);
  return success;
}
SEGR_EXPORT int cuDevicePrimaryCtxRetain(void** context, int) {
  *context = &state();
  return success;
}
SEGR_EXPORT int cuCtxGetDevice(int* device) {
  *device = 0;
  return success;
}
SEGR_EXPORT int cuCtxPushCurrent_v2(void*) {
  ++contexts;
  return success;
}
SEGR_EXPORT int cuCtxPopCurrent_v2(void** context) {
  *context = &state();
  return contexts-- > 0 ? success : invalidContext;
}
SEGR_EXPORT int cuModuleLoadData(void** module, const void* image) {
  return call("cuModuleLoadData", true, [&] {
    *module = const_cast<void*>(image);
    return std::string_view(static_cast<const char*>(image)).find(".entry") == std::string_view::npos ? 218 : success;
  });
}
SEGR_EXPORT int cuModuleGetFunction(void** function, void* module, const char* name) {
  return call("cuModuleGetFunction", true, [&] {
    if (std::string_view(static_cast<const char*>(module)).find(std::string(".entry ") + name + "(") == std::string_view::npos)
      return notFound;
    for (const Entry& entry : entries) {
      if (std::string_view(entry.name) == name) {
        *function = const_cast<Entry*>(&entry);
        return success;
      }
    }
    return notFound;
  });
}
SEGR_EXPORT int cuFuncSetAttribute(void* function, int attribute, int value) {
  return call("cuFuncSetAttribute", true, [&] {
    if (attribute != 8 || value <= 0) return invalidValue;
    sharedLimits()[function] = value;
    return success;
  });
}
SEGR_EXPORT int cuLaunchKernel(void* function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY,
                               unsigned blockZ, unsigned sharedBytes, void* handle, void** params, void** extra) {
  return onStream("cuLaunchKernel", handle, [&](Stream& stream) {
    const Entry& entry = *static_cast<const Entry*>(function);
    const auto limit = sharedLimits().contains(function) ? static_cast<unsigned>(sharedLimits()[function]) : 48 * 1024u;
    if (gridX == 0 || gridY == 0 || gridY > 65535 || gridZ != 1 || blockX != entry.threads || blockY != 1 || blockZ != 1 ||
        extra != nullptr || sharedBytes > limit) {
      return misused(std::string("an impossible launch of ") + entry.name, invalidValue);
    }
    state().launches.push_back({entry.name, gridX, gridY, gridZ, blockX, sharedBytes, handle});
    const auto copy = std::make_shared<std::vector<uint64_t>>((entry.paramsSize + 7) / 8);
    std::memcpy(copy->data(), params[0], entry.paramsSize);
    const Launch launch = {gridX, gridY, blockX, sharedBytes};
    // What it is given pointers to it uses.
    std::vector<MemoryUse> uses;
    for (const uint64_t word : *copy) {
      if (const size_t bytes = deviceBytesFrom(word); bytes > 0) uses.push_back({word, bytes, MemoryUse::kernel});
    }
    return put(
        stream,
        [&entry, copy, launch] {
          if (const int code = fault("kernel"); code != success) return code;
          return guarded([&] { entry.run(launch, copy->data(), state().backward ? Order::backward : Order::forward); });
        },
        uses);
  });
}
SEGR_EXPORT int cuLaunchHostFunc(void* handle, void (*function)(void*), void* data) {
  return onStream("cuLaunchHostFunc", handle,
                  [&](Stream& stream) { return put(stream, [=] { return guarded([=] { function(data); }); }); });
}
SEGR_EXPORT int cuMemAlloc_v2(uint64_t* address, size_t bytes) {
  return call("cuMemAlloc", true, [&] {
    if (bytes == 0) return invalidValue;
    *address = allocateDevice(bytes);
    return *address == 0 ? outOfMemory : success;
  });
}
SEGR_EXPORT int cuMemFree_v2(uint64_t address) {
  return call("cuMemFree", true, [&] { return freeDevice(address) ? success : misused("memory is freed twice", invalidValue); });
}
SEGR_EXPORT int cuMemAllocHost_v2(void** address, size_t bytes) {
  return call("cuMemAllocHost", true, [&] {
    *address = allocatePinned(bytes);
    return success;
  });
}
SEGR_EXPORT int cuMemFreeHost(void* address) {
  return call("cuMemFreeHost", true, [&] { return freePinned(address) ? success : misused("host memory is freed twice", invalidValue); });
}
SEGR_EXPORT int cuMemcpyHtoD_v2(uint64_t to, const void* from, size_t bytes) {
  return call("cuMemcpyHtoD", true, [&] { return copyUp(defaultStream(), to, from, bytes); });
}
SEGR_EXPORT int cuMemcpyHtoDAsync_v2(uint64_t to, const void* from, size_t bytes, void* handle) {
  return onStream("cuMemcpyHtoDAsync", handle, [&](Stream& stream) {
    state().calls["cuMemcpyHtoDAsync:bytes"] += static_cast<int64_t>(bytes);
    return copyUp(stream, to, from, bytes);
  });
}
SEGR_EXPORT int cuMemcpyDtoHAsync_v2(void* to, uint64_t from, size_t bytes, void* handle) {
  return onStream("cuMemcpyDtoHAsync", handle, [&](Stream& stream) {
    state().calls["cuMemcpyDtoHAsync:bytes"] += static_cast<int64_t>(bytes);
    if (!isDevice(from, bytes)) return misused("a copy from what is no memory of the GPU", invalidValue);
    if (!isPinned(to)) return misused("a copy to pageable memory, which would make the host wait", invalidValue);
    return put(stream, [=] { return guarded([=] { std::memcpy(to, reinterpret_cast<const void*>(from), bytes); }); },
               {{from, bytes, MemoryUse::reads}});
  });
}
SEGR_EXPORT int cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t bytes, void* handle) {
  return onStream("cuMemcpyDtoDAsync", handle, [&](Stream& stream) {
    if (!isDevice(to, bytes) || !isDevice(from, bytes)) return misused("a copy of what is no memory of the GPU", invalidValue);
    return put(stream,
               [=] { return guarded([=] { std::memcpy(reinterpret_cast<void*>(to), reinterpret_cast<const void*>(from), bytes); }); },
               {{from, bytes, MemoryUse::reads}, {to, bytes, MemoryUse::writes}});
  });
}
SEGR_EXPORT int cuMemcpy2DAsync_v2(const ArrayCopy* copy, void* handle) {
  return onStream("cuMemcpy2DAsync", handle, [&](Stream& stream) {
    std::function<void()> run;
    const size_t last = copy->height * copy->srcPitch - copy->srcPitch + copy->widthInBytes;
    if (copy->srcMemoryType != ArrayCopy::device || !isDevice(copy->srcDevice, last) || copy->srcPitch < copy->widthInBytes) {
      return misused("rows of what is no memory of the GPU are copied", invalidValue);
    }
    if (const int result = prepareArrayCopy(*copy, run); result != success) return result;
    state().calls["cuMemcpy2DAsync:bytes"] += static_cast<int64_t>(copy->widthInBytes * copy->height);
    return put(stream, [run = std::move(run)] { return guarded(run); }, {{copy->srcDevice, last, MemoryUse::reads}});
  });
}
SEGR_EXPORT int cuMemsetD8Async(uint64_t to, unsigned char value, size_t bytes, void* handle) {
  return onStream("cuMemsetD8Async", handle, [&](Stream& stream) {
    if (!isDevice(to, bytes)) return misused("something is cleared that is no memory of the GPU", invalidValue);
    return put(stream, [=] { return guarded([=] { std::memset(reinterpret_cast<void*>(to), value, bytes); }); },
               {{to, bytes, MemoryUse::writes}});
  });
}
SEGR_EXPORT int cuStreamCreate(void** stream, unsigned flags) {
  return call("cuStreamCreate", true, [&] {
    if (flags != 1) return misused("a stream that waits for the default stream", invalidValue);
    ++state().objects;
    *stream = createStream();
    return success;
  });
}
SEGR_EXPORT int cuStreamDestroy_v2(void* handle) {
  return onStream("cuStreamDestroy", handle, [&](Stream& stream) {
    --state().objects;
    return destroyStream(stream);
  });
}
SEGR_EXPORT int cuStreamSynchronize(void* handle) {
  return onStream("cuStreamSynchronize", handle, [](Stream& stream) { return await(stream); });
}
SEGR_EXPORT int cuStreamWaitEvent(void* handle, void* event, unsigned) {
  return onStream("cuStreamWaitEvent", handle, [&](Stream& stream) {
    if (!isEvent(static_cast<Event*>(event))) return misused("a wait for an event that is gone", invalidHandle);
    return await(stream, *static_cast<Event*>(event));
  });
}
SEGR_EXPORT int cuEventCreate(void** event, unsigned) {
  return call("cuEventCreate", true, [&] {
    ++state().objects;
    *event = createEvent();
    return success;
  });
}
SEGR_EXPORT int cuEventDestroy_v2(void* handle) {
  return call("cuEventDestroy", true, [&] {
    if (!isEvent(static_cast<Event*>(handle))) return misused("an event is destroyed twice", invalidHandle);
    destroyEvent(static_cast<Event*>(handle));
    --state().objects;
    return success;
  });
}
SEGR_EXPORT int cuEventRecord(void* event, void* handle) {
  return onStream("cuEventRecord", handle, [&](Stream& stream) {
    if (!isEvent(static_cast<Event*>(event))) return misused("an event that is gone is recorded", invalidHandle);
    record(*static_cast<Event*>(event), stream);
    return success;
  });
}
SEGR_EXPORT int cuEventSynchronize(void* handle) {
  return call("cuEventSynchronize", true, [&] {
    if (!isEvent(static_cast<Event*>(handle))) return misused("a wait for an event that is gone", invalidHandle);
    return await(*static_cast<Event*>(handle));
  });
}

#if !defined(SEGR_STAND_IN_WITHOUT_GL)
SEGR_EXPORT int cuGLGetDevices_v2(unsigned* count, int* devices, unsigned capacity, unsigned list) {
  return call("cuGLGetDevices", true, [&] {
    if (capacity == 0 || list != 1) return invalidValue;
    if (!hasGlContext()) return misused("cuGLGetDevices without an OpenGL context", invalidGraphicsContext);
    *count = state().glDevice < 0 ? 0 : 1;
    *devices = state().glDevice;
    return state().glDevice < 0 ? invalidGraphicsContext : success;
  });
}
SEGR_EXPORT int cuGraphicsGLRegisterImage(void** resource, unsigned texture, unsigned target, unsigned flags) {
  return call("cuGraphicsGLRegisterImage", true, [&] { return registerTexture(resource, texture, target, flags); });
}
SEGR_EXPORT int cuGraphicsUnregisterResource(void* resource) {
  return call("cuGraphicsUnregisterResource", true, [&] { return unregisterTexture(resource); });
}
SEGR_EXPORT int cuGraphicsMapResources(unsigned count, void** resources, void* handle) {
  return onStream("cuGraphicsMapResources", handle, [&](Stream&) { return mapTextures(count, resources, handle); });
}
SEGR_EXPORT int cuGraphicsSubResourceGetMappedArray(void** array, void* resource, unsigned index, unsigned level) {
  return call("cuGraphicsSubResourceGetMappedArray", true, [&] { return mappedArray(array, resource, index, level); });
}
SEGR_EXPORT int cuGraphicsUnmapResources(unsigned count, void** resources, void* handle) {
  return onStream("cuGraphicsUnmapResources", handle, [&](Stream& stream) {
    // OpenGL waits for this stream from here on, and for no other.
    if (const int result = await(stream); result != success) return result;
    return unmapTextures(count, resources, handle);
  });
}
#endif
