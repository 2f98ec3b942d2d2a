#pragma once

/// Our own loops on the threads that torch's operations run on.

#include <cstdint>
#include <functional>

namespace pixelsail {

/// Calls body(begin, end) for ranges that together are [0, n), each of at least `grain` but the last, on
/// torch's threads, and returns when all are done. What a body throws is thrown here. Inside of a body it
/// runs on the calling thread alone.
void run_parallel(std::int64_t n, std::int64_t grain,
                  const std::function<void(std::int64_t begin, std::int64_t end)>& body);

}  // namespace pixelsail
