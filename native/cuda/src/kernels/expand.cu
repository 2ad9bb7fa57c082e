#include "expand.h"

SEGR_ENTRY(segr_expand_pixels, segr::cuda::ExpandPixels)
