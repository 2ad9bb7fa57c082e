#pragma once

#include "kernel.h"

// A frame becomes the network's input in one pass: 8-bit BGR, RGB or NV12 with any pitch in; resized, normalised, padded, planar or
// interleaved, float32 or float16 out.
//
// Resizing is Pillow's bilinear (triangle) filter in its own fixed-point arithmetic, as src/Engine/Segmentation/ImagePreprocessor does it
// on the CPU: horizontally first, rounded to 8 bits, then vertically, rounded again. So it agrees to the last bit; the normalisation
// divides as the CPU does and agrees to the last bit too (float32 out). The horizontal pass is repeated for each output row that needs it,
// about twice when shrinking: that costs less than a trip of the intermediate rows through memory, and needs no second kernel.
//
// NV12 has no counterpart on the CPU path, where decoders deliver BGR. Each luma sample is converted on its own with the chroma sample of
// its 2x2 block (no chroma interpolation), limited range, 20-bit fixed point, rounded to 8 bits; then it is a picture like any other.

namespace segr::cuda {

enum class PixelLayout : int32_t { bgr, rgb, nv12Bt601, nv12Bt709 };

/// One axis of the filter, as ResampleAxis makes it: device memory.
struct ResampleTable {
  const int32_t* first;    // [output] first input sample
  const int32_t* count;    // [output] samples
  const int32_t* weights;  // [output, taps], 22 fractional bits
  int32_t taps;
};

struct PreprocessParams {
  const uint8_t* pixels;  // BGR, RGB: [height, pitch]; NV12: luma
  const uint8_t* chroma;  // NV12: [height / 2, chromaPitch] of (Cb, Cr)
  int64_t pitch;          // bytes from row to row
  int64_t chromaPitch;
  void* output;  // [3, paddedHeight, paddedWidth], or [paddedHeight, paddedWidth, 3]; R, G, B
  ResampleTable horizontal;
  ResampleTable vertical;
  PixelLayout layout;
  int32_t resizedWidth;
  int32_t resizedHeight;
  int32_t paddedWidth;
  int32_t paddedHeight;
  float mean[3];  // of R, G, B, 0 to 255
  float deviation[3];
};

/// @tparam T            type of the output
/// @tparam interleaved  NHWC rather than NCHW
template <typename T, bool interleaved>
struct Preprocess {
  using Params = PreprocessParams;
  static constexpr int phases = 1;
  static constexpr int blockThreads = 128;

  static Launch launch(const Params& p) {
    const auto pixels = static_cast<uint32_t>(p.paddedWidth) * static_cast<uint32_t>(p.paddedHeight);
    return {(pixels + blockThreads - 1) / blockThreads, 1, blockThreads, 0};
  }

  template <int>
  SEGR_MEMBER void run(const Params& p, const Place& place, float*) {
    const auto index = static_cast<int32_t>(place.index()), y = index / p.paddedWidth, x = index - y * p.paddedWidth;
    if (y >= p.paddedHeight) return;
    float out[3] = {0.0f, 0.0f, 0.0f};
    if (x < p.resizedWidth && y < p.resizedHeight) {
      int32_t colour[3];
      resample(p, x, y, colour);
      SEGR_UNROLL
      for (int c = 0; c < 3; ++c) out[c] = (static_cast<float>(colour[c]) - p.mean[c]) / p.deviation[c];
    }
    T* to = static_cast<T*>(p.output);
    const int64_t plane = static_cast<int64_t>(p.paddedWidth) * p.paddedHeight;
    SEGR_UNROLL
    for (int c = 0; c < 3; ++c) to[interleaved ? static_cast<int64_t>(index) * 3 + c : c * plane + index] = Element<T>::from(out[c]);
  }

 private:
  static constexpr int32_t precision = 22;
  static constexpr int32_t half = 1 << (precision - 1);

  /// One pixel of the resized picture: R, G, B, 0 to 255.
  SEGR_MEMBER void resample(const Params& p, int32_t x, int32_t y, int32_t* colour) {
    const int32_t firstX = loadInt(p.horizontal.first + x), countX = loadInt(p.horizontal.count + x);
    const int32_t firstY = loadInt(p.vertical.first + y), countY = loadInt(p.vertical.count + y);
    const int32_t* weightsX = p.horizontal.weights + static_cast<int64_t>(x) * p.horizontal.taps;
    const int32_t* weightsY = p.vertical.weights + static_cast<int64_t>(y) * p.vertical.taps;
    int32_t sum[3] = {half, half, half};
    for (int32_t i = 0; i < countY; ++i) {
      int32_t line[3] = {half, half, half};
      for (int32_t k = 0; k < countX; ++k) {
        int32_t pixel[3];
        loadPixel(p, firstX + k, firstY + i, pixel);
        const int32_t weight = loadInt(weightsX + k);
        SEGR_UNROLL
        for (int c = 0; c < 3; ++c) line[c] += pixel[c] * weight;
      }
      const int32_t weight = loadInt(weightsY + i);
      SEGR_UNROLL
      for (int c = 0; c < 3; ++c) sum[c] += clamp(line[c] >> precision, 0, 255) * weight;
    }
    SEGR_UNROLL
    for (int c = 0; c < 3; ++c) colour[c] = clamp(sum[c] >> precision, 0, 255);
  }

  SEGR_MEMBER void loadPixel(const Params& p, int32_t x, int32_t y, int32_t* colour) {
    const uint8_t* row = p.pixels + y * p.pitch;
    if (p.layout == PixelLayout::bgr || p.layout == PixelLayout::rgb) {
      const int32_t first = p.layout == PixelLayout::bgr ? 2 : 0;
      colour[0] = static_cast<int32_t>(load1(row + 3 * x + first));
      colour[1] = static_cast<int32_t>(load1(row + 3 * x + 1));
      colour[2] = static_cast<int32_t>(load1(row + 3 * x + 2 - first));
      return;
    }
    const uint8_t* both = p.chroma + (y / 2) * p.chromaPitch + (x / 2) * 2;
    const int32_t luma = static_cast<int32_t>(load1(row + x)) - 16;
    const int32_t cb = static_cast<int32_t>(load1(both)) - 128, cr = static_cast<int32_t>(load1(both + 1)) - 128;
    // 2^20 times: 255 / 219 for luma; for chroma 255 / 224 times the matrix of BT.601 or BT.709.
    const bool wide = p.layout == PixelLayout::nv12Bt709;
    const int32_t bright = (luma < 0 ? 0 : luma) * 1220945 + (1 << 19);
    colour[0] = clamp((bright + cr * (wide ? 1879825 : 1673555)) >> 20, 0, 255);
    colour[1] = clamp((bright - cb * (wide ? 223607 : 410793) - cr * (wide ? 558796 : 852458)) >> 20, 0, 255);
    colour[2] = clamp((bright + cb * (wide ? 2215014 : 2115221)) >> 20, 0, 255);
  }
};

}  // namespace segr::cuda
