#pragma once

/// What exceptions that are not ours say, for people.

#include <exception>
#include <string>

namespace pixelsail {

/// The words of an exception, without the stack trace that torch puts behind them. Those of the file system begin with
/// the path.
std::string error_text(const std::exception& error);

/// Whether memory was missing: std::bad_alloc, or the error of torch's allocator for the CPU, which has no type of
/// its own.
bool is_out_of_memory(const std::exception& error);

}  // namespace pixelsail
