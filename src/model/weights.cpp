#include "model/weights.h"

#include <torch/torch.h>

#include <array>
#include <cstring>
#include <utility>

#include "io/tensors/tensor_source.h"
#include "pixelsail/error.h"

namespace pixelsail {

namespace {

/// torch's types of what is stored (the rows of core/dtype.h that have a name there).
constexpr std::array kScalarTypes{
    std::pair{DType::kF64, torch::kFloat64}, std::pair{DType::kF32, torch::kFloat32},
    std::pair{DType::kF16, torch::kFloat16}, std::pair{DType::kBF16, torch::kBFloat16},
    std::pair{DType::kI64, torch::kInt64},   std::pair{DType::kI32, torch::kInt32},
    std::pair{DType::kI16, torch::kInt16},   std::pair{DType::kI8, torch::kInt8},
    std::pair{DType::kU8, torch::kUInt8},    std::pair{DType::kBool, torch::kBool}};

}  // namespace

torch::ScalarType to_scalar_type(DType dtype) {
  for (const auto& [ours, theirs] : kScalarTypes)
    if (ours == dtype) return theirs;
  throw RunError("torch has no such element type");
}

DType to_dtype(torch::ScalarType type) {
  for (const auto& [ours, theirs] : kScalarTypes)
    if (theirs == type) return ours;
  throw RunError(std::string("element type ") + torch::toString(type) + " cannot be stored");
}

TensorView to_view(const torch::Tensor& tensor) {
  return {to_dtype(tensor.scalar_type()),
          tensor.sizes().vec(),
          {static_cast<const std::byte*>(tensor.const_data_ptr()), tensor.nbytes()}};
}

std::map<std::string, torch::Tensor> read_tensors(const std::filesystem::path& path) {
  const auto file = open_tensors(path);
  std::map<std::string, torch::Tensor> tensors;
  for (const std::string& name : file->names()) {
    const TensorInfo& info = file->info(name);
    torch::Tensor tensor = torch::empty(info.shape, to_scalar_type(info.dtype));
    file->read(name, {static_cast<std::byte*>(tensor.data_ptr()), tensor.nbytes()});
    tensors[name] = std::move(tensor);
  }
  return tensors;
}

void write_tensors(const std::filesystem::path& path, const NamedTensors& tensors,
                   const std::map<std::string, std::string>& metadata) {
  std::vector<torch::Tensor> kept;
  std::vector<std::pair<std::string, TensorView>> views;
  for (const auto& [name, tensor] : tensors) {
    kept.push_back(tensor.detach().to(torch::kCPU).contiguous());
    views.emplace_back(name, to_view(kept.back()));
  }
  write_safetensors(path, views, metadata);
}

NamedTensors named_tensors(const torch::nn::Module& module) {
  NamedTensors tensors;
  for (const auto& item : module.named_parameters()) tensors.emplace_back(item.key(), item.value());
  return tensors;
}

}  // namespace pixelsail
