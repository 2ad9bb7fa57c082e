#pragma once

// The names of CUDA's runtime that TensorRT's headers mention, for a build without CUDA's own headers. The plugin calls none of its functions.

typedef struct CUstream_st* cudaStream_t;
typedef struct CUevent_st* cudaEvent_t;
