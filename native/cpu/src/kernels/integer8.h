#pragma once

#include "gemm.h"

namespace segr::cpu::SEGR_NAMESPACE {

/// Four 8-bit integers per word (AVX-512 VNNI). Rows are unsigned with a scale and an offset, weights signed with a scale, each for every
/// chunk of inputs of its own: both are measured where they are used, nothing needs calibration. Sums are exact integers within a chunk
/// (512 * 255 * 127 < 2^31) and float32 over chunks. Four times float32's rate.
struct Integer8 {
  using Sum = __m512i;
  static constexpr Precision precision = Precision::int8;
  static constexpr int perWord = 4;
  static constexpr int chunk = 512;

  static SEGR_INLINE Sum zero() { return _mm512_setzero_si512(); }
  static SEGR_INLINE Sum load(const uint32_t* p) { return _mm512_loadu_si512(p); }
  static SEGR_INLINE Sum spread(const uint32_t* p) { return _mm512_set1_epi32(static_cast<int>(*p)); }
  static SEGR_INLINE Sum multiplyAdd(Sum row, Sum weight, Sum sum) {
    // As an instruction: GCC 12 spills the sums around the intrinsic.
    asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(row), "v"(weight));
    return sum;
  }
  static SEGR_INLINE Simd::Float toFloat(Sum sum) { return _mm512_cvtepi32_ps(sum); }

  static SEGR_INLINE void store(const Rows<Integer8>& rows, int64_t c, int64_t r, const float* values, int64_t n) {
    using S = Simd;
    const S::Float first = S::set(values[0]);
    S::Float low = first, high = first;
    for (int64_t k = 0; k < n; k += S::lanes) {
      const S::Float v = S::loadFirst(values + k, lanesLeft(n - k), first);
      low = S::min(low, v);
      high = S::max(high, v);
    }
    const float lowest = S::smallest(low), range = S::largest(high) - lowest;
    const S::Float inverse = S::set(range > 0 ? 255.0f / range : 0.0f), offset = S::set(lowest);
    auto* to = reinterpret_cast<uint8_t*>(rows.at(c, r));
    for (int64_t k = 0; k < n; k += S::lanes) {
      const S::Float v = S::mul(S::sub(S::loadFirst(values + k, lanesLeft(n - k), offset), offset), inverse);
      const __m128i bytes = _mm512_cvtusepi32_epi8(_mm512_cvtps_epi32(v));  // zeros after n, inside the row's padding
      __builtin_memcpy(to + k, &bytes, sizeof bytes);
    }
    rows.scale[c * rows.count + r] = range / 255.0f;
    rows.low[c * rows.count + r] = lowest;
  }

  static SEGR_INLINE void storeHidden(const Rows<Integer8>&, int64_t r, int64_t column, Simd::Float value, float* floats) {
    Simd::store(floats + r * chunk + column, value);
  }

  static SEGR_INLINE void pack(const float* row, float scale, int64_t inputs, int64_t o, int64_t padded, uint32_t* packed) {
    uint32_t* to = Panels<Integer8>::column(packed, inputs, o);
    float* scales = reinterpret_cast<float*>(packed + padded * Panels<Integer8>::wordsOf(inputs)) + o;
    float* sums = scales + padded * Panels<Integer8>::chunks(inputs);
    for (int64_t from = 0; from < inputs; from += chunk, scales += padded, sums += padded) {
      const int64_t n = least(inputs - from, chunk);
      float largest = 0;
      for (int64_t k = 0; row != nullptr && k < n; ++k)
        largest = row[from + k] > largest ? row[from + k] : -row[from + k] > largest ? -row[from + k] : largest;
      const float inverse = largest > 0 ? 127.0f / largest : 0.0f;
      int32_t sum = 0;
      for (int64_t k = 0; k < n; k += 4, to += panelWidth) {
        uint32_t word = 0;
        for (int64_t i = 0; row != nullptr && i < 4 && k + i < n; ++i) {
          const auto integer = static_cast<int32_t>(__builtin_nearbyintf(row[from + k + i] * inverse));
          sum += integer;
          word |= (static_cast<uint32_t>(integer) & 0xFFu) << (8 * i);
        }
        *to = word;
      }
      *scales = largest / 127.0f * scale;
      *sums = *scales * static_cast<float>(sum);
    }
  }

 private:
  static SEGR_INLINE int lanesLeft(int64_t n) { return n < Simd::lanes ? static_cast<int>(n) : Simd::lanes; }
};

}  // namespace segr::cpu::SEGR_NAMESPACE
