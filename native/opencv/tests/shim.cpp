#include "shim.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace segr::opencv::test {

namespace {

struct Size {
  std::int32_t width, height;
};
struct Scalar {
  double v[4];
};
struct MatInfo {
  std::uint8_t* data;
  std::int64_t step;
  std::int32_t rows, cols, type, dims, continuous, submatrix;
};

template <typename Function>
Function find(const char* name) {
  // Local, as .NET loads it: names are then looked up in the library and what it brings, not in the program.
  static void* library = dlopen(SEGR_OPENCV_LIBRARY, RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) throw std::runtime_error(dlerror());
  auto* found = dlsym(library, name);
  if (found == nullptr) throw std::runtime_error(std::string("the library lacks ") + name);
  return reinterpret_cast<Function>(found);
}

void check(int code) {
  if (code == 0) return;
  static const auto last = find<int (*)(std::int32_t, char*, std::int32_t, std::int32_t*)>("segr_cv_last_error");
  char text[512];
  std::int32_t line = 0;
  last(0, text, sizeof text, &line);
  throw CvError(text);
}

MatInfo infoOf(const void* mat) {
  static const auto info = find<void (*)(const void*, MatInfo*)>("segr_cv_mat_info");
  MatInfo result{};
  info(mat, &result);
  return result;
}

constexpr int type8(int channels) { return (channels - 1) << 3; }
constexpr int ffmpeg = 1900;

}  // namespace

Picture::Picture() {
  static const auto make = find<int (*)(void**)>("segr_cv_mat_new");
  check(make(&mat_));
}

Picture::Picture(int height, int width, int channels, double blue, double green, double red) {
  static const auto make = find<int (*)(std::int32_t, std::int32_t, std::int32_t, Scalar, void**)>("segr_cv_mat_new_scalar");
  check(make(height, width, type8(channels), {{blue, green, red, 0}}, &mat_));
}

Picture::~Picture() {
  static const auto free = find<void (*)(void*)>("segr_cv_mat_delete");
  free(mat_);
}

Picture Picture::decode(const Bytes& bytes) {
  static const auto decode = find<int (*)(const std::uint8_t*, std::int32_t, std::int32_t, void**)>("segr_cv_imdecode");
  Picture result;
  void* mat = nullptr;
  check(decode(bytes.data(), static_cast<std::int32_t>(bytes.size()), 1, &mat));
  static const auto free = find<void (*)(void*)>("segr_cv_mat_delete");
  free(std::exchange(result.mat_, mat));
  return result;
}

Bytes Picture::encode(const std::string& extension, const std::vector<std::int32_t>& params) const {
  static const auto encode = find<int (*)(const char*, const void*, const std::int32_t*, std::int32_t, void**, std::int32_t*)>("segr_cv_imencode");
  static const auto view = find<void (*)(const void*, const std::uint8_t**, std::int64_t*)>("segr_cv_bytes_view");
  static const auto free = find<void (*)(void*)>("segr_cv_bytes_delete");
  void* file = nullptr;
  std::int32_t done = 0;
  check(encode(extension.c_str(), mat_, params.data(), static_cast<std::int32_t>(params.size()), &file, &done));
  const std::uint8_t* data = nullptr;
  std::int64_t length = 0;
  view(file, &data, &length);
  Bytes bytes(data, data + length);
  free(file);
  return bytes;
}

int Picture::width() const { return infoOf(mat_).cols; }

int Picture::height() const { return infoOf(mat_).rows; }

std::vector<int> Picture::at(int x, int y) const {
  const MatInfo info = infoOf(mat_);
  const auto* pixel = info.data + y * info.step + 3 * x;
  return {pixel[0], pixel[1], pixel[2]};
}

Capture::Capture(const std::string& path, const std::vector<std::int32_t>& params) {
  static const auto make = find<int (*)(void**)>("segr_cv_capture_new");
  static const auto open = find<int (*)(void*, const char*, std::int32_t, const std::int32_t*, std::int32_t, std::int32_t*)>("segr_cv_capture_open_file");
  check(make(&capture_));
  std::int32_t opened = 0;
  check(open(capture_, path.c_str(), ffmpeg, params.data(), static_cast<std::int32_t>(params.size()), &opened));
}

Capture::~Capture() {
  static const auto free = find<void (*)(void*)>("segr_cv_capture_delete");
  free(capture_);
}

bool Capture::isOpened() const {
  static const auto ask = find<int (*)(const void*, std::int32_t*)>("segr_cv_capture_is_opened");
  std::int32_t opened = 0;
  check(ask(capture_, &opened));
  return opened != 0;
}

double Capture::get(int property) const {
  static const auto get = find<int (*)(const void*, std::int32_t, double*)>("segr_cv_capture_get");
  double value = 0;
  check(get(capture_, property, &value));
  return value;
}

std::optional<Picture> Capture::read() {
  static const auto read = find<int (*)(void*, void*, std::int32_t*)>("segr_cv_capture_read");
  Picture picture;
  std::int32_t done = 0;
  check(read(capture_, picture.handle(), &done));
  if (done == 0) return std::nullopt;
  return picture;
}

void writeVideo(const std::string& path, const char* codec, int width, int height, int frames) {
  static const auto make = find<int (*)(void**)>("segr_cv_writer_new");
  static const auto free = find<void (*)(void*)>("segr_cv_writer_delete");
  static const auto open =
      find<int (*)(void*, const char*, std::int32_t, std::int32_t, double, Size, const std::int32_t*, std::int32_t, std::int32_t*)>("segr_cv_writer_open");
  static const auto write = find<int (*)(void*, const void*)>("segr_cv_writer_write");
  void* writer = nullptr;
  check(make(&writer));
  const int code = codec[0] | codec[1] << 8 | codec[2] << 16 | codec[3] << 24;
  std::int32_t opened = 0;
  int result = open(writer, path.c_str(), ffmpeg, code, 25, {width, height}, nullptr, 0, &opened);
  for (int i = 0; result == 0 && opened != 0 && i < frames; ++i) result = write(writer, Picture(height, width, 3, i * 9 % 256, 128, 255 - i * 7 % 256).handle());
  free(writer);
  check(result);
  if (opened == 0) throw std::runtime_error("no video can be written with " + std::string(codec));
}

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "segr-opencv-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Bytes readFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void writeFile(const std::string& path, const Bytes& bytes) {
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace segr::opencv::test
