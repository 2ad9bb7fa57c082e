#pragma once

#include "kernel.h"

// Mask logits at the size at which pixels are decided: what src/Engine/Segmentation/MaskResampler makes row by row on the CPU, here for one
// pixel at a time, so that masks of the output's size exist nowhere. The order is the reference's (sem_seg_postprocess): bilinear from
// stride 4 to the padded input, crop to the picture, bilinear to the frame.

namespace segr::cuda {

enum class MaskSampling : int32_t {
  stride4,        // no resampling: the part of the logits that the picture covers
  resized,        // to the resized picture
  masksToFrame,   // to the frame; the sigmoid comes last (the reference's panoptic models, and all panoptic output)
  scoresToFrame,  // to the frame; the sigmoid comes before the last step, as finished scores are resized (the reference's semantic models)
};

/// How a picture lies in the network's input, as ImageGeometry has it; sizes in pixels.
struct MaskGeometry {
  int32_t sourceWidth, sourceHeight;
  int32_t resizedWidth, resizedHeight;
  int32_t paddedWidth, paddedHeight;
  MaskSampling sampling;

  SEGR_METHOD int32_t maskWidth() const { return paddedWidth / 4; }
  SEGR_METHOD int32_t maskHeight() const { return paddedHeight / 4; }
  SEGR_METHOD int32_t outputWidth() const {
    return sampling == MaskSampling::stride4 ? (resizedWidth + 3) / 4 : sampling == MaskSampling::resized ? resizedWidth : sourceWidth;
  }
  SEGR_METHOD int32_t outputHeight() const {
    return sampling == MaskSampling::stride4 ? (resizedHeight + 3) / 4 : sampling == MaskSampling::resized ? resizedHeight : sourceHeight;
  }
};

/// Two neighbours and how far to go from the first to the second: torch's interpolate(mode="bilinear", align_corners=False).
struct Lerp {
  int32_t low, high;
  float fraction;
};

SEGR_INLINE Lerp lerpAt(int32_t i, int32_t input, int32_t output) {
  const float scale = static_cast<float>(input) / static_cast<float>(output);
  const float position = larger(0.0f, scale * (static_cast<float>(i) + 0.5f) - 0.5f);
  const auto whole = static_cast<int32_t>(position);
  const int32_t low = whole < input - 1 ? whole : input - 1;
  return {low, low + 1 < input ? low + 1 : low, position - static_cast<float>(low)};
}

SEGR_INLINE float lerp(float a, float b, float fraction) {
  return a + (b - a) * fraction;
}

SEGR_INLINE float sigmoid(float x) {
  return reciprocal(1.0f + exponential(-x));
}

/// What belongs to a pixel of the output whatever the query: up is mask to padded input, at the two neighbours of out along each axis.
struct MaskPosition {
  Lerp outX, outY;
  Lerp upX[2], upY[2];
};

SEGR_INLINE MaskPosition maskPosition(const MaskGeometry& g, int32_t x, int32_t y) {
  MaskPosition at;
  at.outX = {x, x, 0.0f};
  at.outY = {y, y, 0.0f};
  if (g.sampling == MaskSampling::masksToFrame || g.sampling == MaskSampling::scoresToFrame) {
    at.outX = lerpAt(x, g.resizedWidth, g.sourceWidth);
    at.outY = lerpAt(y, g.resizedHeight, g.sourceHeight);
  }
  at.upX[0] = lerpAt(at.outX.low, g.maskWidth(), g.paddedWidth);
  at.upX[1] = lerpAt(at.outX.high, g.maskWidth(), g.paddedWidth);
  at.upY[0] = lerpAt(at.outY.low, g.maskHeight(), g.paddedHeight);
  at.upY[1] = lerpAt(at.outY.high, g.maskHeight(), g.paddedHeight);
  return at;
}

/// The logit at one pixel of the padded input, rows first as on the CPU.
template <typename T>
SEGR_INLINE float upsampled(const T* mask, int32_t width, const Lerp& x, const Lerp& y) {
  const T* low = mask + static_cast<int64_t>(y.low) * width;
  const T* high = mask + static_cast<int64_t>(y.high) * width;
  const float left = lerp(Element<T>::load(low + x.low), Element<T>::load(high + x.low), y.fraction);
  const float right = lerp(Element<T>::load(low + x.high), Element<T>::load(high + x.high), y.fraction);
  return left + x.fraction * (right - left);
}

/// Probability that the pixel belongs to the mask [maskHeight, maskWidth] of logits.
template <typename T>
SEGR_INLINE float maskProbability(const MaskGeometry& g, const MaskPosition& at, const T* mask) {
  const int32_t width = g.maskWidth();
  if (g.sampling == MaskSampling::stride4) return sigmoid(Element<T>::load(mask + static_cast<int64_t>(at.outY.low) * width + at.outX.low));
  float corner = upsampled(mask, width, at.upX[0], at.upY[0]);
  if (g.sampling == MaskSampling::resized) return sigmoid(corner);
  float right = upsampled(mask, width, at.upX[1], at.upY[0]);
  float below = upsampled(mask, width, at.upX[0], at.upY[1]);
  float across = upsampled(mask, width, at.upX[1], at.upY[1]);
  const bool early = g.sampling == MaskSampling::scoresToFrame;
  if (early) {
    corner = sigmoid(corner);
    right = sigmoid(right);
    below = sigmoid(below);
    across = sigmoid(across);
  }
  const float left = lerp(corner, below, at.outY.fraction);
  const float blend = left + at.outX.fraction * (lerp(right, across, at.outY.fraction) - left);
  return early ? blend : sigmoid(blend);
}

}  // namespace segr::cuda
