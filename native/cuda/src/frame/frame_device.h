#pragma once

#include "gpu_memory.h"

namespace segr::cuda {

/// A GPU that frames go through: the kernels before and behind the network, and the stream that the network runs on. The network's stream
/// is one for all frames, because a network fills a GPU by itself; each frame's copies and own kernels go over a stream of the frame's, so
/// that they overlap with the network's work on its neighbours.
struct FrameDevice {
  /// GpuError where GPU `ordinal` cannot be used.
  explicit FrameDevice(int ordinal)
      : library(KernelLibrary::forDevice(ordinal)),
        network(library),
        preprocess(library.find("preprocess", "segr_preprocess_f32_planar")),
        semanticWeights(library.find("labels", "segr_semantic_weights_f32")),
        panopticCandidates(library.find("labels", "segr_panoptic_candidates_f32")),
        selectQueries(library.find("labels", "segr_select_queries")),
        semanticLabels(library.find("labels", "segr_semantic_labels_f32")),
        panopticLabels(library.find("labels", "segr_panoptic_labels_f32")),
        panopticSegments(library.find("labels", "segr_panoptic_segments")),
        segmentLabels(library.find("labels", "segr_segment_labels")) {}

  KernelLibrary& library;
  Stream network;
  KernelFunction preprocess, semanticWeights, panopticCandidates, selectQueries, semanticLabels, panopticLabels, panopticSegments,
      segmentLabels;
};

}  // namespace segr::cuda
