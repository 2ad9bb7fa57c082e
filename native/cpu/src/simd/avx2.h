#pragma once

#include <immintrin.h>

#include <cstdint>

namespace segr::cpu::SEGR_NAMESPACE {

/// Eight lanes of AVX2 with fused multiply-add. Partial loads and stores go through a lane mask, which never touches masked memory.
struct Simd {
  using Float = __m256;
  using Int = __m256i;
  using Mask = __m256;
  static constexpr int lanes = 8;
  static constexpr int panelVectors = 2;
  static constexpr int panelRows = 6;

  static SEGR_INLINE Float zero() { return _mm256_setzero_ps(); }
  static SEGR_INLINE Float set(float value) { return _mm256_set1_ps(value); }
  static SEGR_INLINE Float load(const float* p) { return _mm256_loadu_ps(p); }
  static SEGR_INLINE Int load(const int32_t* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }
  static SEGR_INLINE Float loadFirst(const float* p, int n) { return _mm256_maskload_ps(p, first(n)); }
  static SEGR_INLINE Float loadFirst(const float* p, int n, Float rest) {
    return _mm256_blendv_ps(rest, loadFirst(p, n), _mm256_castsi256_ps(first(n)));
  }
  static SEGR_INLINE Int loadFirst(const int32_t* p, int n) { return _mm256_maskload_epi32(p, first(n)); }
  static SEGR_INLINE void loadPairs(const float* p, int n, Float& x, Float& y) {
    const int low = n < 4 ? n : 4;
    const Float a = loadFirst(p, 2 * low);               // x0 y0 x1 y1 | x2 y2 x3 y3
    const Float b = loadFirst(p + 8, 2 * n - 2 * low);   // x4 y4 x5 y5 | x6 y6 x7 y7
    const Float c = _mm256_permute2f128_ps(a, b, 0x20);  // x0 y0 x1 y1 | x4 y4 x5 y5
    const Float d = _mm256_permute2f128_ps(a, b, 0x31);  // x2 y2 x3 y3 | x6 y6 x7 y7
    x = _mm256_shuffle_ps(c, d, 0x88);
    y = _mm256_shuffle_ps(c, d, 0xDD);
  }
  static SEGR_INLINE void store(float* p, Float v) { _mm256_storeu_ps(p, v); }
  static SEGR_INLINE void store(int32_t* p, Int v) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v); }
  static SEGR_INLINE void storeFirst(float* p, Float v, int n) { _mm256_maskstore_ps(p, first(n), v); }

  static SEGR_INLINE Float add(Float a, Float b) { return _mm256_add_ps(a, b); }
  static SEGR_INLINE Float sub(Float a, Float b) { return _mm256_sub_ps(a, b); }
  static SEGR_INLINE Float mul(Float a, Float b) { return _mm256_mul_ps(a, b); }
  static SEGR_INLINE Float fma(Float a, Float b, Float c) { return _mm256_fmadd_ps(a, b, c); }
  static SEGR_INLINE Float max(Float a, Float b) { return _mm256_max_ps(a, b); }
  static SEGR_INLINE Float min(Float a, Float b) { return _mm256_min_ps(a, b); }
  static SEGR_INLINE Float floor(Float v) { return _mm256_floor_ps(v); }
  static SEGR_INLINE Float round(Float v) { return _mm256_round_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
  static SEGR_INLINE Float scale2(Float v, Float e) {
    // In two halves, because 2^-150 is not a normal number and 2^(e/2) is.
    const Int whole = _mm256_cvtps_epi32(e);
    const Int half = _mm256_srai_epi32(whole, 1);
    return mul(mul(v, power2(half)), power2(_mm256_sub_epi32(whole, half)));
  }
  static SEGR_INLINE float sum(Float v) {
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
  }
  static SEGR_INLINE float largest(Float v) {
    const __m128 four = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
  }
  static SEGR_INLINE float smallest(Float v) { return -largest(sub(zero(), v)); }

  static SEGR_INLINE Int toInt(Float v) { return _mm256_cvtps_epi32(v); }
  static SEGR_INLINE Int add(Int a, Int b) { return _mm256_add_epi32(a, b); }
  static SEGR_INLINE Int mul(Int a, Int b) { return _mm256_mullo_epi32(a, b); }

  static SEGR_INLINE Mask less(Float a, Float b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
  static SEGR_INLINE Mask both(Mask a, Mask b) { return _mm256_and_ps(a, b); }
  static SEGR_INLINE Float select(Mask m, Float a, Float b) { return _mm256_blendv_ps(b, a, m); }
  static SEGR_INLINE uint32_t bits(Mask m) { return static_cast<uint32_t>(_mm256_movemask_ps(m)); }

 private:
  static SEGR_INLINE Int first(int n) { return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)); }
  static SEGR_INLINE Float power2(Int e) { return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(e, _mm256_set1_epi32(127)), 23)); }
};

}  // namespace segr::cpu::SEGR_NAMESPACE
