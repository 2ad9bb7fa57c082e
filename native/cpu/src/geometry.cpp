#include "geometry.h"

#include <algorithm>
#include <limits>

namespace segr::cpu {

namespace {

constexpr int64_t largestProduct = int64_t{1} << 60;
constexpr int64_t largestSide = 1 << 24;  // pixel coordinates stay exact in float32
constexpr int64_t largestRows = std::numeric_limits<int32_t>::max();

constexpr const char* plainName = "MSDeformAttn";
constexpr const char* fusedName = "MSDeformAttnFused";
constexpr const char* depthwiseName = "DepthwiseConv7x7LayerNorm";

[[noreturn]] void fail(const char* op, const std::string& what) {
  throw ShapeError(std::string(op) + ": " + what);
}

std::string number(int64_t value) {
  return std::to_string(value);
}

std::string bracketed(const char* letters) {
  std::string result = "[";
  for (const char* c = letters; *c != '\0'; ++c) result += *c == ' ' ? std::string(", ") : std::string(1, *c);
  return result + "]";
}

void requirePositive(const char* op, const char* what, int64_t value) {
  if (value < 1) fail(op, std::string(what) + " is " + number(value) + ", must be at least 1.");
}

/// Reads [L, 2] (height, width); starts are left 0.
std::vector<Level> readLevels(const char* op, const Shape& shape, const int64_t* sizes) {
  requireRank(op, "spatial_shapes", shape, "L 2");
  if (shape[1] != 2 || shape[0] < 1) fail(op, "spatial_shapes is " + text(shape) + ", must be [L, 2] with at least one level.");
  std::vector<Level> levels(static_cast<size_t>(shape[0]));
  for (size_t l = 0; l < levels.size(); ++l) {
    const int64_t height = sizes[2 * l], width = sizes[2 * l + 1];
    if (height < 1 || width < 1 || height > largestSide || width > largestSide || height * width > largestRows) {
      fail(op, "spatial_shapes[" + std::to_string(l) + "] is " + number(height) + " x " + number(width) +
                   ", must be at least 1 x 1 and below 2^31 pixels.");
    }
    levels[l] = {static_cast<int32_t>(height), static_cast<int32_t>(width), 0};
  }
  return levels;
}

int64_t area(const Level& level) {
  return static_cast<int64_t>(level.height) * level.width;
}

void checkSizes(const char* op, const DeformAttnGeometry& g) {
  requirePositive(op, "the number of heads (M)", g.heads);
  requirePositive(op, "the number of channels per head (D)", g.channels);
  requirePositive(op, "the number of points (P)", g.points);
  if (g.rows > largestRows) fail(op, "value has S = " + number(g.rows) + " rows, at most " + number(largestRows) + " are supported.");
  const int64_t levels = static_cast<int64_t>(g.levels.size());
  if (g.points > maxSamplesPerHead / levels) {
    fail(op, "a head has L * P = " + number(levels) + " * " + number(g.points) + " samples, at most " + number(maxSamplesPerHead) +
                 " are supported.");
  }
}

}  // namespace

std::string text(const Shape& shape) {
  std::string result = "[";
  for (size_t i = 0; i < shape.size(); ++i) result += (i == 0 ? "" : ", ") + number(shape[i]);
  return result + "]";
}

void requireRank(const char* op, const char* input, const Shape& shape, const char* letters) {
  const std::string dims = letters;
  const auto rank = static_cast<size_t>(std::count(dims.begin(), dims.end(), ' ')) + 1;
  if (shape.size() != rank) fail(op, std::string(input) + " is " + text(shape) + ", must be " + bracketed(letters) + ".");
}

void requireShape(const char* op, const char* input, const Shape& shape, const Shape& expected, const char* letters) {
  if (shape != expected) {
    fail(op, std::string(input) + " is " + text(shape) + ", must be " + bracketed(letters) + " = " + text(expected) + ".");
  }
}

int64_t elements(const char* op, const char* input, const Shape& shape) {
  int64_t product = 1;
  for (int64_t size : shape) {
    if (size < 0 || (size > 0 && product > largestProduct / size))
      fail(op, std::string(input) + " has an impossible shape " + text(shape) + ".");
    product *= size;
  }
  return product;
}

void DeformAttnGeometry::fill(SampleTable& table) const {
  table.count = 0;
  for (const Level& level : levels) {
    for (int64_t p = 0; p < points; ++p, ++table.count) {
      table.width[table.count] = static_cast<float>(level.width);
      table.height[table.count] = static_cast<float>(level.height);
      table.start[table.count] = level.start;
    }
  }
}

void DeformAttnGeometry::fill(DeformAttnTask& task, const float* value) const {
  task.rows = rows;
  task.queries = queries;
  task.heads = heads;
  task.channels = channels;
  task.levels = levels.data();
  task.value = {value, rows * heads * channels, channels, heads * channels};
}

void DeformAttnGeometry::fillPlain(DeformAttnTask& task, const float* locations, const float* weights) const {
  const int64_t samples = samplesPerHead(), perQuery = heads * samples;
  task.pairs = {locations, queries * 2 * perQuery, 2 * samples, 2 * perQuery};
  task.single = {weights, queries * perQuery, samples, perQuery};
}

void DeformAttnGeometry::fillFused(DeformAttnTask& task, const float* offsetsAndLogits, const float* references) const {
  const int64_t samples = samplesPerHead(), perQuery = 3 * heads * samples;
  task.pairs = {offsetsAndLogits, queries * perQuery, 2 * samples, perQuery};
  task.single = {offsetsAndLogits + 2 * heads * samples, queries * perQuery, samples, perQuery};
  task.references = references;
}

void DeformAttnGeometry::fillSplit(DeformAttnTask& task, const float* splitValue, const float* splitSamples) const {
  const int64_t samples = samplesPerHead();
  task.value = {splitValue, heads * rows * channels, rows * channels, channels};
  task.pairs = {splitSamples, heads * queries * 3 * samples, queries * 3 * samples, 3 * samples};
  task.single = task.pairs;
  task.single.data += 2 * samples;
}

DeformAttnGeometry DeformAttnGeometry::plain(const Shape& value, const Shape& spatialShapesShape, const int64_t* spatialShapes,
                                             const Shape& levelStartsShape, const int64_t* levelStarts, const Shape& locations,
                                             const Shape& weights) {
  const char* op = plainName;
  requireRank(op, "value", value, "N S M D");
  requireRank(op, "sampling_locations", locations, "N Lq M L P 2");
  DeformAttnGeometry g;
  g.batch = value[0];
  g.rows = value[1];
  g.heads = value[2];
  g.channels = value[3];
  g.queries = locations[1];
  g.points = locations[4];
  g.levels = readLevels(op, spatialShapesShape, spatialShapes);
  const auto levelCount = static_cast<int64_t>(g.levels.size());
  requireShape(op, "level_start_index", levelStartsShape, {levelCount}, "L");
  requireShape(op, "sampling_locations", locations, {g.batch, g.queries, g.heads, levelCount, g.points, 2}, "N Lq M L P 2");
  requireShape(op, "attention_weights", weights, {g.batch, g.queries, g.heads, levelCount, g.points}, "N Lq M L P");
  elements(op, "value", value);
  elements(op, "sampling_locations", locations);
  elements(op, "the output", {g.batch, g.queries, g.heads, g.channels});
  checkSizes(op, g);
  for (size_t l = 0; l < g.levels.size(); ++l) {
    Level& level = g.levels[l];
    if (levelStarts[l] < 0 || levelStarts[l] > g.rows - area(level)) {
      fail(op, "level_start_index[" + std::to_string(l) + "] = " + number(levelStarts[l]) + " puts level " + std::to_string(l) + " (" +
                   number(level.height) + " x " + number(level.width) + ") outside value, which has S = " + number(g.rows) + " rows.");
    }
    level.start = static_cast<int32_t>(levelStarts[l]);
  }
  return g;
}

DeformAttnGeometry DeformAttnGeometry::fused(const Shape& value, const Shape& spatialShapesShape, const int64_t* spatialShapes,
                                             const Shape& offsetsAndLogits, const Shape* references, int64_t heads, int64_t points) {
  const char* op = fusedName;
  requireRank(op, "value", value, "N S M*D");
  requireRank(op, "offsets_and_logits", offsetsAndLogits, "N Lq 3*M*L*P");
  requirePositive(op, "num_heads", heads);
  requirePositive(op, "num_points", points);
  if (value[2] % heads != 0)
    fail(op, "value is " + text(value) + ", its last dimension must be a multiple of num_heads = " + number(heads) + ".");
  DeformAttnGeometry g;
  g.batch = value[0];
  g.rows = value[1];
  g.heads = heads;
  g.channels = value[2] / heads;
  g.queries = offsetsAndLogits[1];
  g.points = points;
  g.levels = readLevels(op, spatialShapesShape, spatialShapes);
  checkSizes(op, g);
  const int64_t samples = static_cast<int64_t>(g.levels.size()) * points;
  const int64_t perQuery = 3 * elements(op, "offsets_and_logits", {heads, samples});
  requireShape(op, "offsets_and_logits", offsetsAndLogits, {g.batch, g.queries, perQuery}, "N Lq 3*M*L*P");
  elements(op, "value", value);
  elements(op, "offsets_and_logits", offsetsAndLogits);
  elements(op, "the output", {g.batch, g.queries, g.heads, g.channels});

  int64_t pixels = 0;
  for (Level& level : g.levels) {
    if (pixels > largestRows) break;
    level.start = static_cast<int32_t>(pixels);
    pixels += area(level);
  }
  if (pixels != g.rows)
    fail(op, "value has S = " + number(g.rows) + " rows, but the levels of spatial_shapes have " + number(pixels) + " pixels.");
  if (references != nullptr) {
    requireShape(op, "reference_points", *references, {g.queries, 2}, "Lq 2");
  } else if (g.queries != g.rows) {
    fail(op, "without reference_points Lq must be S, but offsets_and_logits has Lq = " + number(g.queries) +
                 " and value S = " + number(g.rows) + ".");
  }
  return g;
}

int64_t checkDepthwiseConstants(const Shape& weight, const Shape& bias, const Shape& scale, const Shape& shift) {
  const char* op = depthwiseName;
  requireRank(op, "weight", weight, "C 1 7 7");
  const int64_t channels = weight[0];
  requirePositive(op, "the number of channels (C)", channels);
  requireShape(op, "weight", weight, {channels, 1, 7, 7}, "C 1 7 7");
  requireShape(op, "bias", bias, {channels}, "C");
  requireShape(op, "scale", scale, {channels}, "C");
  requireShape(op, "shift", shift, {channels}, "C");
  elements(op, "weight", weight);
  return channels;
}

void checkDepthwiseInput(const Shape& x, int64_t channels) {
  const char* op = depthwiseName;
  requireRank(op, "x", x, "N H W C");
  requireShape(op, "x", x, {x[0], x[1], x[2], channels}, "N H W C");
  elements(op, "x", x);
}

}  // namespace segr::cpu
