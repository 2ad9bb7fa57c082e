#include "resample_axis.h"

#include <algorithm>
#include <cmath>

namespace segr::cuda {

ResampleAxis::ResampleAxis(int32_t inputLength, int32_t outputLength) {
  constexpr double one = 1 << 22;
  const double scale = inputLength / static_cast<double>(outputLength), support = std::max(scale, 1.0);
  taps = static_cast<int32_t>(std::ceil(support)) * 2 + 1;
  first.reserve(static_cast<size_t>(outputLength));
  count.reserve(static_cast<size_t>(outputLength));
  weights.resize(static_cast<size_t>(outputLength) * static_cast<size_t>(taps));
  std::vector<double> shares(static_cast<size_t>(taps));
  for (int32_t i = 0; i < outputLength; ++i) {
    const double centre = (i + 0.5) * scale;
    const int32_t begin = std::max(0, static_cast<int32_t>(centre - support + 0.5));
    const int32_t end = std::min(inputLength, static_cast<int32_t>(centre + support + 0.5));
    double sum = 0;
    for (int32_t x = begin; x < end; ++x) {
      const double share = std::max(0.0, 1.0 - std::abs((x - centre + 0.5) / support));
      shares[static_cast<size_t>(x - begin)] = share;
      sum += share;
    }
    first.push_back(begin);
    count.push_back(end - begin);
    int32_t* to = weights.data() + static_cast<int64_t>(i) * taps;
    for (int32_t k = 0; k < end - begin; ++k) to[k] = static_cast<int32_t>(shares[static_cast<size_t>(k)] / sum * one + 0.5);
  }
}

}  // namespace segr::cuda
