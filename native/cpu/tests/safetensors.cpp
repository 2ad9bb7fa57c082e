#include "safetensors.h"

#include <cctype>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "check.h"

namespace segr::cpu::test {

namespace {

/// Reads the header's JSON: objects of strings and arrays of non-negative integers, nothing else.
class HeaderReader {
 public:
  explicit HeaderReader(std::string json) : json_(std::move(json)) {}

  bool take(char c) {
    skipSpace();
    if (at_ >= json_.size() || json_[at_] != c) return false;
    ++at_;
    return true;
  }

  void expect(char c) {
    if (!take(c)) throw std::runtime_error(std::string("safetensors header: expected '") + c + "'");
  }

  std::string string() {
    expect('"');
    const size_t end = json_.find('"', at_);
    if (end == std::string::npos) throw std::runtime_error("safetensors header: open string");
    const std::string result = json_.substr(at_, end - at_);
    at_ = end + 1;
    return result;
  }

  std::vector<int64_t> integers() {
    std::vector<int64_t> result;
    expect('[');
    if (take(']')) return result;
    do {
      skipSpace();
      result.push_back(std::strtoll(json_.c_str() + at_, nullptr, 10));
      while (at_ < json_.size() && std::isdigit(static_cast<unsigned char>(json_[at_]))) ++at_;
    } while (take(','));
    expect(']');
    return result;
  }

 private:
  void skipSpace() {
    while (at_ < json_.size() && std::isspace(static_cast<unsigned char>(json_[at_]))) ++at_;
  }

  std::string json_;
  size_t at_ = 0;
};

template <typename T>
std::vector<T> valuesOf(const StoredTensor& tensor, const char* type) {
  if (tensor.type != type) throw std::runtime_error("tensor is " + tensor.type + ", expected " + type);
  std::vector<T> values(tensor.bytes.size() / sizeof(T));
  std::memcpy(values.data(), tensor.bytes.data(), values.size() * sizeof(T));
  return values;
}

}  // namespace

std::vector<float> StoredTensor::floats() const {
  return valuesOf<float>(*this, "F32");
}

std::vector<int64_t> StoredTensor::integers() const {
  return valuesOf<int64_t>(*this, "I64");
}

std::map<std::string, StoredTensor> readSafetensors(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  uint64_t length = 0;
  file.read(reinterpret_cast<char*>(&length), sizeof length);
  if (!file || length > (1u << 24)) throw std::runtime_error(path + " is no safetensors file");
  std::string json(length, '\0');
  file.read(json.data(), static_cast<std::streamsize>(length));
  const std::streamoff data = file.tellg();

  std::map<std::string, StoredTensor> tensors;
  HeaderReader header(std::move(json));
  header.expect('{');
  do {
    const std::string name = header.string();
    StoredTensor tensor;
    std::vector<int64_t> range;
    header.expect(':');
    header.expect('{');
    do {
      const std::string key = header.string();
      header.expect(':');
      if (key == "shape") {
        tensor.shape = header.integers();
      } else if (key == "data_offsets") {
        range = header.integers();
      } else {
        tensor.type = header.string();
      }
    } while (header.take(','));
    header.expect('}');
    if (name == "__metadata__") continue;
    tensor.bytes.resize(static_cast<size_t>(range.at(1) - range.at(0)));
    file.seekg(data + range.at(0));
    file.read(tensor.bytes.data(), static_cast<std::streamsize>(tensor.bytes.size()));
    if (!file) throw std::runtime_error(path + " ends early");
    tensors.emplace(name, std::move(tensor));
  } while (header.take(','));
  return tensors;
}

std::string locateGolden(const std::string& relative) {
  namespace fs = std::filesystem;
  const fs::path root = SEGR_ROOT;
  const char* given = std::getenv("SEGR_GOLDEN");
  for (const fs::path& folder :
       {given != nullptr ? fs::path(given) : root / ".." / "shared" / "golden", root / "tests" / "fixtures" / "golden"}) {
    if (fs::exists(folder / relative)) return (folder / relative).string();
  }
  throw Skipped("golden data '" + relative + "' is absent: put the full set beside the repository as ../shared/golden or set SEGR_GOLDEN");
}

}  // namespace segr::cpu::test
