#pragma once

#include <span>
#include <string_view>

namespace segr::cuda {

/// One source file of kernels, compiled for one compute capability.
struct Ptx {
  const char* module;  // "deform_attn"
  int architecture;    // 80 for sm_80
  const char* text;    // ends in a zero, as the driver wants it
};

/// All that was built, ascending by architecture; empty where the build had no compiler for GPU code.
std::span<const Ptx> allPtx();

/// The best PTX of a module for a GPU of compute capability `architecture` (90 for 9.0), or null where none fits: PTX runs on every GPU
/// that is as new as its target or newer.
const Ptx* findPtx(std::string_view module, int architecture);

}  // namespace segr::cuda
