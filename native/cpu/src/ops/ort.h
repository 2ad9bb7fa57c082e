#pragma once

// ONNX Runtime hands its API over at registration: the library does not link to it.
#define ORT_API_MANUAL_INIT
#include <onnxruntime_cxx_api.h>
#undef ORT_API_MANUAL_INIT
