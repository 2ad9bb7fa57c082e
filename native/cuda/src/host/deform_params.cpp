#include "deform_params.h"

#include <algorithm>
#include <limits>

namespace segr::cuda {

DeformAttnParams deformParams(const char* op, const cpu::DeformAttnGeometry& geometry, bool fused) {
  const auto require = [op](int64_t value, int64_t most, const char* what) {
    if (value > most) {
      throw cpu::ShapeError(std::string(op) + ": " + what + " is " + std::to_string(value) + ", at most " + std::to_string(most) +
                            " are supported on a GPU.");
    }
  };
  constexpr int64_t largestGrid = std::numeric_limits<int32_t>::max() - 1024;
  const auto levels = static_cast<int64_t>(geometry.levels.size());
  require(levels, maxDeformLevels, "the number of levels (L)");
  require(geometry.batch, 65535, "the batch (N)");
  require(geometry.heads * geometry.channels, largestGrid, "the number of channels (M * D)");
  require(geometry.queries, largestGrid / (geometry.heads * geometry.channels), "the number of queries (Lq)");

  DeformAttnParams p = {};
  p.rows = static_cast<uint32_t>(geometry.rows);
  p.queries = static_cast<uint32_t>(geometry.queries);
  p.images = static_cast<uint32_t>(geometry.batch);
  p.heads = static_cast<int32_t>(geometry.heads);
  p.channels = static_cast<int32_t>(geometry.channels);
  p.points = static_cast<int32_t>(geometry.points);
  p.levels = static_cast<int32_t>(levels);
  for (size_t l = 0; l < geometry.levels.size(); ++l) {
    p.level[l] = {geometry.levels[l].height, geometry.levels[l].width, geometry.levels[l].start};
  }
  const int64_t samples = geometry.heads * geometry.samplesPerHead();
  p.pairsRow = fused ? 3 * samples : 2 * samples;
  p.singleRow = fused ? 3 * samples : samples;
  return p;
}

}  // namespace segr::cuda
