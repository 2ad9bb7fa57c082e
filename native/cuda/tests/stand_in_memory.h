#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

// Memory of the stand-in driver (stand_in.h): each allocation between guard pages, as near as may be to the one behind it, its addresses
// never used again.

namespace segr::cuda::test {

/// Allocates; 0 where the stand-in's memory is full.
uint64_t allocateDevice(size_t bytes);

/// Frees; false where the address is not that of an allocation.
bool freeDevice(uint64_t address);

/// Whether the bytes lie in one allocation that is alive.
bool isDevice(uint64_t address, size_t bytes);

/// How many bytes there are from an address to the end of its allocation; 0 where it lies in none.
size_t deviceBytesFrom(uint64_t address);

void* allocatePinned(size_t bytes);
bool freePinned(void* address);
bool isPinned(const void* address);

/// Runs something that uses the GPU's memory; false where it left it.
bool runGuarded(const std::function<void()>& body);

}  // namespace segr::cuda::test
