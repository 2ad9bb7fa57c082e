#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace segr::cpu::test {

/// A tensor as stored: "F32" or "I64" little-endian values.
struct StoredTensor {
  std::string type;
  std::vector<int64_t> shape;
  std::vector<char> bytes;

  std::vector<float> floats() const;
  std::vector<int64_t> integers() const;
};

/// Reads a whole safetensors file (8 bytes of header length, JSON header, data). Enough for trusted reference data; throws when malformed.
std::map<std::string, StoredTensor> readSafetensors(const std::string& path);

/// Path of a golden file: under $SEGR_GOLDEN, else in shared/golden beside the repository, else in tests/fixtures/golden.
/// Throws Skipped, saying why, where none has it.
std::string locateGolden(const std::string& relative);

}  // namespace segr::cpu::test
