#pragma once

#include "gemm.h"

namespace segr::cpu::SEGR_NAMESPACE {

/// Two bfloat16 per word (AVX-512 BF16): operands rounded to 8 significant bits, products and sums in float32. Twice float32's rate.
struct BFloat16 {
  using Sum = __m512;
  static constexpr Precision precision = Precision::bf16;
  static constexpr int perWord = 2;
  static constexpr int chunk = 512;

  static SEGR_INLINE Sum zero() { return _mm512_setzero_ps(); }
  static SEGR_INLINE Sum load(const uint32_t* p) { return _mm512_loadu_ps(p); }
  static SEGR_INLINE Sum spread(const uint32_t* p) { return _mm512_castsi512_ps(_mm512_set1_epi32(static_cast<int>(*p))); }
  static SEGR_INLINE Sum multiplyAdd(Sum row, Sum weight, Sum sum) {
    // As an instruction: GCC 12 spills the sums around the intrinsic.
    asm("vdpbf16ps %2, %1, %0" : "+v"(sum) : "v"(row), "v"(weight));
    return sum;
  }

  static SEGR_INLINE void store(const Rows<BFloat16>& rows, int64_t c, int64_t r, const float* values, int64_t n) {
    auto* to = reinterpret_cast<uint16_t*>(rows.at(c, r));
    for (int64_t k = 0; k < n; k += Simd::lanes) {
      const int rest = n - k < Simd::lanes ? static_cast<int>(n - k) : Simd::lanes;
      storeVector(to + k, Simd::loadFirst(values + k, rest));  // zeros after n, inside the row's padding
    }
  }

  static SEGR_INLINE void storeHidden(const Rows<BFloat16>& rows, int64_t r, int64_t column, Simd::Float value, float*) {
    storeVector(reinterpret_cast<uint16_t*>(rows.at(0, r)) + column, value);
  }

  static SEGR_INLINE void pack(const float* row, float scale, int64_t inputs, int64_t o, int64_t, uint32_t* packed) {
    uint32_t* to = Panels<BFloat16>::column(packed, inputs, o);
    for (int64_t k = 0; k < inputs; k += 2, to += panelWidth) {
      *to = row == nullptr ? 0 : rounded(row[k] * scale) | (k + 1 < inputs ? rounded(row[k + 1] * scale) << 16 : 0);
    }
  }

 private:
  static SEGR_INLINE void storeVector(uint16_t* to, __m512 values) {
    const __m256bh narrow = _mm512_cvtneps_pbh(values);
    __builtin_memcpy(to, &narrow, sizeof narrow);
  }

  /// To the nearest bfloat16, ties to even.
  static SEGR_INLINE uint32_t rounded(float value) {
    uint32_t bits;
    __builtin_memcpy(&bits, &value, sizeof bits);
    if ((bits & 0x7FFFFFFFu) > 0x7F800000u) return bits >> 16 | 0x40u;  // NaN stays NaN
    return (bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16;
  }
};

}  // namespace segr::cpu::SEGR_NAMESPACE
