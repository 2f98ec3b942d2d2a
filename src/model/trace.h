#pragma once

/// Named intermediate tensors of one forward pass, for parity checks.

#include <torch/types.h>

#include <map>
#include <string>

namespace pixelsail {

using Trace = std::map<std::string, torch::Tensor>;

inline void record(Trace* trace, const std::string& name, const torch::Tensor& tensor) {
  if (trace != nullptr) (*trace)[name] = tensor;
}

}  // namespace pixelsail
