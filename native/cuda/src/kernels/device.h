#pragma once

#include <stdint.h>

// What kernels are written against: a page of annotations and intrinsics, with no toolkit behind it. The same source compiles three ways:
//
//   clang -x cuda --cuda-device-only   PTX without CUDA's headers (the usual build)
//   nvcc                               the same with NVIDIA's compiler
//   any host compiler                  the kernels as plain functions, which tests/grid.h calls for each block and thread
//
// Floating-point contraction is off in all three: what shall be fused says fma(). So the three agree to the bit, but for exp2() and
// reciprocal(), which a GPU approximates to about 1e-7.

#if defined(__CUDA_ARCH__) || (defined(__clang__) && defined(__CUDA__))
#define SEGR_DEVICE_CODE 1
#if !defined(__CUDACC__)
#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __host__ __attribute__((host))
#define __shared__ __attribute__((shared))
#endif
#define SEGR_INLINE static __device__ inline __attribute__((always_inline))
#define SEGR_MEMBER static __device__ __attribute__((always_inline))
#define SEGR_METHOD __host__ __device__ __attribute__((always_inline))
#define SEGR_UNROLL _Pragma("unroll")
#else
#define SEGR_DEVICE_CODE 0
#define SEGR_INLINE static inline
#define SEGR_MEMBER static inline
#define SEGR_METHOD
#define SEGR_UNROLL
#include <string.h>
#endif

namespace segr::cuda {

/// Where a thread stands. Blocks are one-dimensional; a grid's second dimension, where there is one, counts images.
struct Place {
  uint32_t block;
  uint32_t image;
  uint32_t thread;
  uint32_t threads;  // of the block

  /// Number of the thread along the grid's first dimension.
  SEGR_METHOD uint32_t index() const { return block * threads + thread; }
};

/// 16 bytes as one load or store moves them.
struct alignas(16) Words4 {
  uint32_t word[4];
};

/// 8 bytes, likewise.
struct alignas(8) Words2 {
  uint32_t word[2];
};

#if SEGR_DEVICE_CODE

// Read-only data goes past the coherence of the L1 cache (.nc). Inline PTX rather than __ldg: it is the same for clang and nvcc, and the
// width of the access is what it says.

SEGR_INLINE Words4 load16(const void* p) {
  Words4 v;
  asm("ld.global.nc.v4.u32 {%0, %1, %2, %3}, [%4];" : "=r"(v.word[0]), "=r"(v.word[1]), "=r"(v.word[2]), "=r"(v.word[3]) : "l"(p));
  return v;
}

SEGR_INLINE Words2 load8(const void* p) {
  Words2 v;
  asm("ld.global.nc.v2.u32 {%0, %1}, [%2];" : "=r"(v.word[0]), "=r"(v.word[1]) : "l"(p));
  return v;
}

SEGR_INLINE uint32_t load4(const void* p) {
  uint32_t v;
  asm("ld.global.nc.u32 %0, [%1];" : "=r"(v) : "l"(p));
  return v;
}

SEGR_INLINE uint16_t load2(const void* p) {
  uint16_t v;
  asm("ld.global.nc.u16 %0, [%1];" : "=h"(v) : "l"(p));
  return v;
}

SEGR_INLINE uint32_t load1(const void* p) {
  uint32_t v;
  asm("ld.global.nc.u8 %0, [%1];" : "=r"(v) : "l"(p));
  return v;
}

SEGR_INLINE void store16(void* p, Words4 v) {
  asm volatile("st.global.v4.u32 [%0], {%1, %2, %3, %4};" ::"l"(p), "r"(v.word[0]), "r"(v.word[1]), "r"(v.word[2]), "r"(v.word[3])
               : "memory");
}

SEGR_INLINE void store8(void* p, Words2 v) {
  asm volatile("st.global.v2.u32 [%0], {%1, %2};" ::"l"(p), "r"(v.word[0]), "r"(v.word[1]) : "memory");
}

SEGR_INLINE float fma(float a, float b, float c) {
  float r;
  asm("fma.rn.f32 %0, %1, %2, %3;" : "=f"(r) : "f"(a), "f"(b), "f"(c));
  return r;
}

SEGR_INLINE float floor(float x) {
  float r;
  asm("cvt.rmi.f32.f32 %0, %1;" : "=f"(r) : "f"(x));
  return r;
}

SEGR_INLINE float exp2(float x) {
  float r;
  asm("ex2.approx.f32 %0, %1;" : "=f"(r) : "f"(x));
  return r;
}

SEGR_INLINE float reciprocal(float x) {
  float r;
  asm("rcp.approx.f32 %0, %1;" : "=f"(r) : "f"(x));
  return r;
}

SEGR_INLINE float squareRoot(float x) {
  float r;
  asm("sqrt.rn.f32 %0, %1;" : "=f"(r) : "f"(x));
  return r;
}

/// Of two numbers the larger; where one is NaN the other.
SEGR_INLINE float larger(float a, float b) {
  float r;
  asm("max.f32 %0, %1, %2;" : "=f"(r) : "f"(a), "f"(b));
  return r;
}

SEGR_INLINE float bitsToFloat(uint32_t bits) {
  float r;
  asm("mov.b32 %0, %1;" : "=f"(r) : "r"(bits));
  return r;
}

SEGR_INLINE uint32_t floatToBits(float x) {
  uint32_t r;
  asm("mov.b32 %0, %1;" : "=r"(r) : "f"(x));
  return r;
}

/// Adds to a counter in shared or global memory that other threads add to.
SEGR_INLINE void addTo(uint32_t* counter, uint32_t n) {
  asm volatile("red.add.u32 [%0], %1;" ::"l"(counter), "r"(n) : "memory");
}

SEGR_INLINE void addTo(uint64_t* counter, uint64_t n) {
  asm volatile("red.add.u64 [%0], %1;" ::"l"(counter), "l"(n) : "memory");
}

#else

template <typename T>
static inline T copyOf(const void* p) {
  T v;
  memcpy(&v, p, sizeof v);
  return v;
}

/// A GPU faults on an address that is no multiple of the access: so does the harness.
static inline void requireAligned(const void* p, uintptr_t bytes) {
  if (reinterpret_cast<uintptr_t>(p) % bytes != 0) __builtin_trap();
}

SEGR_INLINE Words4 load16(const void* p) {
  requireAligned(p, 16);
  return copyOf<Words4>(p);
}
SEGR_INLINE Words2 load8(const void* p) {
  requireAligned(p, 8);
  return copyOf<Words2>(p);
}
SEGR_INLINE uint32_t load4(const void* p) {
  requireAligned(p, 4);
  return copyOf<uint32_t>(p);
}
SEGR_INLINE uint16_t load2(const void* p) {
  requireAligned(p, 2);
  return copyOf<uint16_t>(p);
}
SEGR_INLINE uint32_t load1(const void* p) {
  return *static_cast<const uint8_t*>(p);
}
SEGR_INLINE void store16(void* p, Words4 v) {
  requireAligned(p, 16);
  memcpy(p, &v, sizeof v);
}
SEGR_INLINE void store8(void* p, Words2 v) {
  requireAligned(p, 8);
  memcpy(p, &v, sizeof v);
}
SEGR_INLINE float fma(float a, float b, float c) {
  return __builtin_fmaf(a, b, c);
}
SEGR_INLINE float floor(float x) {
  return __builtin_floorf(x);
}
SEGR_INLINE float exp2(float x) {
  return __builtin_exp2f(x);
}
SEGR_INLINE float reciprocal(float x) {
  return 1.0f / x;
}
SEGR_INLINE float squareRoot(float x) {
  return __builtin_sqrtf(x);
}
SEGR_INLINE float larger(float a, float b) {
  return __builtin_fmaxf(a, b);
}
SEGR_INLINE float bitsToFloat(uint32_t bits) {
  return copyOf<float>(&bits);
}
SEGR_INLINE uint32_t floatToBits(float x) {
  return copyOf<uint32_t>(&x);
}
SEGR_INLINE void addTo(uint32_t* counter, uint32_t n) {
  *counter += n;
}
SEGR_INLINE void addTo(uint64_t* counter, uint64_t n) {
  requireAligned(counter, 8);
  *counter += n;
}

#endif

SEGR_INLINE float loadFloat(const float* p) {
  return bitsToFloat(load4(p));
}
SEGR_INLINE int32_t loadInt(const int32_t* p) {
  return static_cast<int32_t>(load4(p));
}

/// e^x.
SEGR_INLINE float exponential(float x) {
  return exp2(x * 1.44269504088896341f);
}

SEGR_INLINE int32_t clamp(int32_t x, int32_t low, int32_t high) {
  return x < low ? low : x > high ? high : x;
}

}  // namespace segr::cuda
