#pragma once

#include "../kernels.h"
#include "../simd/math.h"

// Multi-scale deformable attention (Zhu et al., ICLR 2021, eq. 3; bilinear sampling as torch.nn.functional.grid_sample with zeros padding
// and align_corners=False). Two steps per head: lanes over samples turn locations into four pixel rows and weights each, then lanes over
// channels add the rows up.

namespace segr::cpu::SEGR_NAMESPACE {

/// How many of the lanes from s on are below n.
SEGR_INLINE int lanesAt(int s, int n) {
  return n - s < Simd::lanes ? n - s : Simd::lanes;
}

/// Up to `lanes` samples, each with its four neighbouring pixels: top-left, top-right, bottom-left, bottom-right.
struct Corners {
  alignas(64) int32_t row[4][Simd::lanes];
  alignas(64) float weight[4][Simd::lanes];
  uint32_t inside = 0;  // samples that touch their level at all
};

/// x, y in pixels of the level (0 is the first pixel's centre); sample s of the head is lane 0.
SEGR_INLINE void findCorners(Simd::Float x, Simd::Float y, Simd::Float attention, const SampleTable& table, int s, int n,
                             Corners& corners) {
  using S = Simd;
  const S::Float one = S::set(1.0f);
  const S::Float width = S::loadFirst(table.width + s, n);
  const S::Float height = S::loadFirst(table.height + s, n);

  // False for NaN. Lanes after n have no width, so they are out too.
  const S::Mask inside =
      S::both(S::both(S::less(S::set(-1.0f), x), S::less(x, width)), S::both(S::less(S::set(-1.0f), y), S::less(y, height)));
  corners.inside = S::bits(inside) & ((2u << (n - 1)) - 1u);

  // From here on every lane is in [-1, size), whatever came in, and every row inside its level.
  x = S::select(inside, x, S::zero());
  y = S::select(inside, y, S::zero());
  const S::Float left = S::floor(x), top = S::floor(y);
  const S::Float right = S::add(left, one), bottom = S::add(top, one);
  const S::Float toRight = S::sub(x, left), toBottom = S::sub(y, top);

  // A neighbour outside weighs nothing and is replaced by the one inside.
  const S::Float leftWeight = S::select(S::less(left, S::zero()), S::zero(), S::sub(one, toRight));
  const S::Float rightWeight = S::select(S::less(right, width), toRight, S::zero());
  const S::Float topWeight = S::mul(attention, S::select(S::less(top, S::zero()), S::zero(), S::sub(one, toBottom)));
  const S::Float bottomWeight = S::mul(attention, S::select(S::less(bottom, height), toBottom, S::zero()));
  const S::Float lastColumn = S::max(S::sub(width, one), S::zero());
  const S::Float lastRow = S::max(S::sub(height, one), S::zero());
  const S::Int leftColumn = S::toInt(S::max(left, S::zero())), rightColumn = S::toInt(S::min(right, lastColumn));
  const S::Int start = S::loadFirst(table.start + s, n);
  const S::Int columns = S::toInt(width);
  const S::Int topRow = S::add(start, S::mul(S::toInt(S::max(top, S::zero())), columns));
  const S::Int bottomRow = S::add(start, S::mul(S::toInt(S::min(bottom, lastRow)), columns));

  S::store(corners.row[0], S::add(topRow, leftColumn));
  S::store(corners.row[1], S::add(topRow, rightColumn));
  S::store(corners.row[2], S::add(bottomRow, leftColumn));
  S::store(corners.row[3], S::add(bottomRow, rightColumn));
  S::store(corners.weight[0], S::mul(topWeight, leftWeight));
  S::store(corners.weight[1], S::mul(topWeight, rightWeight));
  S::store(corners.weight[2], S::mul(bottomWeight, leftWeight));
  S::store(corners.weight[3], S::mul(bottomWeight, rightWeight));
}

/// Adds the weighted rows of all corners to V vectors of channels, the last of them `tail` channels wide.
template <int V, bool wholeTail>
SEGR_INLINE void addRows(const float* value, int64_t stride, const Corners& corners, int tail, bool first, float* out) {
  using S = Simd;
  const auto load = [tail](const float* p, int v) {
    return wholeTail || v < V - 1 ? S::load(p + v * S::lanes) : S::loadFirst(p + v * S::lanes, tail);
  };
  // Two sums per vector keep two chains of fused multiply-adds in flight.
  S::Float upper[V], lower[V];
  for (int v = 0; v < V; ++v) {
    upper[v] = first ? S::zero() : load(out, v);
    lower[v] = S::zero();
  }
  for (uint32_t left = corners.inside; left != 0; left &= left - 1) {
    const int i = __builtin_ctz(left);
    const float* row0 = value + corners.row[0][i] * stride;
    const float* row1 = value + corners.row[1][i] * stride;
    const float* row2 = value + corners.row[2][i] * stride;
    const float* row3 = value + corners.row[3][i] * stride;
    const S::Float weight0 = S::set(corners.weight[0][i]), weight1 = S::set(corners.weight[1][i]);
    const S::Float weight2 = S::set(corners.weight[2][i]), weight3 = S::set(corners.weight[3][i]);
    for (int v = 0; v < V; ++v) {
      upper[v] = S::fma(weight0, load(row0, v), upper[v]);
      lower[v] = S::fma(weight2, load(row2, v), lower[v]);
      upper[v] = S::fma(weight1, load(row1, v), upper[v]);
      lower[v] = S::fma(weight3, load(row3, v), lower[v]);
    }
  }
  for (int v = 0; v < V; ++v) {
    const S::Float sum = S::add(upper[v], lower[v]);
    if (wholeTail || v < V - 1) {
      S::store(out + v * S::lanes, sum);
    } else {
      S::storeFirst(out + v * S::lanes, sum, tail);
    }
  }
}

SEGR_INLINE void addSamples(const float* value, int64_t stride, int64_t channels, const Corners& corners, bool first, float* out) {
  constexpr int widest = 4;
  for (int64_t c = 0; c < channels; c += widest * Simd::lanes) {
    const int64_t rest = channels - c;
    const int vectors = rest >= widest * Simd::lanes ? widest : static_cast<int>((rest + Simd::lanes - 1) / Simd::lanes);
    const int tail = static_cast<int>(rest < vectors * Simd::lanes ? rest - (vectors - 1) * Simd::lanes : Simd::lanes);
    const float* from = value + c;
    float* to = out + c;
    switch (2 * vectors + (tail == Simd::lanes ? 1 : 0)) {
      case 2:
        addRows<1, false>(from, stride, corners, tail, first, to);
        break;
      case 3:
        addRows<1, true>(from, stride, corners, tail, first, to);
        break;
      case 4:
        addRows<2, false>(from, stride, corners, tail, first, to);
        break;
      case 5:
        addRows<2, true>(from, stride, corners, tail, first, to);
        break;
      case 6:
        addRows<3, false>(from, stride, corners, tail, first, to);
        break;
      case 7:
        addRows<3, true>(from, stride, corners, tail, first, to);
        break;
      case 8:
        addRows<4, false>(from, stride, corners, tail, first, to);
        break;
      default:
        addRows<4, true>(from, stride, corners, tail, first, to);
        break;
    }
  }
}

SEGR_INLINE void copy(const float* from, int64_t n, float* to) {
  int64_t i = 0;
  for (; n - i >= Simd::lanes; i += Simd::lanes) Simd::store(to + i, Simd::load(from + i));
  if (i < n) Simd::storeFirst(to + i, Simd::loadFirst(from + i, static_cast<int>(n - i)), static_cast<int>(n - i));
}

inline void splitValue(const DeformAttnTask& task, int64_t begin, int64_t end, float* split) {
  for (int64_t r = begin; r < end; ++r) {
    const int64_t image = r / task.rows, row = r % task.rows;
    const float* from = task.value.data + image * task.value.image + row * task.value.row;
    float* to = split + (image * task.heads * task.rows + row) * task.channels;
    for (int64_t head = 0; head < task.heads; ++head) {
      copy(from + head * task.value.head, task.channels, to + head * task.rows * task.channels);
    }
  }
}

inline void splitSamples(const DeformAttnTask& task, int64_t begin, int64_t end, float* split) {
  const int64_t samples = task.samples->count;
  for (int64_t q = begin; q < end; ++q) {
    const int64_t image = q / task.queries, query = q % task.queries;
    const float* pairs = task.pairs.data + image * task.pairs.image + query * task.pairs.row;
    const float* single = task.single.data + image * task.single.image + query * task.single.row;
    float* to = split + (image * task.heads * task.queries + query) * 3 * samples;
    for (int64_t head = 0; head < task.heads; ++head, to += task.queries * 3 * samples) {
      copy(pairs + head * task.pairs.head, 2 * samples, to);
      copy(single + head * task.single.head, samples, to + 2 * samples);
    }
  }
}

/// Where one (image, head, query) of a task lies.
struct HeadQuery {
  int64_t query;  // of its image
  const float* value;
  const float* pairs;
  const float* single;
  float* out;

  HeadQuery(const DeformAttnTask& task, int64_t index) {
    const int64_t image = index / (task.heads * task.queries), head = index / task.queries % task.heads;
    query = index % task.queries;
    value = task.value.data + image * task.value.image + head * task.value.head;
    pairs = task.pairs.data + image * task.pairs.image + head * task.pairs.head + query * task.pairs.row;
    single = task.single.data + image * task.single.image + head * task.single.head + query * task.single.row;
    out = task.output + ((image * task.queries + query) * task.heads + head) * task.channels;
  }
};

inline void deformAttn(const DeformAttnTask& task, int64_t begin, int64_t end) {
  using S = Simd;
  const SampleTable& table = *task.samples;
  const int samples = table.count;
  Corners corners;
  for (int64_t i = begin; i < end; ++i) {
    const HeadQuery at(task, i);
    for (int s = 0; s < samples; s += S::lanes) {
      const int n = lanesAt(s, samples);
      S::Float x, y;
      S::loadPairs(at.pairs + 2 * s, n, x, y);
      x = S::fma(x, S::loadFirst(table.width + s, n), S::set(-0.5f));
      y = S::fma(y, S::loadFirst(table.height + s, n), S::set(-0.5f));
      findCorners(x, y, S::loadFirst(at.single + s, n), table, s, n, corners);
      addSamples(at.value, task.value.row, task.channels, corners, s == 0, at.out);
    }
  }
}

/// Walks the pixels of all levels in order and gives each one's centre.
class PixelCentres {
 public:
  PixelCentres(const Level* levels, int64_t pixel) : level_(levels) {
    for (; pixel >= area(); ++level_) pixel -= area();
    row_ = pixel / level_->width;
    column_ = pixel % level_->width;
  }

  float x() const { return (static_cast<float>(column_) + 0.5f) / static_cast<float>(level_->width); }
  float y() const { return (static_cast<float>(row_) + 0.5f) / static_cast<float>(level_->height); }

  /// To the next pixel. There must be one.
  void advance() {
    if (++column_ < level_->width) return;
    column_ = 0;
    if (++row_ < level_->height) return;
    row_ = 0;
    ++level_;
  }

 private:
  int64_t area() const { return static_cast<int64_t>(level_->height) * level_->width; }

  const Level* level_;
  int64_t row_ = 0;
  int64_t column_ = 0;
};

/// Softmax over n logits; writes whole vectors.
SEGR_INLINE void softmax(const float* logits, int n, float* out) {
  using S = Simd;
  const S::Float lowest = S::set(-__builtin_inff());  // fills the last vector: e^-inf adds nothing
  S::Float largest = lowest;
  for (int s = 0; s < n; s += S::lanes) largest = S::max(largest, S::loadFirst(logits + s, lanesAt(s, n), lowest));
  const S::Float highest = S::set(S::largest(largest));
  S::Float total = S::zero();
  for (int s = 0; s < n; s += S::lanes) {
    const S::Float power = exponential(S::sub(S::loadFirst(logits + s, lanesAt(s, n), lowest), highest));
    S::store(out + s, power);
    total = S::add(total, power);
  }
  const S::Float inverse = S::set(1.0f / S::sum(total));
  for (int s = 0; s < n; s += S::lanes) S::store(out + s, S::mul(S::load(out + s), inverse));
}

inline void deformAttnFused(const DeformAttnTask& task, int64_t begin, int64_t end) {
  using S = Simd;
  if (begin >= end) return;
  const SampleTable& table = *task.samples;
  const int samples = table.count;
  const bool implicit = task.references == nullptr;
  alignas(64) float weights[maxSamplesPerHead];
  Corners corners;
  PixelCentres centres(task.levels, implicit ? begin % task.queries : 0);
  for (int64_t i = begin; i < end; ++i) {
    const HeadQuery at(task, i);
    if (implicit && i != begin) {
      if (at.query == 0) {
        centres = PixelCentres(task.levels, 0);
      } else {
        centres.advance();
      }
    }
    const S::Float x0 = S::set(implicit ? centres.x() : task.references[2 * at.query]);
    const S::Float y0 = S::set(implicit ? centres.y() : task.references[2 * at.query + 1]);
    softmax(at.single, samples, weights);
    for (int s = 0; s < samples; s += S::lanes) {
      const int n = lanesAt(s, samples);
      S::Float x, y;
      S::loadPairs(at.pairs + 2 * s, n, x, y);
      x = S::add(S::fma(x0, S::loadFirst(table.width + s, n), S::set(-0.5f)), x);
      y = S::add(S::fma(y0, S::loadFirst(table.height + s, n), S::set(-0.5f)), y);
      findCorners(x, y, S::load(weights + s), table, s, n, corners);
      addSamples(at.value, task.value.row, task.channels, corners, s == 0, at.out);
    }
  }
}

}  // namespace segr::cpu::SEGR_NAMESPACE
