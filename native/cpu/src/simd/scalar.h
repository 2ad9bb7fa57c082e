#pragma once

#include <cmath>
#include <cstdint>

namespace segr::cpu::SEGR_NAMESPACE {

/// One lane: the plain C++ that the wide levels must agree with.
struct Simd {
  using Float = float;
  using Int = int32_t;
  using Mask = bool;
  static constexpr int lanes = 1;
  static constexpr int panelVectors = 8;
  static constexpr int panelRows = 4;

  static SEGR_INLINE Float zero() { return 0.0f; }
  static SEGR_INLINE Float set(float value) { return value; }
  static SEGR_INLINE Float load(const float* p) { return *p; }
  static SEGR_INLINE Int load(const int32_t* p) { return *p; }
  static SEGR_INLINE Float loadFirst(const float* p, int n) { return n > 0 ? *p : 0.0f; }
  static SEGR_INLINE Float loadFirst(const float* p, int n, Float rest) { return n > 0 ? *p : rest; }
  static SEGR_INLINE Int loadFirst(const int32_t* p, int n) { return n > 0 ? *p : 0; }
  static SEGR_INLINE void loadPairs(const float* p, int n, Float& x, Float& y) {
    x = n > 0 ? p[0] : 0.0f;
    y = n > 0 ? p[1] : 0.0f;
  }
  static SEGR_INLINE void store(float* p, Float v) { *p = v; }
  static SEGR_INLINE void store(int32_t* p, Int v) { *p = v; }
  static SEGR_INLINE void storeFirst(float* p, Float v, int n) {
    if (n > 0) *p = v;
  }

  static SEGR_INLINE Float add(Float a, Float b) { return a + b; }
  static SEGR_INLINE Float sub(Float a, Float b) { return a - b; }
  static SEGR_INLINE Float mul(Float a, Float b) { return a * b; }
  static SEGR_INLINE Float fma(Float a, Float b, Float c) { return a * b + c; }
  static SEGR_INLINE Float max(Float a, Float b) { return a > b ? a : b; }
  static SEGR_INLINE Float min(Float a, Float b) { return a < b ? a : b; }
  static SEGR_INLINE Float floor(Float v) { return floorf(v); }
  static SEGR_INLINE Float round(Float v) { return nearbyintf(v); }
  static SEGR_INLINE Float scale2(Float v, Float e) { return ldexpf(v, e == e ? static_cast<int>(e) : 0); }
  static SEGR_INLINE float sum(Float v) { return v; }
  static SEGR_INLINE float largest(Float v) { return v; }
  static SEGR_INLINE float smallest(Float v) { return v; }

  static SEGR_INLINE Int toInt(Float v) { return static_cast<Int>(v); }
  static SEGR_INLINE Int add(Int a, Int b) { return a + b; }
  static SEGR_INLINE Int mul(Int a, Int b) { return a * b; }

  static SEGR_INLINE Mask less(Float a, Float b) { return a < b; }
  static SEGR_INLINE Mask both(Mask a, Mask b) { return a && b; }
  static SEGR_INLINE Float select(Mask m, Float a, Float b) { return m ? a : b; }
  static SEGR_INLINE uint32_t bits(Mask m) { return m ? 1u : 0u; }
};

}  // namespace segr::cpu::SEGR_NAMESPACE
