#pragma once

#include <immintrin.h>

#include <cstdint>

namespace segr::cpu::SEGR_NAMESPACE {

/// Sixteen lanes of AVX-512 (F, BW, DQ, VL).
struct Simd {
  using Float = __m512;
  using Int = __m512i;
  using Mask = __mmask16;
  static constexpr int lanes = 16;
  static constexpr int panelVectors = 4;
  static constexpr int panelRows = 6;

  static SEGR_INLINE Float zero() { return _mm512_setzero_ps(); }
  static SEGR_INLINE Float set(float value) { return _mm512_set1_ps(value); }
  static SEGR_INLINE Float load(const float* p) { return _mm512_loadu_ps(p); }
  static SEGR_INLINE Int load(const int32_t* p) { return _mm512_loadu_si512(p); }
  static SEGR_INLINE Float loadFirst(const float* p, int n) { return _mm512_maskz_loadu_ps(first(n), p); }
  static SEGR_INLINE Float loadFirst(const float* p, int n, Float rest) { return _mm512_mask_loadu_ps(rest, first(n), p); }
  static SEGR_INLINE Int loadFirst(const int32_t* p, int n) { return _mm512_maskz_loadu_epi32(first(n), p); }
  static SEGR_INLINE void loadPairs(const float* p, int n, Float& x, Float& y) {
    const int low = n < 8 ? n : 8;
    const Float a = loadFirst(p, 2 * low);
    const Float b = loadFirst(p + 16, 2 * n - 2 * low);
    const Int even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    x = _mm512_permutex2var_ps(a, even, b);
    y = _mm512_permutex2var_ps(a, _mm512_add_epi32(even, _mm512_set1_epi32(1)), b);
  }
  static SEGR_INLINE void store(float* p, Float v) { _mm512_storeu_ps(p, v); }
  static SEGR_INLINE void store(int32_t* p, Int v) { _mm512_storeu_si512(p, v); }
  static SEGR_INLINE void storeFirst(float* p, Float v, int n) { _mm512_mask_storeu_ps(p, first(n), v); }

  static SEGR_INLINE Float add(Float a, Float b) { return _mm512_add_ps(a, b); }
  static SEGR_INLINE Float sub(Float a, Float b) { return _mm512_sub_ps(a, b); }
  static SEGR_INLINE Float mul(Float a, Float b) { return _mm512_mul_ps(a, b); }
  static SEGR_INLINE Float fma(Float a, Float b, Float c) { return _mm512_fmadd_ps(a, b, c); }
  static SEGR_INLINE Float max(Float a, Float b) { return _mm512_max_ps(a, b); }
  static SEGR_INLINE Float min(Float a, Float b) { return _mm512_min_ps(a, b); }
  static SEGR_INLINE Float floor(Float v) { return _mm512_roundscale_ps(v, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC); }
  static SEGR_INLINE Float round(Float v) { return _mm512_roundscale_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
  static SEGR_INLINE Float scale2(Float v, Float e) { return _mm512_scalef_ps(v, e); }
  static SEGR_INLINE float sum(Float v) { return _mm512_reduce_add_ps(v); }
  static SEGR_INLINE float largest(Float v) { return _mm512_reduce_max_ps(v); }
  static SEGR_INLINE float smallest(Float v) { return _mm512_reduce_min_ps(v); }

  static SEGR_INLINE Int toInt(Float v) { return _mm512_cvtps_epi32(v); }
  static SEGR_INLINE Int add(Int a, Int b) { return _mm512_add_epi32(a, b); }
  static SEGR_INLINE Int mul(Int a, Int b) { return _mm512_mullo_epi32(a, b); }

  static SEGR_INLINE Mask less(Float a, Float b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
  static SEGR_INLINE Mask both(Mask a, Mask b) { return static_cast<Mask>(a & b); }
  static SEGR_INLINE Float select(Mask m, Float a, Float b) { return _mm512_mask_blend_ps(m, b, a); }
  static SEGR_INLINE uint32_t bits(Mask m) { return m; }

 private:
  static SEGR_INLINE Mask first(int n) { return static_cast<Mask>((1u << n) - 1u); }
};

}  // namespace segr::cpu::SEGR_NAMESPACE
