#include "kernels/numbers.h"

#include <limits>

#include "check.h"
#include "element_data.h"

using namespace segr::cuda;
using segr::cuda::test::element;

namespace {

TEST("cuda float16 keeps every value of its own") {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const Half half{static_cast<uint16_t>(bits)};
    const float value = toFloat(half);
    if (std::isnan(value)) {
      REQUIRE((bits & 0x7fff) > 0x7c00, std::to_string(bits));
    } else {
      REQUIRE(toHalf(value).bits == bits, std::to_string(bits));
    }
  }
}

TEST("cuda float16 rounds to nearest, ties to even") {
  // Between each value and the next: just below the middle, the middle, just above.
  for (uint16_t bits = 0; bits < 0x7c00; ++bits) {
    const uint16_t next = static_cast<uint16_t>(bits + 1);
    const double low = toFloat(Half{bits}), high = bits == 0x7bff ? 65536.0 : toFloat(Half{next});
    const auto middle = static_cast<float>((low + high) / 2);
    REQUIRE(toHalf(middle).bits == (bits % 2 == 0 ? bits : next), std::to_string(bits));
    REQUIRE(toHalf(std::nextafter(middle, 0.0f)).bits == bits, std::to_string(bits));
    REQUIRE(toHalf(std::nextafter(middle, 1e30f)).bits == next, std::to_string(bits));
    REQUIRE(toHalf(-middle).bits == (toHalf(middle).bits | 0x8000), std::to_string(bits));
  }
  REQUIRE(toHalf(1e30f).bits == 0x7c00, "overflow");
  REQUIRE(toHalf(-std::numeric_limits<float>::infinity()).bits == 0xfc00, "infinity");
  REQUIRE(std::isnan(toFloat(toHalf(std::numeric_limits<float>::quiet_NaN()))), "NaN");
}

TEST("cuda bfloat16 rounds to nearest, ties to even") {
  REQUIRE(toBFloat16(1.0f).bits == 0x3f80, "1");
  REQUIRE(toBFloat16(bitsToFloat(0x3f808000)).bits == 0x3f80, "tie to even below");
  REQUIRE(toBFloat16(bitsToFloat(0x3f818000)).bits == 0x3f82, "tie to even above");
  REQUIRE(toBFloat16(bitsToFloat(0x3f808001)).bits == 0x3f81, "above the middle");
  REQUIRE(toBFloat16(std::numeric_limits<float>::max()).bits == 0x7f80, "overflow");
  REQUIRE(std::isnan(toFloat(toBFloat16(bitsToFloat(0xff800001)))), "NaN stays NaN");
}

}  // namespace
