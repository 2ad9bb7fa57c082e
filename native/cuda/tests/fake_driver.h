#pragma once

#include <cstdint>
#include <vector>

// A libcuda of the tests' own: device memory is host memory, a launch runs the kernel in the loop harness at once. It answers to the calls
// that host/driver.cpp looks up, and keeps what it was asked.

namespace segr::cuda::test {

struct FakeLaunch {
  const char* name;
  unsigned gridX, gridY, gridZ, blockX;
  unsigned sharedBytes;
  void* stream;
};

/// State of the driver, which the tests read and set.
struct FakeDriver {
  std::vector<FakeLaunch> launches;
  int major = 9, minor = 0;
  int deviceResult = 0;  // what the calls return: an error of cuda.h, or 0
  int moduleResult = 0;
  int launchResult = 0;
  int contextDepth = 0;  // pushed and not popped
  int64_t allocations = 0;
};

}  // namespace segr::cuda::test

extern "C" segr::cuda::test::FakeDriver* segrFakeDriver();
