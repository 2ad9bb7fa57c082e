#include <random>
#include <string>

#include "check.h"
#include "shim.h"

// Images from outside: cut off, damaged, of sizes that nobody has memory for.

namespace segr::opencv::test {
namespace {

/// Decodes; an error and an empty picture are both fine, a picture must have a size.
void tryDecode(const Bytes& bytes) {
  try {
    const Picture picture = Picture::decode(bytes);
    REQUIRE((picture.width() > 0) == (picture.height() > 0), "half a size");
  } catch (const CvError&) {
  }
}

void put32(Bytes& bytes, size_t place, std::uint32_t value, bool bigEndian) {
  for (size_t i = 0; i < 4; ++i) bytes[place + i] = static_cast<std::uint8_t>(value >> (bigEndian ? 24 - 8 * i : 8 * i));
}

}  // namespace

TEST("images survive being encoded and decoded") {
  for (const char* extension : {".png", ".jpg", ".bmp"}) {
    const Picture picture = Picture::decode(Picture(31, 45, 3, 20, 200, 90).encode(extension));
    REQUIRE(picture.width() == 45 && picture.height() == 31, extension);
  }
}

TEST("cut and damaged images") {
  std::mt19937 random(3);
  for (const char* extension : {".png", ".jpg", ".bmp", ".tiff", ".webp", ".ppm"}) {
    Bytes whole;
    try {
      whole = Picture(24, 32, 3, 20, 200, 90).encode(extension);
    } catch (const CvError&) {
      // A build of OpenCV without this format.
      continue;
    }
    for (size_t part = 0; part < 24; ++part) tryDecode(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(whole.size() * part / 24)));
    for (int round = 0; round < 150; ++round) {
      Bytes damaged = whole;
      const size_t reach = round % 2 == 0 ? std::min<size_t>(whole.size(), 64) : whole.size();
      // Two bytes at most: sizes that are damaged further only ask for more memory than OpenCV's limit allows.
      for (int i = 0; i < 1 + round % 2; ++i) damaged[random() % reach] = static_cast<std::uint8_t>(random());
      tryDecode(damaged);
    }
  }
}

TEST("sizes of nothing, and of more than there is") {
  const Bytes png = Picture(8, 8, 3, 1, 2, 3).encode(".png"), bmp = Picture(8, 8, 3, 1, 2, 3).encode(".bmp");
  for (const std::uint32_t side : {0u, 0x7FFFFFFFu, 0xFFFFFFFFu, 0x80000000u, 1u << 20}) {
    Bytes changed = png;
    put32(changed, 16, side, true);
    put32(changed, 20, side, true);
    tryDecode(changed);
    changed = bmp;
    put32(changed, 18, side, false);
    put32(changed, 22, side, false);
    tryDecode(changed);
  }
  Bytes jpeg = Picture(8, 8, 3, 1, 2, 3).encode(".jpg");
  for (size_t i = 0; i + 8 < jpeg.size(); ++i) {
    if (jpeg[i] != 0xFF || jpeg[i + 1] != 0xC0) continue;
    for (size_t k = 5; k < 9; ++k) jpeg[i + k] = 0xFF;
    break;
  }
  tryDecode(jpeg);
  tryDecode({});
}

}  // namespace segr::opencv::test
