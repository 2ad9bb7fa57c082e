#pragma once

// One vector type per instruction level, all with the same members, so that each kernel is written once.
//
// A kernel source is compiled once per level with SEGR_LEVEL set to scalar, avx2 or avx512 and the matching compiler flags. Everything it
// defines lives in namespace segr::cpu::SEGR_NAMESPACE, which no two sets of flags share: were two of them to share the name of an inline
// function, the linker would keep one body, perhaps the one that the machine cannot run. For the same reason kernels use no std::
// templates.
//
//   Float, Int, Mask   `lanes` floats, 32-bit integers, and one truth value per lane
//   loadFirst(p, n)    lanes 0..n-1 from p, zero in the rest; reads nothing past p[n-1]; 0 <= n <= lanes
//   loadFirst(p, n, f) the same with lane values of f in the rest
//   storeFirst(p,v,n)  lanes 0..n-1 to p; writes nothing past p[n-1]
//   loadPairs(p, n..)  splits n (x, y) pairs into their x and y lanes; zero in the rest
//   fma(a, b, c)       a * b + c
//   toInt(v)           nearest integer of lanes that fit an int
//   panelVectors, panelRows   shape of a matrix-product tile (kernels/gemm.h): as many sums as the registers hold
//   bits(m)            lane i as bit i
//   select(m, a, b)    a where m, else b
//   scale2(v, e)       v * 2^e for integral e (as Float) in [-150, 128]; some value for a NaN e

#define SEGR_TEXT_(x) #x
#define SEGR_TEXT(x) SEGR_TEXT_(x)
#define SEGR_HEADER_(x) SEGR_TEXT(x.h)

#define SEGR_INLINE inline __attribute__((always_inline))
#define SEGR_NOINLINE __attribute__((noinline))

// SEGR_LEVEL alone where the level needs no further distinction.
#if !defined(SEGR_NAMESPACE)
#define SEGR_NAMESPACE SEGR_LEVEL
#endif

#include SEGR_HEADER_(SEGR_LEVEL)
