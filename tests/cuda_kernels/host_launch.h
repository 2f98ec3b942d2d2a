#pragma once

/// cuda/launch.h on the CPU.

#include "fibers.h"

namespace pixelsail::cuda {

/// In which order the threads of a block run from now on.
void set_order(FiberOrder order);

}  // namespace pixelsail::cuda
