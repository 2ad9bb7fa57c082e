#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "ort.h"

namespace segr::cpu {

/// A dimension before the model runs: a number, or a symbol (value -1; the symbol may be empty).
struct InferredDim {
  int64_t value = -1;
  std::string symbol;
};

using InferredShape = std::vector<InferredDim>;

/// An operator's view of the shapes around it while a model is loaded. Unlike Ort::ShapeInferContext it asks for the inputs it is asked
/// for, so that an optional input that is left out does not end the inference.
class ShapeInference {
 public:
  explicit ShapeInference(OrtShapeInferContext* context) : context_(context) {}

  /// Throws Ort::Exception where the shape is not known.
  InferredShape input(size_t index) const {
    OrtTensorTypeAndShapeInfo* raw = nullptr;  // belongs to the context
    Ort::ThrowOnError(Ort::GetApi().ShapeInferContext_GetInputTypeShape(context_, index, &raw));
    size_t rank = 0;
    Ort::ThrowOnError(Ort::GetApi().GetDimensionsCount(raw, &rank));
    std::vector<int64_t> values(rank);
    std::vector<const char*> symbols(rank);
    Ort::ThrowOnError(Ort::GetApi().GetDimensions(raw, values.data(), rank));
    Ort::ThrowOnError(Ort::GetApi().GetSymbolicDimensions(raw, symbols.data(), rank));
    InferredShape shape(rank);
    for (size_t i = 0; i < rank; ++i) {
      const bool symbolic = symbols[i] != nullptr && *symbols[i] != '\0';
      shape[i] = {symbolic ? -1 : values[i], symbolic ? symbols[i] : ""};
    }
    return shape;
  }

  /// Declares the only output: of this shape and the first input's type. Does nothing while a dimension is neither number nor symbol: ONNX Runtime would take
  /// the -1 that stands for it as a number.
  void setOutput(const InferredShape& shape) const {
    if (shape.empty()) return;  // taken from an input of which nothing is known; no operator has an output without axes
    for (const InferredDim& dim : shape) {
      if (dim.value < 0 && dim.symbol.empty()) return;
    }
    const OrtApi& api = Ort::GetApi();
    OrtTensorTypeAndShapeInfo* raw = nullptr;
    Ort::ThrowOnError(api.CreateTensorTypeAndShapeInfo(&raw));
    const Ort::TensorTypeAndShapeInfo info(raw);
    std::vector<int64_t> values;
    std::vector<const char*> symbols;
    for (const InferredDim& dim : shape) {
      values.push_back(dim.value);
      symbols.push_back(dim.symbol.c_str());
    }
    OrtTensorTypeAndShapeInfo* first = nullptr;  // belongs to the context
    ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    Ort::ThrowOnError(api.ShapeInferContext_GetInputTypeShape(context_, 0, &first));
    Ort::ThrowOnError(api.GetTensorElementType(first, &type));
    Ort::ThrowOnError(api.SetTensorElementType(raw, type));
    Ort::ThrowOnError(api.SetDimensions(raw, values.data(), values.size()));
    Ort::ThrowOnError(api.SetSymbolicDimensions(raw, symbols.data(), symbols.size()));
    Ort::ThrowOnError(api.ShapeInferContext_SetOutputTypeShape(context_, 0, raw));
  }

  /// An integer attribute of the node, or `otherwise` where it has none.
  int64_t attribute(const char* name, int64_t otherwise) const {
    int64_t value = otherwise;
    read(name, ORT_OP_ATTR_INT, &value, 1);
    return value;
  }

  /// Integers of the node's attribute, or `values` as they were where it has none or another number of them.
  template <size_t N>
  std::array<int64_t, N> attribute(const char* name, std::array<int64_t, N> values) const {
    std::array<int64_t, N> found{};
    return read(name, ORT_OP_ATTR_INTS, found.data(), N) ? found : values;
  }

 private:
  OrtShapeInferContext* context_;

  bool read(const char* name, OrtOpAttrType type, int64_t* values, size_t count) const {
    const OrtApi& api = Ort::GetApi();
    const OrtOpAttr* attribute = nullptr;  // belongs to the context
    size_t bytes = 0;
    return Ort::Status(api.ShapeInferContext_GetAttribute(context_, name, &attribute)).IsOK() && attribute != nullptr &&
           Ort::Status(api.ReadOpAttr(attribute, type, values, count * sizeof(int64_t), &bytes)).IsOK() && bytes == count * sizeof(int64_t);
  }
};

}  // namespace segr::cpu
