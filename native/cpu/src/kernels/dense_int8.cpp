// Dense layers in 8-bit integers, compiled for AVX-512 VNNI.
#include "../kernels.h"
#include "dense.h"
#include "integer8.h"

namespace segr::cpu::SEGR_NAMESPACE {

extern const DenseKernels denseTable;
const DenseKernels denseTable = denseKernelsOf<Integer8>();

}  // namespace segr::cpu::SEGR_NAMESPACE
