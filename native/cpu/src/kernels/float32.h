#pragma once

#include "gemm.h"

namespace segr::cpu::SEGR_NAMESPACE {

/// One float32 per word: the exact product.
struct Float32 {
  using Sum = Simd::Float;
  static constexpr Precision precision = Precision::fp32;
  static constexpr int perWord = 1;
  static constexpr int chunk = 256;

  static SEGR_INLINE Sum zero() { return Simd::zero(); }
  static SEGR_INLINE Sum load(const uint32_t* p) { return Simd::load(reinterpret_cast<const float*>(p)); }
  static SEGR_INLINE Sum spread(const uint32_t* p) { return Simd::set(*reinterpret_cast<const float*>(p)); }
  static SEGR_INLINE Sum multiplyAdd(Sum row, Sum weight, Sum sum) { return Simd::fma(row, weight, sum); }

  static SEGR_INLINE void store(const Rows<Float32>& rows, int64_t c, int64_t r, const float* values, int64_t n) {
    __builtin_memcpy(rows.at(c, r), values, static_cast<size_t>(n) * sizeof(float));
  }

  static SEGR_INLINE void storeHidden(const Rows<Float32>& rows, int64_t r, int64_t column, Simd::Float value, float*) {
    Simd::store(reinterpret_cast<float*>(rows.at(0, r)) + column, value);
  }

  static SEGR_INLINE void pack(const float* row, float scale, int64_t inputs, int64_t o, int64_t, uint32_t* packed) {
    uint32_t* to = Panels<Float32>::column(packed, inputs, o);
    for (int64_t k = 0; k < inputs; ++k, to += panelWidth) {
      const float weight = row != nullptr ? row[k] * scale : 0.0f;
      __builtin_memcpy(to, &weight, sizeof weight);
    }
  }
};

}  // namespace segr::cpu::SEGR_NAMESPACE
