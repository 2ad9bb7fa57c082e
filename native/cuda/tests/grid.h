#pragma once

#include <limits>
#include <stdexcept>
#include <utility>
#include <vector>

#include "kernels/kernel.h"

// Runs kernels on the host: a loop over images, blocks, phases and threads. Each block gets shared memory of just its size, full of NaN, so
// that AddressSanitizer sees what is out of bounds and results show what was read before it was written.

namespace segr::cuda::test {

/// The order of a block's threads within a phase. On a GPU there is none: a kernel must give the same result in every order.
enum class Order { forward, backward };

template <typename Kernel, int phase>
void runPhase(const typename Kernel::Params& p, const Launch& launch, uint32_t image, uint32_t block, Order order, float* shared) {
  for (uint32_t i = 0; i < launch.threads; ++i) {
    const uint32_t thread = order == Order::forward ? i : launch.threads - 1 - i;
    Kernel::template run<phase>(p, Place{block, image, thread, launch.threads}, shared);
  }
}

template <typename Kernel, int... phase>
void runBlock(const typename Kernel::Params& p, const Launch& launch, uint32_t image, uint32_t block, Order order,
              std::integer_sequence<int, phase...>) {
  std::vector<float> shared(launch.sharedBytes / sizeof(float), std::numeric_limits<float>::quiet_NaN());
  (runPhase<Kernel, phase>(p, launch, image, block, order, shared.data()), ...);
}

/// Runs a kernel with the given grid.
template <typename Kernel>
void runGrid(const typename Kernel::Params& p, const Launch& launch, Order order = Order::forward) {
  if (launch.threads != Kernel::blockThreads) throw std::logic_error("a kernel was launched with other threads than it declares");
  if (launch.sharedBytes > largestShared || launch.sharedBytes % 4 != 0)
    throw std::logic_error("a kernel asks for impossible shared memory");
  for (uint32_t image = 0; image < launch.images; ++image) {
    for (uint32_t block = 0; block < launch.blocks; ++block) {
      runBlock<Kernel>(p, launch, image, block, order, std::make_integer_sequence<int, Kernel::phases>());
    }
  }
}

/// Runs a kernel with the grid it asks for.
template <typename Kernel>
void runGrid(const typename Kernel::Params& p, Order order = Order::forward) {
  runGrid<Kernel>(p, Kernel::launch(p), order);
}

}  // namespace segr::cuda::test
