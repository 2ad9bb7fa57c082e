#include "stand_in_gl.h"

#include <dlfcn.h>

#include <cstring>
#include <memory>
#include <set>

#include "stand_in.h"

namespace segr::cuda::test {

namespace {

constexpr int success = 0, invalidValue = 1, alreadyMapped = 208, notMapped = 211, invalidHandle = 400;
constexpr unsigned writeDiscard = 2;
constexpr unsigned char fresh = 0xCD;

// Numbers of gl.h.
constexpr unsigned texture2d = 0x0DE1, version = 0x1F02, width = 0x1000, height = 0x1001, internalFormat = 0x1003,
                   bindingTexture2d = 0x8069, unpackRowLength = 0x0CF2, unpackAlignment = 0x0CF5, unpackBuffer = 0x88EC,
                   unpackBufferBinding = 0x88EF, rgba8ui = 0x8D7C, r16ui = 0x8234, rgbaInteger = 0x8D99, redInteger = 0x8D94,
                   unsignedByte = 0x1401, unsignedShort = 0x1403;

/// The functions of OpenGL that are needed, of whatever context is current.
struct Gl {
  const unsigned char* (*glGetString)(unsigned);
  unsigned char (*glIsTexture)(unsigned);
  void (*glBindTexture)(unsigned, unsigned);
  void (*glBindBuffer)(unsigned, unsigned);
  void (*glGetIntegerv)(unsigned, int*);
  void (*glPixelStorei)(unsigned, int);
  void (*glGetTexLevelParameteriv)(unsigned, int, unsigned, int*);
  void (*glTexSubImage2D)(unsigned, int, int, int, int, int, unsigned, unsigned, const void*);

  static const Gl* get() {
    static const Gl* const gl = load();
    return gl;
  }

 private:
  static const Gl* load() {
    void* library = dlopen("libGL.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return nullptr;
    auto* gl = new Gl;
    const auto find = [&](const char* name, auto& function) {
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
      return function != nullptr;
    };
    const bool all = find("glGetString", gl->glGetString) && find("glIsTexture", gl->glIsTexture) &&
                     find("glBindTexture", gl->glBindTexture) && find("glBindBuffer", gl->glBindBuffer) &&
                     find("glGetIntegerv", gl->glGetIntegerv) && find("glPixelStorei", gl->glPixelStorei) &&
                     find("glGetTexLevelParameteriv", gl->glGetTexLevelParameteriv) && find("glTexSubImage2D", gl->glTexSubImage2D);
    return all ? gl : nullptr;
  }
};

/// Where a texture's texels are while CUDA has it.
struct Array {
  int32_t width, height, pixelBytes;
  std::vector<uint8_t> texels;
  bool mapped = true;
};

struct Resource {
  unsigned texture;
  int32_t width, height, pixelBytes;
  bool discards;
  std::shared_ptr<Array> array;  // while it is mapped
  void* stream = nullptr;        // that it was mapped on
};

std::set<Resource*>& resources() {
  static auto& all = *new std::set<Resource*>;
  return all;
}

/// Arrays that were ever mapped: a program may use one too late.
std::map<const void*, std::shared_ptr<Array>>& arrays() {
  static auto& all = *new std::map<const void*, std::shared_ptr<Array>>;
  return all;
}

int misused(const std::string& what, int code) {
  segrStandIn()->misuse.push_back(what);
  return code;
}

/// A texture as it is now; its texels are those of a test without OpenGL.
bool find(unsigned texture, StandIn::Texture& found) {
  StandIn& state = *segrStandIn();
  if (!state.textures.empty()) {
    const auto own = state.textures.find(texture);
    if (own == state.textures.end()) return false;
    found = own->second;
    return true;
  }
  const Gl& gl = *Gl::get();
  if (gl.glIsTexture(texture) == 0) return false;
  int before = 0, format = 0;
  gl.glGetIntegerv(bindingTexture2d, &before);
  gl.glBindTexture(texture2d, texture);
  gl.glGetTexLevelParameteriv(texture2d, 0, width, &found.width);
  gl.glGetTexLevelParameteriv(texture2d, 0, height, &found.height);
  gl.glGetTexLevelParameteriv(texture2d, 0, internalFormat, &format);
  gl.glBindTexture(texture2d, static_cast<unsigned>(before));
  found.pixelBytes = format == static_cast<int>(rgba8ui) ? 4 : format == static_cast<int>(r16ui) ? 2 : 0;
  return true;
}

/// A texture's new texels become OpenGL's; what else is set in the context stays as it is.
void upload(const Resource& resource) {
  StandIn& state = *segrStandIn();
  if (!state.textures.empty()) {
    state.textures[resource.texture].pixels = resource.array->texels;
    return;
  }
  const Gl& gl = *Gl::get();
  int texture = 0, alignment = 0, row = 0, buffer = 0;
  gl.glGetIntegerv(bindingTexture2d, &texture);
  gl.glGetIntegerv(unpackAlignment, &alignment);
  gl.glGetIntegerv(unpackRowLength, &row);
  gl.glGetIntegerv(unpackBufferBinding, &buffer);
  gl.glBindTexture(texture2d, resource.texture);
  gl.glBindBuffer(unpackBuffer, 0);
  gl.glPixelStorei(unpackAlignment, 1);
  gl.glPixelStorei(unpackRowLength, 0);
  const bool isFrame = resource.pixelBytes == 4;
  gl.glTexSubImage2D(texture2d, 0, 0, 0, resource.width, resource.height, isFrame ? rgbaInteger : redInteger,
                     isFrame ? unsignedByte : unsignedShort, resource.array->texels.data());
  gl.glPixelStorei(unpackAlignment, alignment);
  gl.glPixelStorei(unpackRowLength, row);
  gl.glBindBuffer(unpackBuffer, static_cast<unsigned>(buffer));
  gl.glBindTexture(texture2d, static_cast<unsigned>(texture));
}

/// Why a registered texture is not what it was, or an empty text.
std::string changeOf(const Resource& resource) {
  StandIn::Texture now;
  if (!hasGlContext()) return "a shared texture is used without its OpenGL context";
  if (!find(resource.texture, now)) return "a texture is gone that was still shared";
  if (now.width != resource.width || now.height != resource.height) return "a texture got another size while it was shared";
  return "";
}

}  // namespace

bool hasGlContext() {
  return !segrStandIn()->textures.empty() || (Gl::get() != nullptr && Gl::get()->glGetString(version) != nullptr);
}

void forgetTextures() {
  for (Resource* each : resources()) {
    --segrStandIn()->objects;
    delete each;
  }
  resources().clear();
  arrays().clear();
}

int registerTexture(void** resource, unsigned texture, unsigned target, unsigned flags) {
  if (!hasGlContext()) return misused("a texture is shared without an OpenGL context", 219);
  StandIn::Texture found;
  if (target != texture2d || flags > writeDiscard || !find(texture, found)) return misused("what is shared is no texture", invalidValue);
  if (found.pixelBytes == 0 || found.width == 0 || found.height == 0) return misused("a texture that cannot be shared", invalidValue);
  for (const Resource* each : resources()) {
    if (each->texture == texture) return misused("a texture is shared twice", invalidValue);
  }
  auto* made = new Resource{texture, found.width, found.height, found.pixelBytes, flags == writeDiscard, nullptr};
  resources().insert(made);
  ++segrStandIn()->objects;
  *resource = made;
  return success;
}

int unregisterTexture(void* handle) {
  auto* resource = static_cast<Resource*>(handle);
  if (!resources().contains(resource)) return misused("a texture is given back twice", invalidHandle);
  if (const std::string change = changeOf(*resource); !change.empty()) misused(change, success);
  if (resource->array != nullptr) misused("a texture is given back while CUDA has it", success);
  resources().erase(resource);
  --segrStandIn()->objects;
  delete resource;
  return success;
}

int mapTextures(unsigned count, void** handles, void* stream) {
  std::set<void*> different(handles, handles + count);
  if (count == 0 || different.size() != count) return misused("a texture is mapped twice at once", invalidHandle);
  for (void* handle : different) {
    auto* resource = static_cast<Resource*>(handle);
    if (!resources().contains(resource)) return misused("a texture is mapped that is not shared", invalidHandle);
    if (resource->array != nullptr) return misused("a texture is mapped that CUDA has already", alreadyMapped);
    if (const std::string change = changeOf(*resource); !change.empty()) return misused(change, invalidHandle);
  }
  for (void* handle : different) {
    auto* resource = static_cast<Resource*>(handle);
    resource->array = std::make_shared<Array>();
    *resource->array = {resource->width, resource->height, resource->pixelBytes, {}};
    resource->array->texels.assign(static_cast<size_t>(resource->width) * static_cast<size_t>(resource->height * resource->pixelBytes),
                                   fresh);
    resource->stream = stream;
    arrays()[resource->array.get()] = resource->array;
    if (!resource->discards) misused("a texture that is overwritten is read as well", success);
  }
  return success;
}

int mappedArray(void** array, void* handle, unsigned index, unsigned level) {
  auto* resource = static_cast<Resource*>(handle);
  if (!resources().contains(resource)) return misused("an array of a texture that is not shared", invalidHandle);
  if (resource->array == nullptr) return misused("an array of a texture that is not mapped", notMapped);
  if (index != 0 || level != 0) return misused("a texture has one level", invalidValue);
  *array = resource->array.get();
  return success;
}

int unmapTextures(unsigned count, void** handles, void* stream) {
  for (unsigned i = 0; i < count; ++i) {
    auto* resource = static_cast<Resource*>(handles[i]);
    if (!resources().contains(resource)) return misused("a texture is unmapped that is not shared", invalidHandle);
    if (resource->array == nullptr) return misused("a texture is unmapped that was not mapped", notMapped);
    if (resource->stream != stream) misused("a texture is mapped on one stream and unmapped on another", success);
    if (const std::string change = changeOf(*resource); !change.empty()) {
      misused(change, success);
    } else {
      upload(*resource);
    }
    resource->array->mapped = false;
    resource->array->texels = {};
    resource->array = nullptr;
  }
  return success;
}

int prepareArrayCopy(const ArrayCopy& copy, std::function<void()>& run) {
  const auto found = arrays().find(copy.dstArray);
  if (copy.dstMemoryType != ArrayCopy::array || found == arrays().end()) return misused("a copy to what is no array", invalidValue);
  const std::shared_ptr<Array> array = found->second;
  if (!array->mapped) return misused("a copy to a texture that is OpenGL's again", invalidHandle);
  const auto row = static_cast<size_t>(array->width * array->pixelBytes);
  if (copy.widthInBytes > row || copy.height > static_cast<size_t>(array->height) || copy.srcXInBytes != 0 || copy.srcY != 0 ||
      copy.dstXInBytes != 0 || copy.dstY != 0) {
    return misused("a copy beyond a texture", invalidValue);
  }
  run = [array, row, copy] {
    if (!array->mapped) {
      misused("a texture was written when it was OpenGL's again", success);
      return;
    }
    for (size_t y = 0; y < copy.height; ++y) {
      std::memcpy(array->texels.data() + y * row, reinterpret_cast<const uint8_t*>(copy.srcDevice) + y * copy.srcPitch, copy.widthInBytes);
    }
  };
  return success;
}

}  // namespace segr::cuda::test
