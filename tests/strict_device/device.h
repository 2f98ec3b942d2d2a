#pragma once

/// A device for tests that is as strict as a GPU and needs none. Its tensors lie in pages of host memory that
/// only kernels can touch: whoever reads or writes them past torch dies of SIGSEGV at that line. Its kernels
/// are the CPU's, which compute the same numbers, and refuse what CUDA's refuse but the CPU's forgive:
/// operands that lie on two devices, lists of a fused optimizer whose tensors are laid out differently.
/// Autocast follows CUDA's published lists. Memory that nothing was written to holds NaN. It counts launches,
/// copies and waits.
///
/// What it cannot show: which of CUDA's kernels would run, their speed and memory, streams, and sums whose
/// order changes from run to run.

#include <torch/types.h>

#include <cstdint>

#include "counts.h"

namespace pixelsail::strict {

/// "strict:0", or the device that the environment variable PIXELSAIL_TEST_DEVICE names (cuda, cuda:1, cpu): the same
/// tests then show that one to do what the CPU does.
torch::Device device();

/// Whether the tests run on the strict device itself; tests of the device are for it alone.
bool is_strict();

/// Since the program began.
Counts counts();

/// Bytes that tensors of the device hold, as they asked for them.
struct MemoryCount {
  std::int64_t now = 0;
  std::int64_t peak = 0;  ///< since the program or begin_peak()
};
MemoryCount memory();
void begin_peak();

/// While one lives the device's kernels compute shapes and no numbers, and memory is counted but not touched: a model of
/// three billion parameters takes a step on any machine, and its peak is known. What the host reads are ones.
class ShapesOnly {
 public:
  ShapesOnly();
  ~ShapesOnly();
  ShapesOnly(const ShapesOnly&) = delete;
  ShapesOnly& operator=(const ShapesOnly&) = delete;
};

}  // namespace pixelsail::strict
