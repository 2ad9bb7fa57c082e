#pragma once

#include <dlfcn.h>

#include <cstdlib>
#include <functional>
#include <string>

#include "check.h"
#include "host/driver.h"
#include "host/ptx.h"
#include "stand_in.h"

namespace segr::cuda::test {

/// The driver that SEGR_CUDA_DRIVER names, as at the beginning; skips the test where there is none, or no kernels.
inline StandIn& standIn() {
  if (allPtx().empty()) throw cpu::test::Skipped("the build had no compiler for GPU code: install clang-19");
  const char* path = std::getenv("SEGR_CUDA_DRIVER");
  void* library = path == nullptr ? nullptr : dlopen(path, RTLD_NOW);
  if (library == nullptr) throw cpu::test::Skipped("SEGR_CUDA_DRIVER does not name the tests' driver (ctest sets it)");
  reinterpret_cast<void (*)()>(dlsym(library, "segrStandInReset"))();
  return *reinterpret_cast<StandIn* (*)()>(dlsym(library, "segrStandIn"))();
}

inline std::string errorOf(const std::function<void()>& body) {
  try {
    body();
  } catch (const GpuError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace segr::cuda::test
