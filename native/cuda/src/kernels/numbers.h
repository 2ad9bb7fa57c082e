#pragma once

#include "device.h"

// Element types as they lie in memory. Kernels compute in float32 whatever the type is.

namespace segr::cuda {

/// IEEE 754 binary16.
struct Half {
  uint16_t bits;
};

/// The upper half of a float32.
struct BFloat16 {
  uint16_t bits;
};

SEGR_INLINE float toFloat(float x) {
  return x;
}
SEGR_INLINE float toFloat(BFloat16 x) {
  return bitsToFloat(static_cast<uint32_t>(x.bits) << 16);
}

#if SEGR_DEVICE_CODE
SEGR_INLINE float toFloat(Half x) {
  float r;
  asm("cvt.f32.f16 %0, %1;" : "=f"(r) : "h"(x.bits));
  return r;
}

SEGR_INLINE Half toHalf(float x) {
  Half r;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(r.bits) : "f"(x));
  return r;
}
#else
SEGR_INLINE float toFloat(Half x) {
  const uint32_t sign = static_cast<uint32_t>(x.bits & 0x8000u) << 16, exponent = x.bits >> 10 & 31u, fraction = x.bits & 1023u;
  if (exponent == 31) return bitsToFloat(sign | 0x7f800000u | fraction << 13);
  if (exponent != 0) return bitsToFloat(sign | (exponent + 112) << 23 | fraction << 13);
  const float magnitude = static_cast<float>(fraction) * 0x1p-24f;  // zero and subnormal numbers
  return sign != 0 ? -magnitude : magnitude;
}

SEGR_INLINE Half toHalf(float x) {
  const uint32_t bits = floatToBits(x), sign = bits >> 16 & 0x8000u, magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return {0x7fff};                                  // NaN, as the GPU writes it
  if (magnitude >= 0x477ff000u) return {static_cast<uint16_t>(sign | 0x7c00u)};  // rounds to infinity
  if (magnitude < 0x38800000u) {                                                 // subnormal: a multiple of 2^-24
    const float scaled = bitsToFloat(magnitude) * 0x1p24f, whole = floor(scaled), rest = scaled - whole;
    auto count = static_cast<uint32_t>(whole);
    count += rest > 0.5f || (rest == 0.5f && (count & 1u) != 0) ? 1u : 0u;
    return {static_cast<uint16_t>(sign | count)};
  }
  const uint32_t rounded = magnitude - 0x38000000u + 0xfffu + (magnitude >> 13 & 1u);
  return {static_cast<uint16_t>(sign | rounded >> 13)};
}
#endif

/// Nearest, ties to even. Integer arithmetic: the instruction exists from sm_80 on only.
SEGR_INLINE BFloat16 toBFloat16(float x) {
  const uint32_t bits = floatToBits(x);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return {0x7fff};
  return {static_cast<uint16_t>((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16)};
}

/// What the kernels know of an element type.
template <typename T>
struct Element;

template <>
struct Element<float> {
  SEGR_MEMBER float load(const float* p) { return loadFloat(p); }
  SEGR_MEMBER float from(float x) { return x; }
  /// The values of a word; Elements of 16 bytes share one word.
  static constexpr int perWord = 1;
  SEGR_MEMBER void unpack(uint32_t word, float* out) { out[0] = bitsToFloat(word); }
  SEGR_MEMBER uint32_t pack(const float* in) { return floatToBits(in[0]); }
};

template <>
struct Element<Half> {
  SEGR_MEMBER float load(const Half* p) { return toFloat(Half{load2(p)}); }
  SEGR_MEMBER Half from(float x) { return toHalf(x); }
  static constexpr int perWord = 2;
  SEGR_MEMBER void unpack(uint32_t word, float* out) {
    out[0] = toFloat(Half{static_cast<uint16_t>(word)});
    out[1] = toFloat(Half{static_cast<uint16_t>(word >> 16)});
  }
  SEGR_MEMBER uint32_t pack(const float* in) { return toHalf(in[0]).bits | static_cast<uint32_t>(toHalf(in[1]).bits) << 16; }
};

template <>
struct Element<BFloat16> {
  SEGR_MEMBER float load(const BFloat16* p) { return toFloat(BFloat16{load2(p)}); }
  SEGR_MEMBER BFloat16 from(float x) { return toBFloat16(x); }
  static constexpr int perWord = 2;
  SEGR_MEMBER void unpack(uint32_t word, float* out) {
    out[0] = bitsToFloat(word << 16);
    out[1] = bitsToFloat(word & 0xffff0000u);
  }
  SEGR_MEMBER uint32_t pack(const float* in) { return toBFloat16(in[0]).bits | static_cast<uint32_t>(toBFloat16(in[1]).bits) << 16; }
};

/// `count` neighbouring values as float32: one load of 16, 8 or 4 bytes where their size is that, one value where count is 1.
template <typename T, int count>
SEGR_INLINE void loadValues(const T* p, float* out) {
  if constexpr (count == 1) {
    out[0] = Element<T>::load(p);
  } else if constexpr (count * sizeof(T) == 16) {
    const Words4 v = load16(p);
    SEGR_UNROLL
    for (int i = 0; i < 4; ++i) Element<T>::unpack(v.word[i], out + i * Element<T>::perWord);
  } else if constexpr (count * sizeof(T) == 4) {
    Element<T>::unpack(load4(p), out);
  } else {
    static_assert(count * sizeof(T) == 8);
    const Words2 v = load8(p);
    SEGR_UNROLL
    for (int i = 0; i < 2; ++i) Element<T>::unpack(v.word[i], out + i * Element<T>::perWord);
  }
}

/// The reverse.
template <typename T, int count>
SEGR_INLINE void storeValues(T* p, const float* in) {
  if constexpr (count == 1) {
    *p = Element<T>::from(in[0]);
  } else if constexpr (count * sizeof(T) == 16) {
    Words4 v;
    SEGR_UNROLL
    for (int i = 0; i < 4; ++i) v.word[i] = Element<T>::pack(in + i * Element<T>::perWord);
    store16(p, v);
  } else {
    static_assert(count * sizeof(T) == 8);
    Words2 v;
    SEGR_UNROLL
    for (int i = 0; i < 2; ++i) v.word[i] = Element<T>::pack(in + i * Element<T>::perWord);
    store8(p, v);
  }
}

}  // namespace segr::cuda
