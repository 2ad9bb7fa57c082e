#pragma once

#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels.h"

// What each operator checks before it computes: every shape against every other. Free of ONNX Runtime, so that tests reach it directly.

namespace segr::cpu {

/// One line that names the operator, the input, what was expected and what came.
class ShapeError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

using Shape = std::vector<int64_t>;

/// "[2, 3]".
std::string text(const Shape& shape);

/// Checks that `shape` has as many dimensions as `letters` ("N S M D") says.
void requireRank(const char* op, const char* input, const Shape& shape, const char* letters);

/// Checks that `shape` is `expected`; `letters` names the dimensions in the message.
void requireShape(const char* op, const char* input, const Shape& shape, const Shape& expected, const char* letters);

/// Product of the dimensions; ShapeError when one is negative or the product passes 2^60.
int64_t elements(const char* op, const char* input, const Shape& shape);

/// Sizes of one deformable attention; the checks of MSDeformAttn.
struct DeformAttnGeometry {
  int64_t batch = 0;
  int64_t rows = 0;
  int64_t queries = 0;
  int64_t heads = 0;
  int64_t channels = 0;
  int64_t points = 0;
  std::vector<Level> levels;

  Shape outputShape() const { return {batch, queries, heads * channels}; }

  /// Level data per sample; `table` is filled up to L*P.
  void fill(SampleTable& table) const;

  /// Copies the sizes into a task, with the value as it came.
  void fill(DeformAttnTask& task, const float* value) const;

  /// Tells a task where its samples are: locations and weights as MSDeformAttn gets them.
  void fillPlain(DeformAttnTask& task, const float* locations, const float* weights) const;

  /// The same for what MSDeformAttnFused gets.
  void fillFused(DeformAttnTask& task, const float* offsetsAndLogits, const float* references) const;

  /// Values of the value and of the samples after regrouping, and a task that reads them.
  int64_t splitValueSize() const { return batch * rows * heads * channels; }
  int64_t splitSamplesSize() const { return batch * queries * heads * 3 * samplesPerHead(); }
  void fillSplit(DeformAttnTask& task, const float* splitValue, const float* splitSamples) const;

  int64_t samplesPerHead() const { return static_cast<int64_t>(levels.size()) * points; }

  /// Whether regrouping by heads is worth it: its cost grows with S, its gain with the samples taken.
  bool worthSplitting() const { return heads > 1 && queries * samplesPerHead() >= rows; }

  /// `spatialShapes` and `levelStarts` hold 2 L and L values of the shapes given.
  static DeformAttnGeometry plain(const Shape& value, const Shape& spatialShapesShape, const int64_t* spatialShapes,
                                  const Shape& levelStartsShape, const int64_t* levelStarts, const Shape& locations, const Shape& weights);

  /// `references` is null where the input is left out.
  static DeformAttnGeometry fused(const Shape& value, const Shape& spatialShapesShape, const int64_t* spatialShapes,
                                  const Shape& offsetsAndLogits, const Shape* references, int64_t heads, int64_t points);
};

/// Checks DepthwiseConv7x7LayerNorm's constant inputs and returns C.
int64_t checkDepthwiseConstants(const Shape& weight, const Shape& bias, const Shape& scale, const Shape& shift);

/// Checks DepthwiseConv7x7LayerNorm's x against C.
void checkDepthwiseInput(const Shape& x, int64_t channels);

}  // namespace segr::cpu
