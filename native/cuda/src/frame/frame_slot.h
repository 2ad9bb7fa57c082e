#pragma once

#include <optional>

#include "frame_device.h"
#include "gpu_copy.h"
#include "kernels/expand.h"
#include "kernels/labels.h"
#include "kernels/preprocess.h"

namespace segr::cuda {

/// A frame in the host's memory.
struct Picture {
  const uint8_t* pixels;
  int64_t pitch;       // bytes from row to row, at least 3 * geometry.sourceWidth
  PixelLayout layout;  // bgr or rgb
  MaskGeometry geometry;
  float mean[3];  // of R, G, B, 0 to 255
  float deviation[3];
};

/// What label maps are made by.
struct LabelRules {
  bool panoptic;
  MaskGeometry geometry;
  int32_t queries;
  int32_t reasons;
  float least;      // semantic: least weight of a query that counts
  float minScore;   // semantic: a pixel whose best class scores below it is void
  float threshold;  // panoptic: what a query's score must exceed
  float overlap;    // panoptic: share of its pixels that a query must keep
};

/// What comes down of a frame, in page-locked memory of the slot's; valid until its next use.
struct Labels {
  int32_t width;
  int32_t height;
  const uint16_t* labels;           // [height, width]
  const uint64_t* scoreSums;        // semantic: [T], see SemanticLabelsParams
  const PanopticSegment* segments;  // panoptic: [segmentCount]
  int32_t segmentCount;
};

/// The network's tensors, float32, in the GPU's memory.
enum class Tensor : int32_t {
  image,        // [3, H, W]
  maskLogits,   // [Q, H / 4, W / 4]
  maskClasses,  // [Q, R, T + 1]
};
inline constexpr int32_t tensorCount = 3;

/// One frame in flight. Its way, in which only the last step waits for the GPU to be done with it:
///
///   preprocess   host: frame -> staging. Slot's stream: staging -> GPU, resize and normalise into the image, `ready`
///   beginNetwork host: waits for the network before the last one. Network's stream: waits for `ready`; then the caller puts the network on
///   it endNetwork   network's stream: `done` label        slot's stream: waits for `done`, labels, label map -> host, `finished`. Host:
///   waits for `finished`
///
/// A frame that is given up on the way leaves nothing behind: the next one waits for it where it must. One thread at a time.
class FrameSlot {
 public:
  explicit FrameSlot(FrameDevice& device);

  /// Waits for what is on its way.
  ~FrameSlot();
  FrameSlot(const FrameSlot&) = delete;
  FrameSlot& operator=(const FrameSlot&) = delete;

  /// Memory for one of the network's tensors. Where it grows, waits for what is on its way.
  uint64_t reserve(Tensor tensor, size_t bytes);

  /// Where the classes in play stand in the vocabulary, and whether they are things: [T] each.
  void setClasses(const int32_t* classIndex, const int32_t* isThing, int32_t classes);

  /// `copy`, where there is one, has the frame's pixels in the end, four bytes each.
  void preprocess(const Picture& picture, GpuCopy* copy = nullptr);
  void beginNetwork();
  void endNetwork();

  /// The label map. The tensors must hold what the rules say. `copy`, where there is one, has the map in the end.
  Labels label(const LabelRules& rules, GpuCopy* copy = nullptr);

  /// Copies a tensor to the host and waits for it; of the image, which is there before the network has run, or of the network's outputs.
  const float* download(Tensor tensor, size_t bytes);

  /// The pixels of the last frame, as they were given but without padding: what else can be done with a frame that the GPU failed on.
  const uint8_t* staged() const { return staging_.data(); }

 private:
  void settle();
  void prepareAxes(const MaskGeometry& geometry);
  void enqueueSemantic(const LabelRules& rules, uint16_t* labels, uint64_t* sums);
  void enqueuePanoptic(const LabelRules& rules, uint16_t* labels, int32_t* segmentCount, PanopticSegment* segments);

  FrameDevice& device_;
  Stream stream_;
  Event uploaded_, ready_, done_, finished_;
  HostBuffer staging_, down_, downImage_, downLogits_, downClasses_;
  DeviceBuffer frame_, axes_, classIndex_, isThing_, scratch_, output_;
  DeviceBuffer image_, maskLogits_, maskClasses_;
  ResampleTable horizontal_{}, vertical_{};
  std::optional<MaskGeometry> axesOf_;
  int32_t classes_ = 0;
};

}  // namespace segr::cuda
