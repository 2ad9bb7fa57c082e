#include "depthwise_norm.h"

SEGR_ENTRY(segr_depthwise_norm_f32_vector, segr::cuda::DepthwiseNorm<float, 4>)
SEGR_ENTRY(segr_depthwise_norm_f32_scalar, segr::cuda::DepthwiseNorm<float, 1>)
SEGR_ENTRY(segr_depthwise_norm_f16_vector, segr::cuda::DepthwiseNorm<segr::cuda::Half, 4>)
SEGR_ENTRY(segr_depthwise_norm_f16_scalar, segr::cuda::DepthwiseNorm<segr::cuda::Half, 1>)
SEGR_ENTRY(segr_depthwise_norm_bf16_vector, segr::cuda::DepthwiseNorm<segr::cuda::BFloat16, 4>)
SEGR_ENTRY(segr_depthwise_norm_bf16_scalar, segr::cuda::DepthwiseNorm<segr::cuda::BFloat16, 1>)
