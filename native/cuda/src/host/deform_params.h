#pragma once

#include "geometry.h"
#include "kernels/deform_attn.h"

// Between the operators' checks (native/cpu/src/geometry) and the kernels.

namespace segr::cuda {

/// Parameters of checked sizes, all pointers but the references' still to be set. ShapeError where the GPU's limits are passed.
DeformAttnParams deformParams(const char* op, const cpu::DeformAttnGeometry& geometry, bool fused);

}  // namespace segr::cuda
