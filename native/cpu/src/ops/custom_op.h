#pragma once

#include <algorithm>
#include <exception>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../dense_geometry.h"
#include "../geometry.h"
#include "../kernels.h"
#include "../token_geometry.h"
#include "ort.h"
#include "shape_inference.h"

// What the operators share: how one is declared to ONNX Runtime, and how it talks to it. No exception leaves a callback.

namespace segr::cpu {

/// Runs `body` and turns whatever it throws into a status.
template <typename Body>
OrtStatusPtr guarded(Body&& body) noexcept {
  try {
    body();
    return nullptr;
  } catch (const ShapeError& error) {
    return Ort::GetApi().CreateStatus(ORT_INVALID_ARGUMENT, error.what());
  } catch (const Ort::Exception& error) {
    return Ort::GetApi().CreateStatus(error.GetOrtErrorCode(), error.what());
  } catch (const std::exception& error) {
    return Ort::GetApi().CreateStatus(ORT_RUNTIME_EXCEPTION, error.what());
  } catch (...) {
    return Ort::GetApi().CreateStatus(ORT_FAIL, "Unknown exception in a segr operator.");
  }
}

/// A name and an element type; the operators' inputs in order.
struct InputSpec {
  const char* name;
  ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
  bool optional = false;
  bool onCpu = false;  // of a GPU's operator: shapes and constants, which the host reads
};

/// What ONNX Runtime is told of an operator. One output.
struct OpSpec {
  const char* name;
  const char* provider;  // null: the CPU's
  std::vector<InputSpec> inputs;
  ONNXTensorElementDataType output;
  void (*inferShape)(const ShapeInference&);
};

/// An operator's table of callbacks, but for CreateKernelV2: the part that all have in common.
class DeclaredOp : public OrtCustomOp {
 public:
  const OpSpec& spec() const { return spec_; }

 protected:
  /// `Kernel` is what CreateKernelV2 makes of a node, with void compute(Ort::KernelContext&) const.
  template <typename Kernel>
  static DeclaredOp of(OpSpec spec) {
    DeclaredOp op(std::move(spec));
    op.KernelComputeV2 = [](void* kernel, OrtKernelContext* raw) -> OrtStatusPtr {
      return guarded([&] {
        Ort::KernelContext context(raw);
        static_cast<const Kernel*>(kernel)->compute(context);
      });
    };
    op.KernelDestroy = [](void* kernel) { delete static_cast<Kernel*>(kernel); };
    return op;
  }

 private:
  explicit DeclaredOp(OpSpec spec) : OrtCustomOp{}, spec_(std::move(spec)) {
    version = ORT_API_VERSION;
    GetName = [](const OrtCustomOp* op) { return specOf(op).name; };
    GetExecutionProviderType = [](const OrtCustomOp* op) { return specOf(op).provider; };
    GetInputTypeCount = [](const OrtCustomOp* op) { return specOf(op).inputs.size(); };
    GetInputType = [](const OrtCustomOp* op, size_t i) { return specOf(op).inputs[i].type; };
    GetInputCharacteristic = [](const OrtCustomOp* op, size_t i) {
      return specOf(op).inputs[i].optional ? INPUT_OUTPUT_OPTIONAL : INPUT_OUTPUT_REQUIRED;
    };
    GetInputMemoryType = [](const OrtCustomOp* op, size_t i) {
      return specOf(op).inputs[i].onCpu ? OrtMemTypeCPUInput : OrtMemTypeDefault;
    };
    GetOutputTypeCount = [](const OrtCustomOp*) -> size_t { return 1; };
    GetOutputType = [](const OrtCustomOp* op, size_t) { return specOf(op).output; };
    GetOutputCharacteristic = [](const OrtCustomOp*, size_t) { return INPUT_OUTPUT_REQUIRED; };
    GetVariadicInputMinArity = [](const OrtCustomOp*) { return 1; };
    GetVariadicInputHomogeneity = [](const OrtCustomOp*) { return 1; };
    GetVariadicOutputMinArity = [](const OrtCustomOp*) { return 1; };
    GetVariadicOutputHomogeneity = [](const OrtCustomOp*) { return 1; };
    GetStartVersion = [](const OrtCustomOp*) { return 1; };
    GetEndVersion = [](const OrtCustomOp*) { return 1; };
    InferOutputShapeFn = [](const OrtCustomOp* op, OrtShapeInferContext* raw) -> OrtStatusPtr {
      // Only a hint for the memory planner: an input whose shape is not known yet is no error.
      try {
        specOf(op).inferShape(ShapeInference(raw));
      } catch (...) {
      }
      return nullptr;
    };
  }

  static const OpSpec& specOf(const OrtCustomOp* op) { return static_cast<const DeclaredOp*>(op)->spec_; }

  OpSpec spec_;
};

/// Operator `Op` of the CPU provider, which has: static name(), static inputs() -> span of InputSpec, a constructor from
/// (Ort::ConstKernelInfo, const Kernels&), void compute(Ort::KernelContext&) const, static inferShape(const ShapeInference&), and
/// inPlaceInput: the input that the output may overwrite, -1 for none.
template <typename Op>
class CustomOp : public DeclaredOp {
 public:
  explicit CustomOp(const Kernels& kernels)
      : DeclaredOp(
            of<Op>({Op::name(), nullptr, {Op::inputs().begin(), Op::inputs().end()}, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, Op::inferShape})),
        kernels_(kernels) {
    CreateKernelV2 = [](const OrtCustomOp* self, const OrtApi*, const OrtKernelInfo* info, void** kernel) -> OrtStatusPtr {
      return guarded([&] { *kernel = new Op(Ort::ConstKernelInfo(info), static_cast<const CustomOp*>(self)->kernels_); });
    };
    GetMayInplace = [](int** input, int** output) -> size_t {
      if (Op::inPlaceInput < 0) return 0;
      *input = new int(Op::inPlaceInput);
      *output = new int(0);
      return 1;
    };
    ReleaseMayInplace = [](int* input, int* output) {
      delete input;
      delete output;
    };
  }

 private:
  const Kernels& kernels_;
};

/// Runs body(begin, end) over [0, count) on the session's threads, in ranges of at least `grain`.
/// Several ranges per thread, so that a thread that is held up leaves its share to the others. An exception of the body is thrown here.
template <typename Body>
void parallel(const Ort::KernelContext& context, int64_t count, int64_t grain, const Body& body) {
  constexpr int64_t mostRanges = 64;
  const int64_t ranges = std::min(mostRanges, (count + grain - 1) / grain);
  if (ranges <= 1) {
    if (count > 0) body(int64_t{0}, count);
    return;
  }
  struct Work {
    const Body& body;
    int64_t count;
    int64_t ranges;
    std::once_flag once;
    std::exception_ptr error;
  } work{body, count, ranges, {}, nullptr};
  context.ParallelFor(
      [](void* raw, size_t range) {
        Work& w = *static_cast<Work*>(raw);
        const auto i = static_cast<int64_t>(range);
        try {
          w.body(w.count * i / w.ranges, w.count * (i + 1) / w.ranges);
        } catch (...) {
          std::call_once(w.once, [&w] { w.error = std::current_exception(); });
        }
      },
      static_cast<size_t>(ranges), static_cast<size_t>(ranges), &work);
  if (work.error != nullptr) std::rethrow_exception(work.error);
}

/// Scratch words of the calling thread, aligned to a cache line and kept for its next use: steady state allocates nothing.
inline uint32_t* threadScratch(int64_t words) {
  thread_local WordBuffer buffer;
  if (buffer.size() < words) buffer = WordBuffer(words);
  return buffer.data();
}

inline Shape shapeOf(const Ort::ConstValue& value) {
  return value.GetTensorTypeAndShapeInfo().GetShape();
}

/// Whether the node has the input: an optional one may be left out at the end, or anywhere by an empty name.
inline bool hasInput(const Ort::ConstKernelInfo& info, size_t index) {
  return index < info.GetInputCount() && !info.GetInputName(index).empty();
}

/// A node's constant initializers, each asked for by the place of its input.
template <typename Op>
class ConstantInputs {
 public:
  explicit ConstantInputs(const Ort::ConstKernelInfo& info) : info_(info) {}

  /// Empty where an optional input is left out. ShapeError when the input is computed by another node or fed.
  ConstantTensor operator()(size_t index) const {
    const InputSpec spec = Op::inputs()[index];
    if (spec.optional && !hasInput(info_, index)) return {};
    int isConstant = 0;
    const Ort::ConstValue value = info_.GetTensorConstantInput(index, &isConstant);
    if (isConstant == 0) throw ShapeError(std::string(Op::name()) + ": " + spec.name + " must be a constant initializer.");
    return {shapeOf(value), value.GetTensorData<float>()};
  }

 private:
  const Ort::ConstKernelInfo& info_;
};

/// Attributes that may be left out. ONNX Runtime reports a missing one as an error.
inline int64_t attribute(const Ort::ConstKernelInfo& info, const char* name, int64_t otherwise) {
  int64_t value = 0;
  return Ort::Status(Ort::GetApi().KernelInfoGetAttribute_int64(info, name, &value)).IsOK() ? value : otherwise;
}

inline float attribute(const Ort::ConstKernelInfo& info, const char* name, float otherwise) {
  float value = 0;
  return Ort::Status(Ort::GetApi().KernelInfoGetAttribute_float(info, name, &value)).IsOK() ? value : otherwise;
}

inline std::string attribute(const Ort::ConstKernelInfo& info, const char* name, const char* otherwise) {
  size_t size = 0;
  if (!Ort::Status(Ort::GetApi().KernelInfoGetAttribute_string(info, name, nullptr, &size)).IsOK()) return otherwise;
  return info.GetAttribute<std::string>(name);
}

inline std::vector<int64_t> attribute(const Ort::ConstKernelInfo& info, const char* name, std::vector<int64_t> otherwise) {
  size_t size = 0;
  if (!Ort::Status(Ort::GetApi().KernelInfoGetAttributeArray_int64(info, name, nullptr, &size)).IsOK()) return otherwise;
  return info.GetAttributes<int64_t>(name);
}

}  // namespace segr::cpu
