#pragma once

#include <cstdint>
#include <vector>

namespace segr::cuda {

/// One axis of Pillow's bilinear resampling of 8-bit pictures (triangle filter, antialiased when shrinking) in its 22-bit fixed-point form:
/// the tables of ResampleTable, equal to those of src/Engine/Segmentation/ResampleAxis.
struct ResampleAxis {
  /// Lengths in pixels, at least 1.
  ResampleAxis(int32_t inputLength, int32_t outputLength);

  int32_t taps;                  // most input samples of an output sample
  std::vector<int32_t> first;    // [output]
  std::vector<int32_t> count;    // [output]
  std::vector<int32_t> weights;  // [output, taps]
};

}  // namespace segr::cuda
