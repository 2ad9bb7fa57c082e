#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// libsegr_opencv.so as compat/OpenCvSharp4 uses it: loaded at run time, plain functions, codes and texts.

namespace segr::opencv::test {

using Bytes = std::vector<std::uint8_t>;

/// An error of OpenCV's, as the library reports it.
struct CvError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A matrix.
class Picture {
 public:
  Picture();
  /// Of one colour.
  Picture(int height, int width, int channels, double blue, double green, double red);
  Picture(Picture&& other) noexcept : mat_(std::exchange(other.mat_, nullptr)) {}
  ~Picture();

  /// Decodes the bytes of an image file; empty where they are none.
  static Picture decode(const Bytes& bytes);

  /// The bytes of an image file.
  Bytes encode(const std::string& extension, const std::vector<std::int32_t>& params = {}) const;

  int width() const;
  int height() const;
  /// Blue, green and red (0 to 255) of a pixel of an 8-bit picture with three channels.
  std::vector<int> at(int x, int y) const;
  void* handle() const { return mat_; }

 private:
  void* mat_ = nullptr;
};

/// A capture over FFmpeg.
class Capture {
 public:
  explicit Capture(const std::string& path, const std::vector<std::int32_t>& params = {});
  ~Capture();
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  bool isOpened() const;
  double get(int property) const;
  /// The next frame, or nothing at the end.
  std::optional<Picture> read();

 private:
  void* capture_ = nullptr;
};

/// Writes a video; the pictures are moving bars.
void writeVideo(const std::string& path, const char* codec, int width, int height, int frames);

/// A temporary folder that is deleted in the end.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator[](const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

Bytes readFile(const std::string& path);
void writeFile(const std::string& path, const Bytes& bytes);

}  // namespace segr::opencv::test
