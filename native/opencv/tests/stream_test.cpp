#include <atomic>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "check.h"
#include "shim.h"

// Videos that change in the middle. A motion JPEG file is pictures one after the other, so that any change can be made by hand.

namespace segr::opencv::test {
namespace {

constexpr int colours = 3, grey = 1;

Bytes jpegs(int count, int width, int height, int channels, double blue, double green, double red) {
  const Bytes one = Picture(height, width, channels, blue, green, red).encode(".jpg");
  Bytes all;
  for (int i = 0; i < count; ++i) all.insert(all.end(), one.begin(), one.end());
  return all;
}

Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

/// Reads to the end; every picture must have the size of the first. Returns the pictures' colours in their middle.
std::vector<std::vector<int>> readAll(const std::string& path, int width, int height) {
  Capture capture(path);
  REQUIRE(capture.isOpened(), path);
  std::vector<std::vector<int>> seen;
  while (const auto picture = capture.read()) {
    REQUIRE(picture->width() == width && picture->height() == height, "size of picture " + std::to_string(seen.size()));
    seen.push_back(picture->at(width / 2, height / 2));
  }
  return seen;
}

bool isLike(const std::vector<int>& colour, int blue, int green, int red) {
  return std::abs(colour[0] - blue) < 8 && std::abs(colour[1] - green) < 8 && std::abs(colour[2] - red) < 8;
}

}  // namespace

TEST("a file that changes its pixel format keeps its pictures") {
  const Folder folder;
  const std::string path = folder["formats.mjpeg"];
  // Three planes, then one: what would be read of the other two is nowhere.
  writeFile(path, jpegs(4, 96, 64, colours, 20, 200, 90) + jpegs(4, 96, 64, grey, 77, 0, 0) + jpegs(4, 96, 64, colours, 200, 30, 40));
  const auto seen = readAll(path, 96, 64);
  REQUIRE(seen.size() == 12, std::to_string(seen.size()) + " pictures");
  for (size_t i = 0; i < 4; ++i) {
    REQUIRE(isLike(seen[i], 20, 200, 90), "colour before");
    REQUIRE(isLike(seen[4 + i], 77, 77, 77), "grey");
    REQUIRE(isLike(seen[8 + i], 200, 30, 40), "colour after");
  }
}

TEST("a file that begins grey and turns coloured keeps its pictures") {
  const Folder folder;
  const std::string path = folder["formats.mjpeg"];
  writeFile(path, jpegs(4, 97, 61, grey, 77, 0, 0) + jpegs(4, 97, 61, colours, 20, 200, 90));
  REQUIRE(readAll(path, 97, 61).size() == 8, "pictures");
}

TEST("a file that changes its size keeps its pictures, in the first size") {
  const Folder folder;
  const std::string path = folder["sizes.mjpeg"];
  const std::vector<std::pair<int, int>> sizes = {{320, 180}, {33, 21}, {160, 96}, {1, 1}, {16, 400}, {400, 16}};
  Bytes all = jpegs(3, 160, 96, colours, 20, 200, 90);
  for (const auto& [width, height] : sizes) all = std::move(all) + jpegs(3, width, height, colours, 200, 30, 40);
  writeFile(path, all);
  const auto seen = readAll(path, 160, 96);
  REQUIRE(seen.size() == 3 + 3 * sizes.size(), std::to_string(seen.size()) + " pictures");
  for (size_t i = 0; i < seen.size(); ++i) REQUIRE(i < 3 ? isLike(seen[i], 20, 200, 90) : isLike(seen[i], 200, 30, 40), "colour of picture " + std::to_string(i));
}

TEST("a picture of another shape keeps its shape") {
  const Folder folder;
  for (const int channels : {colours, grey}) {
    const std::string path = folder["shapes.mjpeg"];
    const int blue = channels == grey ? 200 : 20, green = channels == grey ? 200 : 180, red = 200;
    writeFile(path, jpegs(2, 320, 180, channels, blue, green, red) + jpegs(2, 180, 320, channels, blue, green, red) + jpegs(2, 640, 90, channels, blue, green, red) + jpegs(2, 640, 360, channels, blue, green, red));
    Capture capture(path);
    const auto isFull = [&](const Picture& picture, int x, int y) { return isLike(picture.at(x, y), blue, green, red); };
    const auto isBlack = [&](const Picture& picture, int x, int y) { return isLike(picture.at(x, y), 0, 0, 0); };
    for (int i = 0; i < 8; ++i) {
      const auto picture = capture.read();
      REQUIRE(picture && picture->width() == 320 && picture->height() == 180, "picture " + std::to_string(i));
      // Upright: 101 x 180 in the middle. Flat: 320 x 45.
      const bool isUpright = i / 2 == 1, isFlat = i / 2 == 2;
      REQUIRE(isFull(*picture, 160, 90), "middle");
      REQUIRE((isUpright ? isBlack(*picture, 90, 90) && isBlack(*picture, 230, 90) : isFull(*picture, 90, 90) && isFull(*picture, 230, 90)), "sides");
      REQUIRE((isFlat ? isBlack(*picture, 160, 50) && isBlack(*picture, 160, 130) : isFull(*picture, 160, 50) && isFull(*picture, 160, 130)), "above and below");
      REQUIRE(isUpright || isFlat || (isFull(*picture, 2, 2) && isFull(*picture, 317, 177)), "corners");
    }
    REQUIRE(!capture.read(), "the end");
  }
}

TEST("a stream that changes its size ends") {
  const Folder folder;
  const std::string path = folder["sizes.mjpeg"];
  writeFile(path, jpegs(3, 160, 96, colours, 20, 200, 90) + jpegs(5, 320, 180, colours, 200, 30, 40));
  // An address, though of a file.
  Capture capture("file://" + path);
  REQUIRE(capture.isOpened(), path);
  int count = 0;
  while (const auto picture = capture.read()) {
    REQUIRE(picture->width() == 160 && isLike(picture->at(80, 48), 20, 200, 90), "picture");
    ++count;
  }
  REQUIRE(count == 3, std::to_string(count) + " pictures");
  REQUIRE(!capture.read(), "it has ended for good");
}

TEST("captures are opened, read and closed on many threads at once") {
  const Folder folder;
  const std::string steady = folder["steady.avi"], changing = folder["changing.mjpeg"];
  writeVideo(steady, "MJPG", 64, 48, 12);
  writeFile(changing, jpegs(3, 64, 48, colours, 20, 200, 90) + jpegs(3, 64, 48, grey, 77, 0, 0) + jpegs(3, 32, 48, colours, 200, 30, 40));
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      try {
        for (int round = 0; round < 12; ++round) {
          Capture left(steady), right(t % 2 == 0 ? changing : folder["missing.avi"]);
          int count = 0;
          while (left.read()) ++count;
          if (count != 12) ++wrong;
          // Closed in the middle, or never opened.
          right.read();
          if (right.read().has_value() != (t % 2 == 0)) ++wrong;
        }
      } catch (const std::exception&) {
        ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  REQUIRE(wrong == 0, std::to_string(wrong) + " threads or files were wrong");
}

}  // namespace segr::opencv::test
