#pragma once

#include "dense_geometry.h"

// What LayerNorm, GroupNorm, ResizeBilinear and MaskedAttention check, and the constants they keep. Free of ONNX Runtime.

namespace segr::cpu {

/// Scale and shift of a norm, one for each channel.
struct ChannelNorm {
  std::vector<float> scale, shift;
  float epsilon = 0;

  ChannelNorm(const char* op, const ConstantTensor& normScale, const ConstantTensor& normShift, float normEpsilon);

  int64_t channels() const { return static_cast<int64_t>(scale.size()); }
};

/// Checks x [..., C] and returns the number of rows.
int64_t checkRows(const char* op, const Shape& x, int64_t channels);

/// Checks that `groups` divides the channels.
void checkGroups(const char* op, int64_t groups, int64_t channels);

/// Checks x [N, H, W, C], size [2] (height, width) and the optional residual; returns the output's shape.
Shape checkResize(const Shape& x, const Shape& sizeShape, const int64_t* size, const Shape* residual);

/// Checks query [Q, M*D], key and value [T, M*D] and the optional mask logits [T, Q].
void checkAttention(const Shape& query, const Shape& key, const Shape& value, const Shape* logits, int64_t heads);

}  // namespace segr::cpu
