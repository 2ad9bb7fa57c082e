#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "driver.h"
#include "kernels/kernel.h"

namespace segr::cuda {

/// A kernel on one GPU, ready to be launched.
class KernelFunction {
 public:
  KernelFunction() = default;
  KernelFunction(const Driver& driver, void* context, void* function) : driver_(&driver), context_(context), function_(function) {}

  /// Puts a launch on the stream (a cudaStream_t, which is the driver's CUstream) and returns. Waits for nothing, allocates nothing, so it
  /// may be captured into a CUDA graph. Launches with nothing to do are left out.
  template <typename Params>
  void launch(const Launch& grid, const Params& params, void* stream) const {
    run(grid, &params, stream);
  }

 private:
  void run(const Launch& grid, const void* params, void* stream) const;

  const Driver* driver_ = nullptr;
  void* context_ = nullptr;
  void* function_ = nullptr;
};

/// Constant values in a GPU's memory.
class DeviceFloats {
 public:
  DeviceFloats() = default;
  DeviceFloats(DeviceFloats&& other) noexcept;
  DeviceFloats& operator=(DeviceFloats&& other) noexcept;
  ~DeviceFloats();

  const float* data() const { return reinterpret_cast<const float*>(address_); }

 private:
  friend class KernelLibrary;
  DeviceFloats(const Driver& driver, void* context, uint64_t address) : driver_(&driver), context_(context), address_(address) {}

  const Driver* driver_ = nullptr;
  void* context_ = nullptr;
  uint64_t address_ = 0;
};

/// The embedded PTX, loaded into one GPU's primary context, which is the one that CUDA's runtime, and so ONNX Runtime and TensorRT, use.
/// Modules are loaded when first asked for; the driver keeps their machine code in its own cache on disk. Thread-safe.
class KernelLibrary {
 public:
  /// What a driver says of a GPU.
  struct Description {
    std::string name;
    int architecture;   // compute capability, 90 for 9.0
    int driverVersion;  // the newest CUDA that the driver knows, 13000 for 13.0
    uint64_t memory;    // bytes
  };

  /// Asks the driver, without using the GPU. GpuError where there is none.
  static Description describe(int ordinal);

  /// The library of GPU `ordinal`, made when first asked for. GpuError where there is no driver, no such GPU, or no PTX that it can run.
  static KernelLibrary& forDevice(int ordinal);

  /// An entry point of one of the files in src/kernels: find("deform_attn", "segr_deform_plain_f32_f32_vector").
  KernelFunction find(const char* module, const std::string& name);

  /// The driver that it was loaded through.
  const Driver& driver() const { return driver_; }

  /// The GPU's primary context.
  void* context() const { return context_; }

  /// The GPU's name, as its driver has it.
  const std::string& device() const { return device_; }

  /// Copies values to the GPU; waits until they are there.
  DeviceFloats upload(const std::vector<float>& values);

 private:
  explicit KernelLibrary(int ordinal);
  void* module(const char* name);

  const Driver& driver_;
  void* context_ = nullptr;
  int architecture_ = 0;
  std::string device_;
  std::mutex mutex_;
  std::map<std::string, void*> modules_;
};

}  // namespace segr::cuda
