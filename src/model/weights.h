#pragma once

/// Tensors from and to safetensors files. Filling a model: weights_load.h.

#include <torch/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "io/tensors/safetensors.h"
#include "model/model.h"

namespace pixelsail {

using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

torch::ScalarType to_scalar_type(DType dtype);
/// Throws RunError for a type that files cannot hold.
DType to_dtype(torch::ScalarType type);

/// A view of a contiguous CPU tensor; the tensor must outlive it.
TensorView to_view(const torch::Tensor& tensor);

/// Every tensor of a file, by name.
std::map<std::string, torch::Tensor> read_tensors(const std::filesystem::path& path);
/// Writes tensors (moved to the CPU, made contiguous) in the order given.
void write_tensors(const std::filesystem::path& path, const NamedTensors& tensors,
                   const std::map<std::string, std::string>& metadata = {});

/// The parameters in registration order.
NamedTensors named_tensors(const torch::nn::Module& module);

}  // namespace pixelsail
