#include "tensors.h"

#include <ATen/ATen.h>

namespace pixelsail::cuda {

namespace {
constexpr std::size_t kAlignment = 16;
}  // namespace

std::optional<Element> element_of(const at::Tensor& tensor) {
  switch (tensor.scalar_type()) {
    case at::kFloat:
      return Element::kFloat32;
    case at::kBFloat16:
      return Element::kBfloat16;
    case at::kHalf:
      return Element::kFloat16;
    default:
      return std::nullopt;
  }
}

void check_tensor(const char* operation, const char* name, const at::Tensor& tensor, const at::Tensor& like,
                  at::IntArrayRef sizes) {
  bool fits = tensor.dim() == static_cast<std::int64_t>(sizes.size());
  for (std::size_t i = 0; fits && i < sizes.size(); ++i)
    fits = sizes[i] < 0 || tensor.size(static_cast<std::int64_t>(i)) == sizes[i];
  TORCH_CHECK(fits, operation, ": ", name, " has sizes ", tensor.sizes(), " in place of ", sizes,
              " (-1: any)");
  TORCH_CHECK(tensor.device() == like.device(), operation, ": ", name, " lies on ", tensor.device(),
              " and not on ", like.device());
}

bool is_packed(const at::Tensor& tensor) {
  if (tensor.dim() > 0 && tensor.size(-1) > 1 && tensor.stride(-1) != 1) return false;
  if (reinterpret_cast<std::uintptr_t>(tensor.const_data_ptr()) % kAlignment != 0) return false;
  for (std::int64_t axis = 0; axis + 1 < tensor.dim(); ++axis) {
    const auto bytes = static_cast<std::size_t>(tensor.stride(axis)) * tensor.element_size();
    if (tensor.size(axis) > 1 && bytes % kAlignment != 0) return false;
  }
  return true;
}

Strides strides_of(const at::Tensor& tensor) {
  return {
      .batch = tensor.stride(0), .head = tensor.stride(1), .row = tensor.dim() == 4 ? tensor.stride(2) : 0};
}

void check_launch(const char* operation, const char* error) {
  TORCH_CHECK(error == nullptr, operation,
              ": the GPU does not start the kernel: ", error == nullptr ? "" : error);
}

}  // namespace pixelsail::cuda
