#include "model/device_kernels.h"

#include <ATen/core/dispatch/Dispatcher.h>

namespace pixelsail {

bool has_kernel(const char* name, torch::Device device) {
  if (device.is_cpu()) return false;
  const auto op = c10::Dispatcher::singleton().findSchema({name, ""});
  return op && op->hasKernelForDispatchKey(c10::computeDispatchKey(std::nullopt, std::nullopt, device));
}

}  // namespace pixelsail
