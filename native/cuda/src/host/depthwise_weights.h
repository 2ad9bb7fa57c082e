#pragma once

#include <cstdint>
#include <vector>

#include "kernels/depthwise_norm.h"

namespace segr::cuda {

/// A depthwise layer's weights as the kernel wants them: [C, 1, 7, 7] becomes [7, 7, C'], the bias [C'], with zeros after C.
struct DepthwiseWeights {
  DepthwiseWeights(const float* checkpointWeight, const float* checkpointBias, int64_t channels) {
    const auto padded = static_cast<size_t>(depthwisePadded(static_cast<int32_t>(channels)));
    weight.resize(49 * padded);
    bias.assign(checkpointBias, checkpointBias + channels);
    bias.resize(padded);
    for (size_t c = 0; c < static_cast<size_t>(channels); ++c) {
      for (size_t k = 0; k < 49; ++k) weight[k * padded + c] = checkpointWeight[c * 49 + k];
    }
  }

  std::vector<float> weight;
  std::vector<float> bias;
};

}  // namespace segr::cuda
