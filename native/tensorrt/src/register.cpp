#include <dlfcn.h>

#include <iostream>

#include "deform_attn_plugin.h"

// How TensorRT learns of the plugin. ONNX Runtime loads the library (trt_extra_plugin_lib_paths) and expects it to register itself;
// IPluginRegistry::loadLibrary asks for getCreators. Neither needs a link to libnvinfer: a build without it is as good.

namespace segr::tensorrt {

namespace {

DeformAttnCreator& creator() {
  static DeformAttnCreator only;
  return only;
}

nvinfer1::ILoggerFinder*& finder() {
  static nvinfer1::ILoggerFinder* given = nullptr;
  return given;
}

__attribute__((constructor)) void registerCreator() {
  void* library = dlopen("libnvinfer.so.10", RTLD_NOW | RTLD_NOLOAD);
  if (library == nullptr) return;  // whoever loads this without TensorRT asks for getCreators
  const auto registry = reinterpret_cast<nvinfer1::IPluginRegistry* (*)()>(dlsym(library, "getPluginRegistry"));
  if (registry == nullptr || !registry()->registerCreator(creator(), "")) logError("MSDeformAttnFused: TensorRT does not take the plugin.");
}

}  // namespace

void logError(const std::string& text) noexcept {
  nvinfer1::ILogger* logger = finder() == nullptr ? nullptr : finder()->findLogger();
  if (logger != nullptr) {
    logger->log(nvinfer1::ILogger::Severity::kERROR, text.c_str());
  } else {
    std::cerr << "segr: " << text << '\n';
  }
}

}  // namespace segr::tensorrt

extern "C" __attribute__((visibility("default"))) nvinfer1::IPluginCreatorInterface* const* getCreators(int32_t& count) {
  static nvinfer1::IPluginCreatorInterface* const all[] = {&segr::tensorrt::creator()};
  count = 1;
  return all;
}

extern "C" __attribute__((visibility("default"))) void setLoggerFinder(nvinfer1::ILoggerFinder* given) {
  segr::tensorrt::finder() = given;
}
