#pragma once

#include <mutex>

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
        expandPixels(library.find("expand", "segr_expand_pixels")),
        semanticWeights(library.find("labels", "segr_semantic_weights_f32")),
        panopticCandidates(library.find("labels", "segr_panoptic_candidates_f32")),
        selectQueries(library.find("labels", "segr_select_queries")),
        semanticLabels(library.find("labels", "segr_semantic_labels_f32")),
        panopticLabels(library.find("labels", "segr_panoptic_labels_f32")),
        panopticSegments(library.find("labels", "segr_panoptic_segments")),
        segmentLabels(library.find("labels", "segr_segment_labels")),
        ran_{Event(library), Event(library)} {}

  /// The host waits until at most one network runs: another may be put behind it, so that the GPU never waits for the host, and no more,
  /// so that live frames do not grow old on the stream. The GPU's context must be current.
  void awaitTurn() {
    const std::lock_guard lock(mutex_);
    ran_[runs_ % 2].synchronize();
  }

  /// Said once a network is on the stream.
  void countRun() {
    const std::lock_guard lock(mutex_);
    ran_[runs_++ % 2].record(network);
  }

  KernelLibrary& library;
  Stream network;
  KernelFunction preprocess, expandPixels, semanticWeights, panopticCandidates, selectQueries, semanticLabels, panopticLabels, panopticSegments,
      segmentLabels;

 private:
  std::mutex mutex_;
  Event ran_[2];  // the last run of each parity
  uint64_t runs_ = 0;
};

}  // namespace segr::cuda
