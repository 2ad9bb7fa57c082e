#include "kernel_library.h"

#include <utility>

#include "current_context.h"
#include "ptx.h"

namespace segr::cuda {

namespace {

// Numbers of cuda.h.
constexpr int computeCapabilityMajor = 75, computeCapabilityMinor = 76;
constexpr int maxDynamicSharedSize = 8;

}  // namespace

void KernelFunction::run(const Launch& grid, const void* params, void* stream) const {
  if (grid.blocks == 0 || grid.images == 0) return;
  const CurrentContext current(*driver_, context_);
  void* arguments[] = {const_cast<void*>(params)};  // read, never written
  driver_->check(
      driver_->cuLaunchKernel(function_, grid.blocks, grid.images, 1, grid.threads, 1, 1, grid.sharedBytes, stream, arguments, nullptr),
      "cuLaunchKernel");
}

DeviceFloats::DeviceFloats(DeviceFloats&& other) noexcept {
  *this = std::move(other);
}

DeviceFloats& DeviceFloats::operator=(DeviceFloats&& other) noexcept {
  std::swap(driver_, other.driver_);
  std::swap(context_, other.context_);
  std::swap(address_, other.address_);
  return *this;
}

DeviceFloats::~DeviceFloats() {
  // At the end of a process the driver may be gone already and says so: there is nothing left to free then.
  if (address_ == 0 || driver_->cuCtxPushCurrent(context_) != 0) return;
  driver_->cuMemFree(address_);
  void* previous = nullptr;
  driver_->cuCtxPopCurrent(&previous);
}

KernelLibrary& KernelLibrary::forDevice(int ordinal) {
  static std::mutex mutex;
  static auto& libraries = *new std::map<int, KernelLibrary*>;  // for as long as the process lives, as the primary context
  const std::lock_guard lock(mutex);
  KernelLibrary*& library = libraries[ordinal];
  if (library == nullptr) library = new KernelLibrary(ordinal);
  return *library;
}

KernelLibrary::Description KernelLibrary::describe(int ordinal) {
  const Driver& driver = Driver::get();
  int device = 0, major = 0, minor = 0, version = 0;
  size_t memory = 0;
  char name[128] = {};
  driver.check(driver.cuDeviceGet(&device, ordinal), "cuDeviceGet");
  driver.check(driver.cuDeviceGetName(name, sizeof name - 1, device), "cuDeviceGetName");
  driver.check(driver.cuDeviceGetAttribute(&major, computeCapabilityMajor, device), "cuDeviceGetAttribute");
  driver.check(driver.cuDeviceGetAttribute(&minor, computeCapabilityMinor, device), "cuDeviceGetAttribute");
  driver.check(driver.cuDeviceTotalMem(&memory, device), "cuDeviceTotalMem");
  driver.check(driver.cuDriverGetVersion(&version), "cuDriverGetVersion");
  return {name, 10 * major + minor, version, memory};
}

KernelLibrary::KernelLibrary(int ordinal) : driver_(Driver::get()) {
  const Description description = describe(ordinal);
  architecture_ = description.architecture;
  device_ = description.name;
  int device = 0;
  driver_.check(driver_.cuDeviceGet(&device, ordinal), "cuDeviceGet");
  driver_.check(driver_.cuDevicePrimaryCtxRetain(&context_, device), "cuDevicePrimaryCtxRetain");
}

void* KernelLibrary::module(const char* name) {
  const std::lock_guard lock(mutex_);
  void*& loaded = modules_[name];
  if (loaded != nullptr) return loaded;
  const Ptx* ptx = findPtx(name, architecture_);
  if (ptx == nullptr) {
    if (allPtx().empty()) throw GpuError("libsegr_ops.so was built without GPU code: install clang-19, then build again.");
    throw GpuError(device_ + " has compute capability " + std::to_string(architecture_ / 10) + "." + std::to_string(architecture_ % 10) +
                   ", the GPU code needs " + std::to_string(allPtx().front().architecture / 10) + "." +
                   std::to_string(allPtx().front().architecture % 10) + " or newer: run without custom operators, or on the CPU.");
  }
  const CurrentContext current(driver_, context_);
  driver_.check(driver_.cuModuleLoadData(&loaded, ptx->text), "cuModuleLoadData");
  return loaded;
}

KernelFunction KernelLibrary::find(const char* moduleName, const std::string& name) {
  void* const loaded = module(moduleName);
  const CurrentContext current(driver_, context_);
  void* function = nullptr;
  driver_.check(driver_.cuModuleGetFunction(&function, loaded, name.c_str()), name.c_str());
  driver_.check(driver_.cuFuncSetAttribute(function, maxDynamicSharedSize, largestShared), "cuFuncSetAttribute");
  return {driver_, context_, function};
}

DeviceFloats KernelLibrary::upload(const std::vector<float>& values) {
  const CurrentContext current(driver_, context_);
  const size_t bytes = values.size() * sizeof(float);
  uint64_t address = 0;
  driver_.check(driver_.cuMemAlloc(&address, bytes), "cuMemAlloc");
  DeviceFloats memory(driver_, context_, address);
  driver_.check(driver_.cuMemcpyHtoD(address, values.data(), bytes), "cuMemcpyHtoD");
  // From pageable memory the call may return before the values have arrived, and the provider's stream does not wait for this one.
  driver_.check(driver_.cuStreamSynchronize(nullptr), "cuStreamSynchronize");
  return memory;
}

}  // namespace segr::cuda
