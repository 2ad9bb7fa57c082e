#include "labels.h"

SEGR_ENTRY(segr_semantic_weights_f32, segr::cuda::SemanticWeights<float>)
SEGR_ENTRY(segr_semantic_weights_f16, segr::cuda::SemanticWeights<segr::cuda::Half>)
SEGR_ENTRY(segr_panoptic_candidates_f32, segr::cuda::PanopticCandidates<float>)
SEGR_ENTRY(segr_panoptic_candidates_f16, segr::cuda::PanopticCandidates<segr::cuda::Half>)
SEGR_ENTRY(segr_select_queries, segr::cuda::SelectQueries)
SEGR_ENTRY(segr_semantic_labels_f32, segr::cuda::SemanticLabels<float>)
SEGR_ENTRY(segr_semantic_labels_f16, segr::cuda::SemanticLabels<segr::cuda::Half>)
SEGR_ENTRY(segr_panoptic_labels_f32, segr::cuda::PanopticLabels<float>)
SEGR_ENTRY(segr_panoptic_labels_f16, segr::cuda::PanopticLabels<segr::cuda::Half>)
SEGR_ENTRY(segr_panoptic_segments, segr::cuda::PanopticSegments)
SEGR_ENTRY(segr_segment_labels, segr::cuda::SegmentLabels)
