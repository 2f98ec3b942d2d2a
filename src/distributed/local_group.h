#pragma once

/// A group whose ranks are threads of this process.

#include <functional>

#include "distributed/process_group.h"

namespace pixelsail {

/// Runs `body` once per rank, rank 0 in the calling thread and each other in a thread of its own, and returns
/// when all have ended. When ranks throw, the exception of the lowest one is rethrown; ranks that wait for a
/// failed one are released by a RunError, which gives way to the failure itself.
void run_local_group(int size, const std::function<void(ProcessGroup&)>& body);

}  // namespace pixelsail
