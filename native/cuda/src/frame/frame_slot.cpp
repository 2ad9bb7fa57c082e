#include "frame_slot.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "host/current_context.h"
#include "host/resample_axis.h"

namespace segr::cuda {

namespace {

/// Hands out parts of one buffer, each aligned as the GPU allocates.
class Parts {
 public:
  template <typename T>
  size_t add(int64_t count) {
    const size_t offset = size_;
    size_ += (static_cast<size_t>(count) * sizeof(T) + 255) / 256 * 256;
    return offset;
  }
  size_t size() const { return size_; }

 private:
  size_t size_ = 0;
};

void require(bool condition, const char* what) {
  if (!condition) throw GpuError(what);
}

}  // namespace

FrameSlot::FrameSlot(FrameDevice& device)
    : device_(device),
      stream_(device.library),
      uploaded_(device.library),
      ready_(device.library),
      done_(device.library),
      finished_(device.library),
      staging_(device.library),
      down_(device.library),
      downImage_(device.library),
      downLogits_(device.library),
      downClasses_(device.library),
      frame_(device.library),
      axes_(device.library),
      classIndex_(device.library),
      isThing_(device.library),
      scratch_(device.library),
      output_(device.library),
      image_(device.library),
      maskLogits_(device.library),
      maskClasses_(device.library) {}

FrameSlot::~FrameSlot() {
  try {
    const CurrentContext current(device_.library.driver(), device_.library.context());
    settle();
  } catch (const GpuError&) {
    // A GPU that failed has nothing on its way any more.
  }
}

/// Waits until neither stream uses the slot's memory.
void FrameSlot::settle() {
  done_.synchronize();
  stream_.synchronize();
}

uint64_t FrameSlot::reserve(Tensor tensor, size_t bytes) {
  const CurrentContext current(device_.library.driver(), device_.library.context());
  DeviceBuffer& buffer = tensor == Tensor::image ? image_ : tensor == Tensor::maskLogits ? maskLogits_ : maskClasses_;
  if (!buffer.holds(bytes)) settle();
  buffer.reserve(bytes);
  return buffer.address();
}

void FrameSlot::setClasses(const int32_t* classIndex, const int32_t* isThing, int32_t classes) {
  const CurrentContext current(device_.library.driver(), device_.library.context());
  const size_t bytes = static_cast<size_t>(classes) * sizeof(int32_t);
  if (!classIndex_.holds(bytes)) settle();
  classIndex_.reserve(bytes);
  isThing_.reserve(bytes);
  stream_.upload(classIndex_.address(), classIndex, bytes);
  stream_.upload(isThing_.address(), isThing, bytes);
  classes_ = classes;
}

void FrameSlot::prepareAxes(const MaskGeometry& geometry) {
  const bool same = axesOf_ && axesOf_->sourceWidth == geometry.sourceWidth && axesOf_->sourceHeight == geometry.sourceHeight &&
                    axesOf_->resizedWidth == geometry.resizedWidth && axesOf_->resizedHeight == geometry.resizedHeight;
  if (same) return;
  axesOf_.reset();
  std::vector<int32_t> values;
  Parts parts;
  const auto add = [&](const std::vector<int32_t>& part) {
    const size_t offset = parts.add<int32_t>(static_cast<int64_t>(part.size()));
    values.resize(offset / sizeof(int32_t));
    values.insert(values.end(), part.begin(), part.end());
    return offset;
  };
  const ResampleAxis x(geometry.sourceWidth, geometry.resizedWidth), y(geometry.sourceHeight, geometry.resizedHeight);
  size_t offsets[6] = {add(x.first), add(x.count), add(x.weights), add(y.first), add(y.count), add(y.weights)};
  if (!axes_.holds(parts.size())) settle();
  axes_.reserve(parts.size());
  stream_.upload(axes_.address(), values.data(), values.size() * sizeof(int32_t));
  const auto table = [&](const size_t* o, int32_t taps) {
    return ResampleTable{axes_.at<const int32_t>(o[0]), axes_.at<const int32_t>(o[1]), axes_.at<const int32_t>(o[2]), taps};
  };
  horizontal_ = table(offsets, x.taps);
  vertical_ = table(offsets + 3, y.taps);
  axesOf_ = geometry;
}

void FrameSlot::preprocess(const Picture& picture, GpuCopy* copy) {
  const CurrentContext current(device_.library.driver(), device_.library.context());
  const MaskGeometry& g = picture.geometry;
  const auto row = static_cast<size_t>(3 * g.sourceWidth), bytes = row * static_cast<size_t>(g.sourceHeight);
  require(picture.pitch >= static_cast<int64_t>(row), "a frame's rows are shorter than its width.");
  require(image_.holds(static_cast<size_t>(g.paddedWidth) * static_cast<size_t>(g.paddedHeight) * 3 * sizeof(float)),
          "the image tensor is smaller than the network's input.");

  // The frame before this one may have been given up while its pixels were still on their way up.
  uploaded_.synchronize();
  if (!frame_.holds(bytes)) {
    settle();
    frame_.reserve(bytes);
  }
  staging_.reserve(bytes);
  if (picture.pitch == static_cast<int64_t>(row)) {
    std::memcpy(staging_.data(), picture.pixels, bytes);
  } else {
    for (int32_t y = 0; y < g.sourceHeight; ++y) {
      std::memcpy(staging_.data(static_cast<size_t>(y) * row), picture.pixels + y * picture.pitch, row);
    }
  }
  prepareAxes(g);
  stream_.upload(frame_.address(), staging_.data(), bytes);
  uploaded_.record(stream_);
  // ... or while the network was at work on it: what that makes of half another picture nobody asks for.
  PreprocessParams p = {};
  p.pixels = frame_.at<const uint8_t>();
  p.pitch = static_cast<int64_t>(row);
  p.output = image_.at();
  p.horizontal = horizontal_;
  p.vertical = vertical_;
  p.layout = picture.layout;
  p.resizedWidth = g.resizedWidth;
  p.resizedHeight = g.resizedHeight;
  p.paddedWidth = g.paddedWidth;
  p.paddedHeight = g.paddedHeight;
  std::copy(std::begin(picture.mean), std::end(picture.mean), p.mean);
  std::copy(std::begin(picture.deviation), std::end(picture.deviation), p.deviation);
  device_.preprocess.launch(Preprocess<float, false>::launch(p), p, stream_.handle());
  ready_.record(stream_);
  if (copy == nullptr) return;
  // Behind the event, so that the network does not wait for it.
  copy->beginWriting(stream_, g.sourceWidth, g.sourceHeight, 4);
  const ExpandPixelsParams e = {p.pixels, reinterpret_cast<uint8_t*>(copy->address()), static_cast<int64_t>(g.sourceWidth) * g.sourceHeight};
  device_.expandPixels.launch(ExpandPixels::launch(e), e, stream_.handle());
  copy->endWriting(stream_);
}

void FrameSlot::beginNetwork() {
  const CurrentContext current(device_.library.driver(), device_.library.context());
  device_.awaitTurn();
  ready_.holdUp(device_.network);
}

void FrameSlot::endNetwork() {
  const CurrentContext current(device_.library.driver(), device_.library.context());
  done_.record(device_.network);
  device_.countRun();
}

Labels FrameSlot::label(const LabelRules& rules, GpuCopy* copy) {
  const CurrentContext current(device_.library.driver(), device_.library.context());
  const MaskGeometry& g = rules.geometry;
  const int64_t pixels = static_cast<int64_t>(g.outputWidth()) * g.outputHeight(), queries = rules.queries;
  require(classes_ > 0, "the slot knows no classes yet.");
  require(maskLogits_.holds(static_cast<size_t>(queries * g.maskWidth() * g.maskHeight()) * sizeof(float)), "the mask logits are too few.");
  require(maskClasses_.holds(static_cast<size_t>(queries * rules.reasons * (classes_ + 1)) * sizeof(float)),
          "the class values are too few.");
  require(rules.panoptic ? queries <= PanopticLabels<float>::mostQueries
                         : queries <= SemanticLabels<float>::mostQueries && rules.reasons <= mostReasons,
          "there are more queries or reasons than the GPU's kernels take.");

  // All that comes down lies side by side, so that it comes down at once.
  Parts parts;
  const size_t labels = parts.add<uint16_t>(pixels);
  const size_t sums = rules.panoptic ? 0 : parts.add<uint64_t>(classes_);
  const size_t count = rules.panoptic ? parts.add<int32_t>(1) : 0;
  const size_t segments = rules.panoptic ? parts.add<PanopticSegment>(queries) : 0;
  // Labels are waited for, so nothing uses these from one call to the next, nor the scratch memory.
  output_.reserve(parts.size());
  down_.reserve(parts.size());
  done_.holdUp(stream_);
  if (rules.panoptic) {
    enqueuePanoptic(rules, output_.at<uint16_t>(labels), output_.at<int32_t>(count), output_.at<PanopticSegment>(segments));
  } else {
    enqueueSemantic(rules, output_.at<uint16_t>(labels), output_.at<uint64_t>(sums));
  }
  if (copy != nullptr) {
    copy->beginWriting(stream_, g.outputWidth(), g.outputHeight(), sizeof(uint16_t));
    stream_.copy(copy->address(), output_.address() + labels, static_cast<size_t>(pixels) * sizeof(uint16_t));
    copy->endWriting(stream_);
  }
  stream_.download(down_.data(), output_.address(), parts.size());
  finished_.record(stream_);
  finished_.synchronize();

  Labels result = {g.outputWidth(), g.outputHeight(), down_.data<const uint16_t>(labels), nullptr, nullptr, 0};
  if (rules.panoptic) {
    result.segments = down_.data<const PanopticSegment>(segments);
    result.segmentCount = *down_.data<const int32_t>(count);
  } else {
    result.scoreSums = down_.data<const uint64_t>(sums);
  }
  return result;
}

void FrameSlot::enqueueSemantic(const LabelRules& rules, uint16_t* labels, uint64_t* sums) {
  const int32_t groups = (classes_ + classGroup - 1) / classGroup, queries = rules.queries;
  Parts parts;
  const size_t weights = parts.add<float>(static_cast<int64_t>(groups) * queries * classGroup), list = parts.add<int32_t>(queries),
               count = parts.add<int32_t>(1);
  scratch_.reserve(parts.size());

  ClassScoresParams scores = {};
  scores.logs = maskClasses_.at();
  scores.queries = queries;
  scores.reasons = rules.reasons;
  scores.classes = classes_;
  scores.weights = scratch_.at<float>(weights);
  device_.semanticWeights.launch(SemanticWeights<float>::launch(scores), scores, stream_.handle());

  const SelectQueriesParams select = {scratch_.at<float>(weights), nullptr, rules.least, groups, queries, scratch_.at<int32_t>(list),
                                      scratch_.at<int32_t>(count)};
  device_.selectQueries.launch(SelectQueries::launch(select), select, stream_.handle());

  stream_.clear(reinterpret_cast<uint64_t>(sums), static_cast<size_t>(classes_) * sizeof(uint64_t));
  const SemanticLabelsParams p = {maskLogits_.at(),
                                  scratch_.at<float>(weights),
                                  scratch_.at<int32_t>(list),
                                  scratch_.at<int32_t>(count),
                                  classIndex_.at<int32_t>(),
                                  labels,
                                  rules.geometry,
                                  queries,
                                  classes_,
                                  rules.minScore,
                                  sums};
  device_.semanticLabels.launch(SemanticLabels<float>::launch(p), p, stream_.handle());
}

void FrameSlot::enqueuePanoptic(const LabelRules& rules, uint16_t* labels, int32_t* segmentCount, PanopticSegment* segments) {
  const int32_t queries = rules.queries;
  Parts parts;
  const size_t bestClass = parts.add<int32_t>(queries), bestScore = parts.add<float>(queries), list = parts.add<int32_t>(queries),
               count = parts.add<int32_t>(1), segmentOf = parts.add<int32_t>(queries), counters = parts.add<uint32_t>(3 * queries);
  scratch_.reserve(parts.size());
  auto* won = scratch_.at<uint32_t>(counters);
  uint32_t *covered = won + queries, *kept = covered + queries;

  ClassScoresParams scores = {};
  scores.logs = maskClasses_.at();
  scores.queries = queries;
  scores.reasons = rules.reasons;
  scores.classes = classes_;
  scores.bestClass = scratch_.at<int32_t>(bestClass);
  scores.bestScore = scratch_.at<float>(bestScore);
  scores.threshold = rules.threshold;
  device_.panopticCandidates.launch(PanopticCandidates<float>::launch(scores), scores, stream_.handle());

  const SelectQueriesParams select = {nullptr, scores.bestClass, 0, 0, queries, scratch_.at<int32_t>(list), scratch_.at<int32_t>(count)};
  device_.selectQueries.launch(SelectQueries::launch(select), select, stream_.handle());

  stream_.clear(reinterpret_cast<uint64_t>(won), static_cast<size_t>(3 * queries) * sizeof(uint32_t));
  const PanopticLabelsParams p = {maskLogits_.at(), scores.bestScore, select.list, select.count, labels, won, covered, kept,
                                  rules.geometry,   queries};
  device_.panopticLabels.launch(PanopticLabels<float>::launch(p), p, stream_.handle());

  const PanopticSegmentsParams s = {scores.bestClass,
                                    scores.bestScore,
                                    select.list,
                                    select.count,
                                    won,
                                    covered,
                                    kept,
                                    classIndex_.at<int32_t>(),
                                    isThing_.at<int32_t>(),
                                    rules.overlap,
                                    scratch_.at<int32_t>(segmentOf),
                                    segments,
                                    segmentCount};
  device_.panopticSegments.launch(PanopticSegments::launch(s), s, stream_.handle());

  const SegmentLabelsParams l = {labels, scratch_.at<int32_t>(segmentOf),
                                 static_cast<int64_t>(rules.geometry.outputWidth()) * rules.geometry.outputHeight()};
  device_.segmentLabels.launch(SegmentLabels::launch(l), l, stream_.handle());
}

const float* FrameSlot::download(Tensor tensor, size_t bytes) {
  const CurrentContext current(device_.library.driver(), device_.library.context());
  const DeviceBuffer& buffer = tensor == Tensor::image ? image_ : tensor == Tensor::maskLogits ? maskLogits_ : maskClasses_;
  require(buffer.holds(bytes), "the tensor is smaller than what is asked of it.");
  HostBuffer& host = tensor == Tensor::image ? downImage_ : tensor == Tensor::maskLogits ? downLogits_ : downClasses_;
  host.reserve(bytes);
  if (tensor != Tensor::image) done_.holdUp(stream_);
  stream_.download(host.data(), buffer.address(), bytes);
  finished_.record(stream_);
  finished_.synchronize();
  return host.data<const float>();
}

}  // namespace segr::cuda
