#include "cpu_level.h"

#include <stdexcept>

namespace segr::cpu {

const char* name(CpuLevel level) {
  switch (level) {
    case CpuLevel::avx512:
      return "avx512";
    case CpuLevel::avx2:
      return "avx2";
    default:
      return "scalar";
  }
}

bool supports(CpuLevel level) {
#if defined(__x86_64__)
  // __builtin_cpu_supports also asks whether the operating system saves the wide registers.
  switch (level) {
    case CpuLevel::avx512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512vl");
    case CpuLevel::avx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    default:
      return true;
  }
#else
  return level == CpuLevel::scalar;
#endif
}

CpuLevel widestLevel() {
  for (CpuLevel level : {CpuLevel::avx512, CpuLevel::avx2}) {
    if (supports(level)) return level;
  }
  return CpuLevel::scalar;
}

CpuLevel chooseLevel(const char* wanted) {
  if (wanted == nullptr || *wanted == '\0') return widestLevel();
  for (CpuLevel level : {CpuLevel::scalar, CpuLevel::avx2, CpuLevel::avx512}) {
    if (std::string(wanted) != name(level)) continue;
    if (!supports(level)) {
      throw std::invalid_argument(std::string("SEGR_CPU_LEVEL=") + wanted + ": this CPU goes up to " + name(widestLevel()) + ".");
    }
    return level;
  }
  throw std::invalid_argument(std::string("SEGR_CPU_LEVEL=") + wanted + ": must be scalar, avx2 or avx512.");
}

}  // namespace segr::cpu
