#include "deform_attn.h"

// Entry points: what the driver finds by name. The test harness includes this file too, with an SEGR_ENTRY of its own.

#define SEGR_BOTH_WIDTHS(FORM, FUSED, NAME, VALUE, SAMPLE)                                                                              \
  SEGR_ENTRY(segr_deform_##FORM##_##NAME##_vector, segr::cuda::DeformAttn<VALUE, SAMPLE, FUSED, segr::cuda::deformVector<VALUE>>) \
  SEGR_ENTRY(segr_deform_##FORM##_##NAME##_scalar, segr::cuda::DeformAttn<VALUE, SAMPLE, FUSED, 1>)

SEGR_BOTH_WIDTHS(plain, false, f32_f32, float, float)
SEGR_BOTH_WIDTHS(plain, false, f16_f32, segr::cuda::Half, float)
SEGR_BOTH_WIDTHS(plain, false, bf16_f32, segr::cuda::BFloat16, float)
SEGR_BOTH_WIDTHS(fused, true, f32_f32, float, float)
SEGR_BOTH_WIDTHS(fused, true, f16_f32, segr::cuda::Half, float)
SEGR_BOTH_WIDTHS(fused, true, bf16_f32, segr::cuda::BFloat16, float)
SEGR_BOTH_WIDTHS(fused, true, f16_f16, segr::cuda::Half, segr::cuda::Half)
SEGR_BOTH_WIDTHS(fused, true, bf16_bf16, segr::cuda::BFloat16, segr::cuda::BFloat16)

#undef SEGR_BOTH_WIDTHS
