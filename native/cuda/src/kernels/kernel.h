#pragma once

#include "numbers.h"

// A kernel is a struct:
//
//   struct Example {
//     using Params = ...;                                    plain data, passed by value; device pointers and sizes, already checked
//     static constexpr int phases = 2;                       parts of the work; all threads of a block end one before any begins the next
//     static constexpr int blockThreads = 128;
//     static Launch launch(const Params&);                   on the host: the grid
//     template <int phase> static void run(const Params&, const Place&, float* shared);
//   };
//
// Nothing but shared memory lives from one phase to the next. That is what lets a host run a kernel exactly, as a loop over blocks, phases
// and threads, without emulating barriers; and it keeps few registers alive across them.

namespace segr::cuda {

/// A grid of blocks and the shared memory of each.
struct Launch {
  uint32_t blocks = 0;  // 0: nothing to do
  uint32_t images = 1;
  uint32_t threads = 0;
  uint32_t sharedBytes = 0;
};

/// Shared memory of a block that every GPU from sm_75 on grants; above 48 KiB it must be asked for, which KernelLibrary does.
inline constexpr uint32_t largestShared = 64 * 1024;

#if SEGR_DEVICE_CODE

#if defined(__CUDACC__)
#define SEGR_LAUNCH_BOUNDS(THREADS) __launch_bounds__(THREADS)
#else
#define SEGR_LAUNCH_BOUNDS(THREADS) __attribute__((launch_bounds(THREADS)))
#endif

extern __shared__ __attribute__((aligned(16))) float segrShared[];

static __device__ __attribute__((always_inline)) inline Place here() {
  Place place;
  asm("mov.u32 %0, %%ctaid.x;" : "=r"(place.block));
  asm("mov.u32 %0, %%ctaid.y;" : "=r"(place.image));
  asm("mov.u32 %0, %%tid.x;" : "=r"(place.thread));
  asm("mov.u32 %0, %%ntid.x;" : "=r"(place.threads));
  return place;
}

template <typename Kernel, int phase>
static __device__ __attribute__((always_inline)) inline void runFrom(const typename Kernel::Params& p, const Place& place) {
  if constexpr (phase < Kernel::phases) {
    if constexpr (phase > 0) asm volatile("bar.sync 0;" ::: "memory");
    Kernel::template run<phase>(p, place, segrShared);
    runFrom<Kernel, phase + 1>(p, place);
  }
}

/// Makes the entry point NAME of a kernel. Its number of threads is declared, so that the driver's compiler gives each enough registers.
#define SEGR_ENTRY(NAME, ...)                                                                                    \
  extern "C" __global__ SEGR_LAUNCH_BOUNDS((__VA_ARGS__::blockThreads)) void NAME(const __VA_ARGS__::Params p) { \
    segr::cuda::runFrom<__VA_ARGS__, 0>(p, segr::cuda::here());                                                  \
  }

#endif

}  // namespace segr::cuda
