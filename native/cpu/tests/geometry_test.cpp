#include "geometry.h"

#include <limits>

#include "check.h"
#include "cpu_level.h"

using namespace segr::cpu;
using namespace segr::cpu::test;

namespace {

constexpr int64_t huge = std::numeric_limits<int64_t>::max() / 2;

/// The shapes of a sound MSDeformAttn: N=2, S=10, M=3, D=4, L=2, P=5, Lq=7. Tests break one at a time.
struct Plain {
  Shape value{2, 10, 3, 4};
  Shape sizesShape{2, 2};
  std::vector<int64_t> sizes{2, 2, 2, 3};
  Shape startsShape{2};
  std::vector<int64_t> starts{0, 4};
  Shape locations{2, 7, 3, 2, 5, 2};
  Shape weights{2, 7, 3, 2, 5};

  DeformAttnGeometry check() const {
    return DeformAttnGeometry::plain(value, sizesShape, sizes.data(), startsShape, starts.data(), locations, weights);
  }
};

struct Fused {
  Shape value{2, 10, 12};
  Shape sizesShape{2, 2};
  std::vector<int64_t> sizes{2, 2, 2, 3};
  Shape offsets{2, 10, 90};
  int64_t heads = 3, points = 5;

  DeformAttnGeometry check(const Shape* references = nullptr) const {
    return DeformAttnGeometry::fused(value, sizesShape, sizes.data(), offsets, references, heads, points);
  }
};

/// `Case` with one change.
template <typename Case, typename Change>
Case with(Change change) {
  Case c;
  change(c);
  return c;
}

TEST("MSDeformAttn accepts sound shapes") {
  const DeformAttnGeometry g = Plain{}.check();
  REQUIRE((g.outputShape() == Shape{2, 7, 12}), "output");
  REQUIRE(g.levels[1].start == 4 && g.levels[1].height == 2 && g.levels[1].width == 3, "level");
  Plain gaps;
  gaps.value = {2, 100, 3, 4};
  gaps.starts = {94, 0};
  REQUIRE(gaps.check().levels[0].start == 94, "levels in any order, with gaps");
}

TEST("MSDeformAttn names what does not fit") {
  const auto broken = [](auto change) { return with<Plain>(change).check(); };
  REQUIRE_SHAPE_ERROR(broken([](Plain& p) { p.value = {2, 10, 12}; }), "MSDeformAttn: value is [2, 10, 12], must be [N, S, M, D].");
  REQUIRE_SHAPE_ERROR(broken([](Plain& p) { p.locations.pop_back(); }), "sampling_locations is [2, 7, 3, 2, 5], must be");
  REQUIRE_SHAPE_ERROR(broken([](Plain& p) { p.locations[0] = 1; }), "sampling_locations");
  REQUIRE_SHAPE_ERROR(broken([](Plain& p) { p.locations[2] = 4; }),
                      "sampling_locations is [2, 7, 4, 2, 5, 2], must be [N, Lq, M, L, P, 2] = [2, 7, 3, 2, 5, 2].");
  REQUIRE_SHAPE_ERROR(broken([](Plain& p) { p.locations[3] = 3; }), "sampling_locations");
  REQUIRE_SHAPE_ERROR(broken([](Plain& p) { p.locations[5] = 3; }), "sampling_locations");
  REQUIRE_SHAPE_ERROR(broken([](Plain& p) { p.weights[1] = 6; }), "attention_weights");
  REQUIRE_SHAPE_ERROR(broken([](Plain& p) { p.weights[4] = 6; }), "attention_weights");
  REQUIRE_SHAPE_ERROR(broken([](Plain& p) { p.startsShape = {3}; }), "level_start_index is [3], must be [L] = [2].");
  REQUIRE_SHAPE_ERROR(broken([](Plain& p) { p.sizesShape = {2, 3}; }), "spatial_shapes is [2, 3]");
  REQUIRE_SHAPE_ERROR(broken([](Plain& p) { p.sizesShape = {0, 2}; }), "at least one level");
  REQUIRE_SHAPE_ERROR(broken([](Plain& p) { p.sizes[1] = 0; }), "spatial_shapes[0] is 2 x 0");
  REQUIRE_SHAPE_ERROR(broken([](Plain& p) { p.sizes[0] = -2; }), "spatial_shapes[0] is -2 x 2");
  REQUIRE_SHAPE_ERROR(broken([](Plain& p) { p.sizes = {huge, huge, 1, 1}; }), "spatial_shapes[0]");
  REQUIRE_SHAPE_ERROR(broken([](Plain& p) { p.starts[1] = 5; }),
                      "level_start_index[1] = 5 puts level 1 (2 x 3) outside value, which has S = 10 rows.");
  REQUIRE_SHAPE_ERROR(broken([](Plain& p) { p.starts[0] = -1; }), "level_start_index[0] = -1");
  REQUIRE_SHAPE_ERROR(broken([](Plain& p) { p.starts[0] = std::numeric_limits<int64_t>::max(); }), "level_start_index[0]");
  REQUIRE_SHAPE_ERROR(broken([](Plain& p) { p.value = {2, 10, 0, 4}, p.locations[2] = p.weights[2] = 0; }), "heads (M) is 0");
  REQUIRE_SHAPE_ERROR(broken([](Plain& p) { p.value[3] = 0; }), "channels per head (D) is 0");
  REQUIRE_SHAPE_ERROR(broken([](Plain& p) { p.locations[4] = p.weights[4] = 513; }), "L * P = 2 * 513 samples, at most 1024");
  REQUIRE_SHAPE_ERROR(broken([](Plain& p) { p.value[3] = huge; }), "impossible shape");
  REQUIRE_SHAPE_ERROR(broken([](Plain& p) { p.value = {2, int64_t{1} << 32, 3, 4}; }), "at most 2147483647");
}

TEST("MSDeformAttnFused accepts sound shapes") {
  const DeformAttnGeometry g = Fused{}.check();
  REQUIRE((g.outputShape() == Shape{2, 10, 12}), "output");
  REQUIRE(g.channels == 4 && g.levels[1].start == 4, "geometry");
  const Shape references{4, 2};
  const Fused queries = with<Fused>([](Fused& f) { f.offsets[1] = 4; });
  REQUIRE((queries.check(&references).outputShape() == Shape{2, 4, 12}), "explicit references");
}

TEST("MSDeformAttnFused names what does not fit") {
  const auto broken = [](auto change) { return with<Fused>(change).check(); };
  REQUIRE_SHAPE_ERROR(broken([](Fused& f) { f.value = {2, 10, 3, 4}; }), "MSDeformAttnFused: value is [2, 10, 3, 4], must be [N, S, M*D].");
  REQUIRE_SHAPE_ERROR(broken([](Fused& f) { f.value[2] = 13; }), "multiple of num_heads = 3");
  REQUIRE_SHAPE_ERROR(broken([](Fused& f) { f.value[1] = 11; }), "value has S = 11 rows, but the levels of spatial_shapes have 10 pixels.");
  REQUIRE_SHAPE_ERROR(broken([](Fused& f) { f.offsets[1] = 9; }), "without reference_points Lq must be S");
  REQUIRE_SHAPE_ERROR(broken([](Fused& f) { f.offsets[2] = 91; }),
                      "offsets_and_logits is [2, 10, 91], must be [N, Lq, 3*M*L*P] = [2, 10, 90].");
  REQUIRE_SHAPE_ERROR(broken([](Fused& f) { f.offsets[0] = 1; }), "offsets_and_logits");
  REQUIRE_SHAPE_ERROR(broken([](Fused& f) { f.heads = 0; }), "num_heads is 0");
  REQUIRE_SHAPE_ERROR(broken([](Fused& f) { f.heads = -3; }), "num_heads is -3");
  REQUIRE_SHAPE_ERROR(broken([](Fused& f) { f.points = 0; }), "num_points is 0");
  REQUIRE_SHAPE_ERROR(broken([](Fused& f) { f.points = huge; }), "at most 1024");
  const Shape references{9, 2};
  REQUIRE_SHAPE_ERROR(Fused{}.check(&references), "reference_points is [9, 2], must be [Lq, 2] = [10, 2].");
}

TEST("DepthwiseConv7x7LayerNorm names what does not fit") {
  REQUIRE(checkDepthwiseConstants({5, 1, 7, 7}, {5}, {5}, {5}) == 5, "channels");
  REQUIRE_SHAPE_ERROR(checkDepthwiseConstants({5, 1, 7, 3}, {5}, {5}, {5}), "weight is [5, 1, 7, 3], must be [C, 1, 7, 7]");
  REQUIRE_SHAPE_ERROR(checkDepthwiseConstants({5, 7, 7}, {5}, {5}, {5}), "weight is [5, 7, 7]");
  REQUIRE_SHAPE_ERROR(checkDepthwiseConstants({0, 1, 7, 7}, {0}, {0}, {0}), "channels (C) is 0");
  REQUIRE_SHAPE_ERROR(checkDepthwiseConstants({5, 1, 7, 7}, {4}, {5}, {5}), "bias is [4], must be [C] = [5].");
  REQUIRE_SHAPE_ERROR(checkDepthwiseConstants({5, 1, 7, 7}, {5}, {5, 1}, {5}), "scale is [5, 1]");
  REQUIRE_SHAPE_ERROR(checkDepthwiseConstants({5, 1, 7, 7}, {5}, {5}, {6}), "shift is [6]");
  REQUIRE_SHAPE_ERROR(checkDepthwiseInput({1, 4, 4, 6}, 5), "x is [1, 4, 4, 6], must be [N, H, W, C] = [1, 4, 4, 5].");
  REQUIRE_SHAPE_ERROR(checkDepthwiseInput({1, 4, 5}, 5), "x is [1, 4, 5]");
}

TEST("SEGR_CPU_LEVEL picks a level or says what is wrong") {
  REQUIRE(chooseLevel(nullptr) == widestLevel(), "unset");
  REQUIRE(chooseLevel("") == widestLevel(), "empty");
  REQUIRE(chooseLevel("scalar") == CpuLevel::scalar, "scalar");
  std::string message;
  try {
    chooseLevel("sse9");
  } catch (const std::invalid_argument& error) {
    message = error.what();
  }
  REQUIRE(message == "SEGR_CPU_LEVEL=sse9: must be scalar, avx2 or avx512.", message);
}

}  // namespace
