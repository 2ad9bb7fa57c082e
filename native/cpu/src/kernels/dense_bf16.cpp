// Dense layers in bfloat16, compiled for AVX-512 BF16.
#include "../kernels.h"
#include "bfloat16.h"
#include "dense.h"

namespace segr::cpu::SEGR_NAMESPACE {

extern const DenseKernels denseTable;
const DenseKernels denseTable = denseKernelsOf<BFloat16>();

}  // namespace segr::cpu::SEGR_NAMESPACE
