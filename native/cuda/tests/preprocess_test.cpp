#include "kernels/preprocess.h"

#include "check.h"
#include "element_data.h"
#include "grid.h"
#include "host/resample_axis.h"
#include "reference.h"
#include "safetensors.h"

using namespace segr::cuda;
using namespace segr::cuda::test;
using segr::cpu::test::Floats;
using segr::cpu::test::locateGolden;
using segr::cpu::test::Numbers;
using segr::cpu::test::readSafetensors;

namespace {

using Bytes = std::vector<uint8_t>;

constexpr float mean[3] = {122.7709383f, 116.7460125f, 104.09373615f};
constexpr float deviation[3] = {68.5005327f, 66.6321579f, 70.32316305f};

struct Job {
  int32_t width, height, resizedWidth, resizedHeight, paddedWidth, paddedHeight;
  PixelLayout layout = PixelLayout::rgb;
  bool interleaved = false;

  template <typename T>
  Floats run(const uint8_t* pixels, int64_t pitch, const uint8_t* chroma = nullptr, int64_t chromaPitch = 0) const {
    const ResampleAxis x(width, resizedWidth), y(height, resizedHeight);
    Buffer<T> out(static_cast<size_t>(3 * paddedWidth * paddedHeight));
    PreprocessParams p{};
    p.pixels = pixels;
    p.pitch = pitch;
    p.chroma = chroma;
    p.chromaPitch = chromaPitch;
    p.output = out.data();
    p.horizontal = {x.first.data(), x.count.data(), x.weights.data(), x.taps};
    p.vertical = {y.first.data(), y.count.data(), y.weights.data(), y.taps};
    p.layout = layout;
    p.resizedWidth = resizedWidth;
    p.resizedHeight = resizedHeight;
    p.paddedWidth = paddedWidth;
    p.paddedHeight = paddedHeight;
    for (int c = 0; c < 3; ++c) {
      p.mean[c] = mean[c];
      p.deviation[c] = deviation[c];
    }
    interleaved ? runGrid<Preprocess<T, true>>(p) : runGrid<Preprocess<T, false>>(p);
    return out.floats();
  }
};

/// Normalised, padded planes of a resized picture [resizedHeight, resizedWidth, 3].
Floats expectedPlanes(const Job& job, const Bytes& picture) {
  Floats planes(static_cast<size_t>(3 * job.paddedWidth * job.paddedHeight), 0.0f);
  for (int32_t y = 0; y < job.resizedHeight; ++y) {
    for (int32_t x = 0; x < job.resizedWidth; ++x) {
      for (int c = 0; c < 3; ++c) {
        const float v = picture[static_cast<size_t>((y * job.resizedWidth + x) * 3 + c)];
        planes[static_cast<size_t>((c * job.paddedHeight + y) * job.paddedWidth + x)] = (v - mean[c]) / deviation[c];
      }
    }
  }
  return planes;
}

Bytes bytesOf(const segr::cpu::test::StoredTensor& tensor) {
  return {tensor.bytes.begin(), tensor.bytes.end()};
}

TEST("cuda preprocess agrees with Pillow to the last bit") {
  const auto tensors = readSafetensors(locateGolden("preprocess/resize.safetensors"));
  int compared = 0;
  for (const auto& [name, resized] : tensors) {
    if (name.rfind("resized.", 0) != 0) continue;
    const std::string photo = name.substr(8, name.find('.', 8) - 8);
    const auto& input = tensors.at("input." + photo);
    Job job{static_cast<int32_t>(input.shape[1]),
            static_cast<int32_t>(input.shape[0]),
            static_cast<int32_t>(resized.shape[1]),
            static_cast<int32_t>(resized.shape[0]),
            static_cast<int32_t>((resized.shape[1] + 31) / 32 * 32),
            static_cast<int32_t>((resized.shape[0] + 31) / 32 * 32)};
    const Bytes pixels = bytesOf(input);
    const Floats expected = expectedPlanes(job, bytesOf(resized));
    REQUIRE_CLOSE(job.run<float>(pixels.data(), job.width * 3), expected, 0, name);
    REQUIRE_CLOSE(job.run<Half>(pixels.data(), job.width * 3), rounded<Half>(expected), 0, name + ", float16");
    ++compared;
  }
  REQUIRE(compared > 3, "the golden file holds whole pictures");
}

TEST("cuda preprocess takes BGR, pitched rows and writes interleaved tensors") {
  Numbers numbers(1);
  Job job{13, 7, 9, 11, 12, 12};
  const int64_t pitch = 13 * 3 + 5;
  Bytes rgb(static_cast<size_t>(13 * 7 * 3)), bgr(static_cast<size_t>(pitch * 6 + 13 * 3));  // nothing follows the last row
  for (uint8_t& v : rgb) v = static_cast<uint8_t>(numbers.between(0, 255));
  for (int64_t i = 0; i < 13 * 7; ++i) {
    for (int64_t c = 0; c < 3; ++c) bgr[static_cast<size_t>(i / 13 * pitch + i % 13 * 3 + 2 - c)] = rgb[static_cast<size_t>(i * 3 + c)];
  }
  const Floats planes = job.run<float>(rgb.data(), 39);
  job.layout = PixelLayout::bgr;
  REQUIRE_CLOSE(job.run<float>(bgr.data(), pitch), planes, 0, "BGR");
  job.interleaved = true;
  const Floats interleaved = job.run<float>(bgr.data(), pitch);
  for (size_t i = 0; i < 144; ++i) {
    for (size_t c = 0; c < 3; ++c) REQUIRE(interleaved[i * 3 + c] == planes[c * 144 + i], "interleaved");
  }
}

TEST("cuda preprocess converts NV12") {
  for (PixelLayout layout : {PixelLayout::nv12Bt601, PixelLayout::nv12Bt709}) {
    const double red = layout == PixelLayout::nv12Bt601 ? 0.299 : 0.2126, blue = layout == PixelLayout::nv12Bt601 ? 0.114 : 0.0722;
    const double green = 1 - red - blue;
    Numbers numbers(2);
    Job job{15, 9, 15, 9, 16, 12, layout};  // odd sizes: the last chroma samples serve one column and one row
    const int64_t pitch = 21, chromaPitch = 18;
    Bytes luma(static_cast<size_t>(pitch * 8 + 15)), chroma(static_cast<size_t>(chromaPitch * 4 + 16));
    for (uint8_t& v : luma) v = static_cast<uint8_t>(numbers.between(0, 255));
    for (uint8_t& v : chroma) v = static_cast<uint8_t>(numbers.between(0, 255));
    const Floats planes = job.run<float>(luma.data(), pitch, chroma.data(), chromaPitch);
    for (int32_t y = 0; y < 9; ++y) {
      for (int32_t x = 0; x < 15; ++x) {
        const double l = std::max(0, luma[static_cast<size_t>(y * pitch + x)] - 16) * 255.0 / 219;
        const double cb = (chroma[static_cast<size_t>(y / 2 * chromaPitch + x / 2 * 2)] - 128) * 255.0 / 224;
        const double cr = (chroma[static_cast<size_t>(y / 2 * chromaPitch + x / 2 * 2 + 1)] - 128) * 255.0 / 224;
        const double rgb[3] = {l + 2 * (1 - red) * cr, l - 2 * (1 - blue) * blue / green * cb - 2 * (1 - red) * red / green * cr,
                               l + 2 * (1 - blue) * cb};
        for (int c = 0; c < 3; ++c) {
          const double value = static_cast<double>(planes[static_cast<size_t>((c * 12 + y) * 16 + x)]) * deviation[c] + mean[c];
          // Half a grey level of rounding, and what 20 bits leave.
          REQUIRE(std::abs(value - std::clamp(rgb[c], 0.0, 255.0)) < 0.501, "pixel " + std::to_string(x) + ", " + std::to_string(y));
        }
      }
    }
  }
}

}  // namespace
