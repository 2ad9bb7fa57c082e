#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

// A libcuda of the tests' own. The GPU's memory is memory of the host behind guard pages, and kernels run in the loop harness (grid.h), but
// otherwise it is as strict as a GPU is in the worst case:
//
// - Work that is put on a stream is done when somebody waits for it, not before, and then no more of it than that wait implies; or, by the
//   other schedule, other streams come first with all that no event holds up. Where a wait or an event is missing, one of the two reads
//   what is stale.
// - Copies from pageable memory read it at once, copies from page-locked memory when they are done, as the driver may.
// - Memory is full of 0xCD when allocated. Kernels that leave it or use it after it was freed fail as on a GPU: with
//   CUDA_ERROR_ILLEGAL_ADDRESS, now and for ever. Writes within the last 256 bytes past the end are seen when it is freed.
// - A texture that CUDA has mapped is full of 0xCD where nothing was written into it, and OpenGL sees of it what was done on the stream
// that
//   it is given back on, and nothing else. The texture is one of the OpenGL context that is current, or of `textures` below where a test
//   has none.
// - Memory that two streams use with nothing to order them, one of them surely writing it, is misuse, whatever the schedule makes of it.
// What
//   a kernel is given pointers to it uses; whether it writes there is not known, so that two kernels are not told of.
// - Calls without a context, handles that are gone, launches that no GPU would take are errors.
//
// SEGR_CUDA_DRIVER names it to host/driver.h. Tests steer it and look into it through segrStandIn() (C++) or the functions below (others).

namespace segr::cuda::test {

struct StandInLaunch {
  const char* name;
  unsigned gridX, gridY, gridZ, blockX;
  unsigned sharedBytes;
  void* stream;
};

/// What tests read and set.
struct StandIn {
  std::recursive_mutex mutex;
  std::vector<StandInLaunch> launches;
  std::vector<std::string> misuse;       // what a correct program never does
  std::map<std::string, int64_t> calls;  // how often each function was called, and "NAME:bytes" for copies
  struct Fault {
    int64_t after = 0;  // calls that still succeed
    int code = 0;
  };
  std::map<std::string, Fault> faults;  // by function; "kernel" is a launch that fails when it runs
  bool eager = false;                   // do all work at once, for callers that cannot wait
  bool othersFirst = false;             // at a wait, other streams go as far as they can before the one that is waited for
  bool backward = false;                // the threads of each block in reverse
  int major = 9, minor = 0;             // compute capability
  int driverVersion = 13000;
  int64_t memory = int64_t{4} << 30;  // bytes
  int glDevice = 0;                   // the GPU that draws for OpenGL; -1: none that CUDA knows
  int64_t allocated = 0;
  int64_t objects = 0;  // allocations, streams and events that are alive
  int sticky = 0;       // an error that ended the context

  /// A texture of a test that has no OpenGL.
  struct Texture {
    int32_t width = 0, height = 0, pixelBytes = 0;
    std::vector<uint8_t> pixels;
  };
  std::map<unsigned, Texture> textures;
};

}  // namespace segr::cuda::test

extern "C" {
segr::cuda::test::StandIn* segrStandIn();

/// Back to the beginning, but for what is alive.
void segrStandInReset();

/// From the call after the next `after` on, one call of the function gives the error.
void segrStandInFail(const char* function, int64_t after, int code);

/// "major", "minor", "driverVersion", "memory", "glDevice", "eager", "othersFirst", "backward".
void segrStandInSet(const char* name, int64_t value);

/// How often a function was called since the last reset, or "NAME:bytes", "allocated", "objects", "misuse".
int64_t segrStandInGet(const char* name);

/// The first misuse, or an empty text.
const char* segrStandInMisuse();
}
