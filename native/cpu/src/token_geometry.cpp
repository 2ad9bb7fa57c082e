#include "token_geometry.h"

namespace segr::cpu {

namespace {

constexpr const char* resizeName = "ResizeBilinear";
constexpr const char* attentionName = "MaskedAttention";

[[noreturn]] void fail(const char* op, const std::string& what) {
  throw ShapeError(std::string(op) + ": " + what);
}

}  // namespace

ChannelNorm::ChannelNorm(const char* op, const ConstantTensor& normScale, const ConstantTensor& normShift, float normEpsilon)
    : epsilon(normEpsilon) {
  requireRank(op, "scale", normScale.shape, "C");
  if (normScale.shape[0] < 1) fail(op, "scale is " + text(normScale.shape) + ", must not be empty.");
  requireShape(op, "shift", normShift.shape, normScale.shape, "C");
  scale.assign(normScale.data, normScale.data + normScale.shape[0]);
  shift.assign(normShift.data, normShift.data + normScale.shape[0]);
}

int64_t checkRows(const char* op, const Shape& x, int64_t channels) {
  if (x.empty() || x.back() != channels) fail(op, "x is " + text(x) + ", must be [..., C] with C = " + std::to_string(channels) + ".");
  return elements(op, "x", x) / channels;
}

void checkGroups(const char* op, int64_t groups, int64_t channels) {
  if (groups < 1 || channels % groups != 0) {
    fail(op, "groups is " + std::to_string(groups) + ", must divide the " + std::to_string(channels) + " channels.");
  }
}

Shape checkResize(const Shape& x, const Shape& sizeShape, const int64_t* size, const Shape* residual) {
  requireRank(resizeName, "x", x, "N H W C");
  elements(resizeName, "x", x);
  requireShape(resizeName, "size", sizeShape, {2}, "2");
  constexpr int64_t largest = 1 << 24;
  for (int64_t side : {x[1], x[2], size[0], size[1]}) {
    if (side < 1 || side > largest) {
      fail(resizeName, "x is " + text(x) + " and size " + text({size[0], size[1]}) + ": sides must be from 1 to 16777216.");
    }
  }
  Shape output{x[0], size[0], size[1], x[3]};
  elements(resizeName, "the output", output);
  if (residual != nullptr) requireShape(resizeName, "residual", *residual, output, "N H' W' C");
  return output;
}

void checkAttention(const Shape& query, const Shape& key, const Shape& value, const Shape* logits, int64_t heads) {
  const char* op = attentionName;
  requireRank(op, "query", query, "Q C");
  requireRank(op, "key", key, "T C");
  if (heads < 1 || query[1] < 1 || query[1] % heads != 0) {
    fail(op, "query is " + text(query) + ", its channels must be a multiple of num_heads = " + std::to_string(heads) + ".");
  }
  if (key[0] < 1) fail(op, "key is " + text(key) + ", must have at least one row.");
  elements(op, "query", query);
  elements(op, "key", key);
  requireShape(op, "key", key, {key[0], query[1]}, "T C");
  requireShape(op, "value", value, key, "T C");
  if (logits != nullptr) requireShape(op, "mask_logits", *logits, {key[0], query[0]}, "T Q");
}

}  // namespace segr::cpu
