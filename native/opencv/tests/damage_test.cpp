#include <random>
#include <string>

#include "check.h"
#include "shim.h"

// Videos that are cut off or damaged, and files that are none: whatever is read from them, it ends, in bounds. The sanitizers and Valgrind
// have the say here.

namespace segr::opencv::test {
namespace {

// A damaged header may claim any size and length, the reader goes on as long as it gets pictures.
int readSome(const std::string& path) {
  try {
    Capture capture(path);
    int count = 0;
    while (count < 64) {
      const auto picture = capture.read();
      if (!picture) break;
      REQUIRE(picture->width() > 0 && picture->height() > 0, "an empty picture");
      ++count;
    }
    return count;
  } catch (const CvError&) {
    return 0;
  }
}

void cutAndDamage(const char* name, const char* codec) {
  const Folder folder;
  const std::string whole = folder[std::string("whole") + name], path = folder[std::string("damaged") + name];
  writeVideo(whole, codec, 80, 48, 10);
  REQUIRE(readSome(whole) == 10, "the whole file");
  const Bytes bytes = readFile(whole);
  for (size_t part = 0; part < 16; ++part) {
    writeFile(path, Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() * part / 16)));
    REQUIRE(readSome(path) <= 10, "cut off");
  }
  std::mt19937 random(5);
  for (int round = 0; round < 60; ++round) {
    Bytes damaged = bytes;
    // The header has most of the numbers that others trust.
    const size_t reach = round % 2 == 0 ? std::min<size_t>(bytes.size(), 600) : bytes.size();
    for (int i = 0; i < 1 + round % 7; ++i) damaged[random() % reach] = static_cast<std::uint8_t>(random());
    writeFile(path, damaged);
    readSome(path);
  }
}

}  // namespace

TEST("cut and damaged AVI") { cutAndDamage(".avi", "MJPG"); }

TEST("cut and damaged MP4") { cutAndDamage(".mp4", "mp4v"); }

TEST("cut and damaged Matroska") { cutAndDamage(".mkv", "FFV1"); }

TEST("what is no video is not opened") {
  const Folder folder;
  const std::string path = folder["file.mp4"];
  std::mt19937 random(7);
  Bytes noise(20000);
  for (auto& byte : noise) byte = static_cast<std::uint8_t>(random());
  const std::string text = "no video, only words\n";
  for (const Bytes& content : {Bytes(), Bytes(1), Bytes(4096), noise, Bytes(text.begin(), text.end())}) {
    writeFile(path, content);
    REQUIRE(readSome(path) == 0, "a picture of " + std::to_string(content.size()) + " bytes");
  }
  REQUIRE(readSome(folder["missing.mp4"]) == 0, "a missing file");
  REQUIRE(readSome("/dev/null") == 0, "no bytes at all");
  REQUIRE(readSome("") == 0, "no name");
  REQUIRE(readSome("http://127.0.0.1:1/none") == 0, "nobody there");
}

}  // namespace segr::opencv::test
