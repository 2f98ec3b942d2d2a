#pragma once

/// Which instructions the kernels use.

#include <vector>

namespace pixelsail::kernels {

enum class CpuLevel {
  kPortable,  ///< plain C++
  kAvx2,      ///< x86-64 with AVX2, FMA and F16C
};

/// The best level that this machine and this build have.
CpuLevel best_level();

/// All levels that run here, the portable one first; for tests and measurements.
std::vector<CpuLevel> supported_levels();

const char* name(CpuLevel level);

}  // namespace pixelsail::kernels
