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

#include "counts.h"

namespace pixelsail::strict {

/// "strict:0", or the device that the environment variable PIXELSAIL_TEST_DEVICE names (cuda, cuda:1, cpu): the same
/// tests then show that one to do what the CPU does.
torch::Device device();

/// Whether the tests run on the strict device itself; tests of the device are for it alone.
bool is_strict();

/// Since the program began.
Counts counts();

}  // namespace pixelsail::strict
