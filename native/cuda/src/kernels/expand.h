#pragma once

#include "kernel.h"

namespace segr::cuda {

struct ExpandPixelsParams {
  const uint8_t* from;  // [pixels, 3], its address a multiple of 16
  uint8_t* to;          // [pixels, 4], likewise
  int64_t pixels;
};

/// Pixels of three bytes to pixels of four: a zero behind each, the channels as they come. OpenGL's textures that CUDA can write have one,
/// two or four channels.
struct ExpandPixels {
  using Params = ExpandPixelsParams;
  static constexpr int phases = 1;
  static constexpr int blockThreads = 256;
  static constexpr int64_t each = 16;  // pixels of a thread: the fewest that are whole 16-byte loads

  static Launch launch(const Params& p) {
    const int64_t threads = (p.pixels + each - 1) / each;
    return {static_cast<uint32_t>((threads + blockThreads - 1) / blockThreads), 1, blockThreads, 0};
  }

  template <int>
  SEGR_MEMBER void run(const Params& p, const Place& place, float*) {
    const int64_t first = static_cast<int64_t>(place.index()) * each;
    if (first >= p.pixels) return;
    const uint8_t* from = p.from + 3 * first;
    uint8_t* to = p.to + 4 * first;
    if (p.pixels - first >= each) {
      const Words4 a = load16(from), b = load16(from + 16), c = load16(from + 32);
      store16(to, four(a.word[0], a.word[1], a.word[2]));
      store16(to + 16, four(a.word[3], b.word[0], b.word[1]));
      store16(to + 32, four(b.word[2], b.word[3], c.word[0]));
      store16(to + 48, four(c.word[1], c.word[2], c.word[3]));
      return;
    }
    for (int64_t i = 0; i < p.pixels - first; ++i) {
      for (int64_t k = 0; k < 3; ++k) to[4 * i + k] = static_cast<uint8_t>(load1(from + 3 * i + k));
      to[4 * i + 3] = 0;
    }
  }

 private:
  /// Four pixels out of the three words that hold them.
  SEGR_MEMBER Words4 four(uint32_t x, uint32_t y, uint32_t z) {
    return {{x & 0xFFFFFFu, (x >> 24) | ((y & 0xFFFFu) << 8), (y >> 16) | ((z & 0xFFu) << 16), z >> 8}};
  }
};

}  // namespace segr::cuda
