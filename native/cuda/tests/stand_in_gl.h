#pragma once

#include <functional>

#include "host/driver.h"

// Textures that the stand-in driver (stand_in.h) shares with OpenGL. Each function returns what the driver does, and keeps what a correct
// program never does as misuse.

namespace segr::cuda::test {

/// Whether the calling thread has an OpenGL context, or the test has textures of its own instead.
bool hasGlContext();

/// Forgets what is shared: a context that failed never gave it back.
void forgetTextures();

int registerTexture(void** resource, unsigned texture, unsigned target, unsigned flags);
int unregisterTexture(void* resource);
int mapTextures(unsigned count, void** resources, void* stream);
int mappedArray(void** array, void* resource, unsigned index, unsigned level);

/// All that was put on the stream is done.
int unmapTextures(unsigned count, void** resources, void* stream);

/// Checks a copy from the GPU's memory into a mapped texture; `run` does it.
int prepareArrayCopy(const ArrayCopy& copy, std::function<void()>& run);

}  // namespace segr::cuda::test
