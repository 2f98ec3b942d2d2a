#pragma once

/// What a device can do in one launch.

#include <torch/types.h>

namespace pixelsail {

/// Whether torch, or a plug-in, has a kernel of its own for an operator ("aten::name") on the device; one that is put
/// together from other operators does not count.
bool has_kernel(const char* name, torch::Device device);

}  // namespace pixelsail
