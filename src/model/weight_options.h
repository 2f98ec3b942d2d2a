#pragma once

/// How and where a model holds its weights.

#include <torch/types.h>

#include <string>

#include "model/config.h"

namespace pixelsail {

struct WeightOptions {
  torch::ScalarType dtype = torch::kFloat32;
  torch::Device device = torch::kCPU;
  Quantization quantization = Quantization::kNone;  ///< of linear layers that can be quantized

  /// The same for layers that are not quantized.
  WeightOptions plain() const { return {.dtype = dtype, .device = device}; }

  torch::TensorOptions tensor() const { return torch::TensorOptions().dtype(dtype).device(device); }
};

/// f32, bf16, f16: that type. int8, int4: linear layers of the transformer in it, the rest in float32 on the
/// CPU, in bfloat16 elsewhere. Throws ConfigError for another spelling, RunError when the device cannot
/// compute in the type.
WeightOptions resolve_weights(const std::string& dtype, torch::Device device);

}  // namespace pixelsail
