#pragma once

#include <array>

#include "gpu_copy.h"

namespace segr::cuda {

/// Two textures of an OpenGL context that the GPU's own copies of a frame (RGBA8UI) and its labels (R16UI) are drawn from, without a way over
/// the host. All calls, constructor and destructor included, are made on a thread on which the context is current; between two calls the
/// textures are OpenGL's.
class GlTextures {
 public:
  enum Index : int32_t { frame, labels };
  static constexpr size_t count = 2;

  /// GpuError that says why, where this GPU does not draw the context's pictures.
  explicit GlTextures(KernelLibrary& gpu);

  /// Gives the textures back; they and their context must still be there.
  ~GlTextures();
  GlTextures(const GlTextures&) = delete;
  GlTextures& operator=(const GlTextures&) = delete;

  /// A two-dimensional texture of that size, which keeps its storage until it is given back.
  void add(Index index, uint32_t texture, int32_t width, int32_t height);

  /// Gives a texture back, before it changes its size or goes. Nothing where there is none.
  void remove(Index index);

  /// Overwrites textures; null leaves one as it is. What OpenGL is told after the call comes after the copy. The host waits for nothing.
  void fill(const std::array<GpuCopy*, count>& copies);

 private:
  struct Registered {
    void* resource = nullptr;
    int32_t width = 0, height = 0;
  };

  void copy(const Registered& to, const GpuCopy& from) const;

  KernelLibrary& gpu_;
  Stream stream_;
  std::array<Registered, count> textures_;
};

}  // namespace segr::cuda
