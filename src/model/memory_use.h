#pragma once

/// Memory that this process holds on a device.

#include <torch/types.h>

#include <cstdint>

namespace pixelsail {

/// Bytes. On the CPU resident memory of the process; elsewhere what tensors hold, without the parts that
/// torch keeps for later ones. All 0 where a device does not say.
struct MemoryUse {
  std::int64_t now = 0;
  std::int64_t peak = 0;  ///< since the process began or reset_peak_memory()
};
MemoryUse memory_use(torch::Device device);

/// Begins a new peak; on the CPU, whose peak the system keeps, nothing.
void reset_peak_memory(torch::Device device);

}  // namespace pixelsail
