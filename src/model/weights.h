#pragma once

/// Parameters from and to safetensors files; the only part of the model room that touches io.

#include <torch/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "io/safetensors.h"
#include "model/model.h"

namespace pixelsail {

using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

/// A copy of one tensor of a file.
torch::Tensor to_tensor(const TensorView& view);
/// A view of a contiguous CPU tensor; the tensor must outlive it.
TensorView to_view(const torch::Tensor& tensor);

/// Every tensor of a file, by name.
std::map<std::string, torch::Tensor> read_tensors(const std::filesystem::path& path);
/// Writes tensors (moved to the CPU, made contiguous) in the order given.
void write_tensors(const std::filesystem::path& path, const NamedTensors& tensors,
                   const std::map<std::string, std::string>& metadata = {});

/// Copies `file`'s tensors into the parameters of the same name, converting the dtype. `ignored` lists name
/// prefixes that may be in the file without being parameters. Throws DataError that lists every missing,
/// unexpected and misshapen tensor; the parameters are then untouched.
void load_parameters(torch::nn::Module& module, const std::filesystem::path& file,
                     const std::vector<std::string>& ignored = {});

/// The parameters in registration order.
NamedTensors named_tensors(const torch::nn::Module& module);

}  // namespace pixelsail
