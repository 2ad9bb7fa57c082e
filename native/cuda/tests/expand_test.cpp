#include "kernels/expand.h"

#include <vector>

#include "check.h"
#include "grid.h"

using namespace segr::cuda;
using namespace segr::cuda::test;

namespace {

TEST("pixels of three bytes become pixels of four, whatever their number") {
  for (const int64_t pixels : {1, 15, 16, 17, 31, 45 * 37, 256 * 16, 256 * 16 + 5}) {
    const auto count = static_cast<size_t>(pixels);
    // Exactly as long as they are, for AddressSanitizer; vectors of words, for the alignment.
    std::vector<Words4> from((3 * count + 15) / 16), to((4 * count + 15) / 16);
    auto* three = reinterpret_cast<uint8_t*>(from.data());
    auto* four = reinterpret_cast<uint8_t*>(to.data());
    for (size_t i = 0; i < 3 * count; ++i) three[i] = static_cast<uint8_t>(i * 7 + i / 251);
    for (size_t i = 0; i < 16 * to.size(); ++i) four[i] = 0xCD;
    for (const Order order : {Order::forward, Order::backward}) {
      runGrid<ExpandPixels>({three, four, pixels}, order);
      for (size_t i = 0; i < count; ++i) {
        const bool same = four[4 * i] == three[3 * i] && four[4 * i + 1] == three[3 * i + 1] && four[4 * i + 2] == three[3 * i + 2];
        REQUIRE(same && four[4 * i + 3] == 0, std::to_string(pixels) + " pixels, number " + std::to_string(i));
      }
      for (size_t i = 4 * count; i < 16 * to.size(); ++i) REQUIRE(four[i] == 0xCD, "nothing behind the last pixel");
    }
  }
}

}  // namespace
