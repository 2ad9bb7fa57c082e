#include "preprocess.h"

SEGR_ENTRY(segr_preprocess_f32_planar, segr::cuda::Preprocess<float, false>)
SEGR_ENTRY(segr_preprocess_f32_interleaved, segr::cuda::Preprocess<float, true>)
SEGR_ENTRY(segr_preprocess_f16_planar, segr::cuda::Preprocess<segr::cuda::Half, false>)
SEGR_ENTRY(segr_preprocess_f16_interleaved, segr::cuda::Preprocess<segr::cuda::Half, true>)
