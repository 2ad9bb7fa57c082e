#include <dlfcn.h>

#include "check.h"
#include "host/driver.h"

// In a program of its own: the others have a driver loaded.

namespace {

TEST("without an NVIDIA driver the error says so and what to do") {
  if (void* library = dlopen("libcuda.so.1", RTLD_NOW); library != nullptr)
    throw segr::cpu::test::Skipped("this machine has an NVIDIA driver");
  for (int i = 0; i < 2; ++i) {
    std::string message;
    try {
      segr::cuda::Driver::get();
    } catch (const segr::cuda::GpuError& error) {
      message = error.what();
    }
    REQUIRE(message.find("there is no NVIDIA driver (libcuda.so.1: ") == 0, message);
    REQUIRE(message.find("install it, or run on the CPU.") != std::string::npos, message);
  }
}

}  // namespace
