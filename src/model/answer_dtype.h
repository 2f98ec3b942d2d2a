#pragma once

/// dtype: auto of programs that answer.

#include <string>

namespace pixelsail {

/// `dtype`, or for "auto" bf16 on a GPU that multiplies in it and f32 elsewhere; the device by its name in a
/// configuration. Throws as choose_device() does.
std::string answer_dtype(const std::string& dtype, const std::string& device);

}  // namespace pixelsail
