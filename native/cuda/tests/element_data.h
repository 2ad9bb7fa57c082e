#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "kernels/numbers.h"

// Tensors of the kernels' element types for the tests.

namespace segr::cuda::test {

template <typename T>
T element(float x) {
  return Element<T>::from(x);
}

/// Device-like memory: aligned as a GPU's allocator aligns, shifted by `shift` elements on request, of exactly its size.
template <typename T>
class Buffer {
 public:
  explicit Buffer(size_t count, size_t shift = 0)
      : bytes_(new (std::align_val_t{256}) std::byte[(count + shift) * sizeof(T) + 1]), shift_(shift), count_(count) {
    std::memset(bytes_.get(), 0xff, (count + shift) * sizeof(T) + 1);  // NaN in every type
  }

  explicit Buffer(const std::vector<float>& values, size_t shift = 0) : Buffer(values.size(), shift) {
    for (size_t i = 0; i < values.size(); ++i) data()[i] = element<T>(values[i]);
  }

  T* data() { return reinterpret_cast<T*>(bytes_.get()) + shift_; }
  const T* data() const { return reinterpret_cast<const T*>(bytes_.get()) + shift_; }
  size_t size() const { return count_; }

  std::vector<float> floats() const {
    std::vector<float> result(count_);
    for (size_t i = 0; i < count_; ++i) result[i] = toFloat(data()[i]);
    return result;
  }

 private:
  struct Free {
    void operator()(std::byte* p) const { operator delete[](p, std::align_val_t{256}); }
  };

  std::unique_ptr<std::byte[], Free> bytes_;
  size_t shift_;
  size_t count_;
};

/// Values as the type keeps them.
template <typename T>
std::vector<float> rounded(std::vector<float> values) {
  for (float& v : values) v = toFloat(element<T>(v));
  return values;
}

/// Largest relative rounding error of a type.
template <typename T>
constexpr float epsilon = sizeof(T) == 4 ? 1e-6f : 0;
template <>
constexpr float epsilon<Half> = 0x1p-11f;
template <>
constexpr float epsilon<BFloat16> = 0x1p-8f;

}  // namespace segr::cuda::test
