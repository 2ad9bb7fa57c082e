#pragma once

// Builds a small ONNX model in memory and makes a session of it. Writes the few protobuf messages itself: ONNX Runtime's model editor API
// knows no custom operators. Shared by the operator tests that go through ONNX Runtime and by the micro-benchmarks (bench/native).

#define ORT_API_MANUAL_INIT
#include <onnxruntime_cxx_api.h>
#undef ORT_API_MANUAL_INIT

#include <dlfcn.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace segr::ort {

/// Loads ONNX Runtime from a path. Must come before anything else of ONNX Runtime. Linking to it instead would fix the file's name.
inline void load(const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_NOW);
  if (library == nullptr) throw std::runtime_error(std::string("cannot load ONNX Runtime: ") + dlerror());
  const auto getBase = reinterpret_cast<const OrtApiBase* (*)()>(dlsym(library, "OrtGetApiBase"));
  if (getBase == nullptr) throw std::runtime_error(path + " is not ONNX Runtime");
  const OrtApi* api = getBase()->GetApi(ORT_API_VERSION);
  if (api == nullptr) throw std::runtime_error(path + " is ONNX Runtime " + getBase()->GetVersionString() + ", older than the headers");
  Ort::InitApi(api);
}

using Shape = std::vector<int64_t>;

inline int64_t count(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
}

template <typename T>
constexpr ONNXTensorElementDataType elementType() {
  return Ort::TypeToTensorType<T>::type;
}

/// A named tensor that owns its data.
template <typename T>
struct Tensor {
  std::string name;
  Shape shape;
  std::vector<T> data;

  Tensor(std::string tensorName, Shape tensorShape, T fill = {})
      : name(std::move(tensorName)), shape(std::move(tensorShape)), data(static_cast<size_t>(count(shape)), fill) {}

  Ort::Value view() {
    static const Ort::MemoryInfo cpu = Ort::MemoryInfo::CreateCpu(OrtDeviceAllocator, OrtMemTypeDefault);
    return Ort::Value::CreateTensor<T>(cpu, data.data(), data.size(), shape.data(), shape.size());
  }
};

/// Protobuf wire format: just what an ONNX model needs.
class Message {
 public:
  Message& integer(int field, int64_t value) {
    varint(static_cast<uint64_t>(field) << 3);
    varint(static_cast<uint64_t>(value));
    return *this;
  }

  Message& real(int field, float value) {
    varint(static_cast<uint64_t>(field) << 3 | 5);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }

  Message& bytes(int field, std::string_view value) {
    varint(static_cast<uint64_t>(field) << 3 | 2);
    varint(value.size());
    bytes_.append(value);
    return *this;
  }

  Message& message(int field, const Message& value) { return bytes(field, value.bytes_); }

  const std::string& text() const { return bytes_; }

 private:
  void varint(uint64_t value) {
    for (; value >= 128; value >>= 7) bytes_.push_back(static_cast<char>(value | 128));
    bytes_.push_back(static_cast<char>(value));
  }

  std::string bytes_;
};

// AttributeProto: name 1, f 2, i 3, s 4, ints 8, type 20 (FLOAT 1, INT 2, STRING 3, INTS 7).

inline Message attribute(const std::string& name, int64_t value) {
  return Message().bytes(1, name).integer(3, value).integer(20, 2);
}

inline Message attribute(const std::string& name, float value) {
  return Message().bytes(1, name).real(2, value).integer(20, 1);
}

inline Message attribute(const std::string& name, const char* value) {
  return Message().bytes(1, name).bytes(4, value).integer(20, 3);
}

inline Message attribute(const std::string& name, const Shape& values) {
  Message result;
  result.bytes(1, name).integer(20, 7);
  for (int64_t value : values) result.integer(8, value);
  return result;
}

/// Collects nodes, inputs, initializers and outputs, then turns them into a session. A dimension of -1 is dynamic.
class ModelBuilder {
 public:
  template <typename T>
  ModelBuilder& input(const std::string& name, const Shape& shape) {
    graph_.message(11, valueInfo(name, elementType<T>(), shape));
    return *this;
  }

  template <typename T>
  ModelBuilder& output(const std::string& name, const Shape& shape) {
    graph_.message(12, valueInfo(name, elementType<T>(), shape));
    return *this;
  }

  template <typename T>
  ModelBuilder& constant(const std::string& name, const Shape& shape, const std::vector<T>& data) {
    if (static_cast<int64_t>(data.size()) != count(shape)) throw std::invalid_argument(name + ": shape and data differ");
    Message tensor;  // TensorProto: dims 1, data_type 2, name 8, raw_data 9
    for (int64_t size : shape) tensor.integer(1, size);
    tensor.integer(2, elementType<T>()).bytes(8, name);
    tensor.bytes(9, {reinterpret_cast<const char*>(data.data()), data.size() * sizeof(T)});
    graph_.message(5, tensor);
    return *this;
  }

  /// An operator of ONNX itself.
  template <typename... Attributes>
  ModelBuilder& node(const std::string& type, const std::vector<std::string>& in, const std::vector<std::string>& out,
                     const Attributes&... attributes) {
    return nodeIn("", type, in, out, attributes...);
  }

  template <typename... Attributes>
  ModelBuilder& nodeIn(const std::string& domain, const std::string& type, const std::vector<std::string>& in,
                       const std::vector<std::string>& out, const Attributes&... attributes) {
    Message node;  // NodeProto: input 1, output 2, name 3, op_type 4, attribute 5, domain 7
    for (const std::string& name : in) node.bytes(1, name);
    for (const std::string& name : out) node.bytes(2, name);
    node.bytes(3, type + "_" + std::to_string(nodes_++)).bytes(4, type).bytes(7, domain);
    (node.message(5, attributes), ...);
    graph_.message(1, node);
    return *this;
  }

  Ort::Session build(const Ort::Env& env, const Ort::SessionOptions& options) const {
    Message model;  // ModelProto: ir_version 1, graph 7, opset_import 8
    model.integer(1, 9).message(7, Message(graph_).bytes(2, "graph"));
    model.message(8, opset("", 20)).message(8, opset("com.microsoft", 1)).message(8, opset("segr", 1));
    return Ort::Session(env, model.text().data(), model.text().size(), options);
  }

 private:
  static Message opset(const std::string& domain, int64_t version) { return Message().bytes(1, domain).integer(2, version); }

  /// ValueInfoProto: name 1, type 2 > tensor_type 1 > elem_type 1, shape 2 > dim 1 > dim_value 1 or dim_param 2.
  static Message valueInfo(const std::string& name, ONNXTensorElementDataType type, const Shape& shape) {
    Message dims;
    for (size_t i = 0; i < shape.size(); ++i) {
      Message dim;
      if (shape[i] < 0) {
        dim.bytes(2, name + "_" + std::to_string(i));
      } else {
        dim.integer(1, shape[i]);
      }
      dims.message(1, dim);
    }
    return Message().bytes(1, name).message(2, Message().message(1, Message().integer(1, type).message(2, dims)));
  }

  Message graph_;
  int nodes_ = 0;
};

}  // namespace segr::ort
