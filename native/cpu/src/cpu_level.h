#pragma once

#include <string>

namespace segr::cpu {

/// The code paths, from the one that runs everywhere to the widest.
enum class CpuLevel { scalar, avx2, avx512 };

/// Name as the environment variable SEGR_CPU_LEVEL spells it.
const char* name(CpuLevel level);

/// Whether this machine can run the level.
bool supports(CpuLevel level);

/// The widest level of this machine.
CpuLevel widestLevel();

/// The level to use: the widest, or the one `wanted` names (the value of SEGR_CPU_LEVEL; null or empty for the widest).
/// Throws std::invalid_argument with one line that names the variable when the name is unknown or the machine lacks the level.
CpuLevel chooseLevel(const char* wanted);

}  // namespace segr::cpu
