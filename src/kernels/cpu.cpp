#include "kernels/cpu.h"

#ifdef PIXELSAIL_KERNELS_AVX2
#include <cpuid.h>
#endif

#include "kernels/level_kernels.h"
#include "pixelsail/error.h"

namespace pixelsail::kernels {
namespace {

bool has_avx2() {
#ifdef PIXELSAIL_KERNELS_AVX2
  // Not every compiler's __builtin_cpu_supports knows F16C: bit 29 of the processor's first word of features.
  unsigned a = 0, b = 0, features = 0, d = 0;
  const bool has_f16c = __get_cpuid(1, &a, &b, &features, &d) != 0 && (features >> 29 & 1) != 0;
  return has_f16c && __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
#else
  return false;
#endif
}

}  // namespace

CpuLevel best_level() {
  static const CpuLevel level = has_avx2() ? CpuLevel::kAvx2 : CpuLevel::kPortable;
  return level;
}

std::vector<CpuLevel> supported_levels() {
  std::vector<CpuLevel> levels{CpuLevel::kPortable};
  if (best_level() == CpuLevel::kAvx2) {
    levels.push_back(CpuLevel::kAvx2);
  }
  return levels;
}

const char* name(CpuLevel level) {
  return level == CpuLevel::kAvx2 ? "avx2" : "portable";
}

const LevelKernels& level_kernels(CpuLevel level) {
  if (level == CpuLevel::kPortable) {
    return portable_kernels();
  }
#ifdef PIXELSAIL_KERNELS_AVX2
  if (best_level() == CpuLevel::kAvx2) {
    return avx2_kernels();
  }
#endif
  throw RunError("this machine or this build has no AVX2 kernels");
}

}  // namespace pixelsail::kernels
