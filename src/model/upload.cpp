#include "model/upload.h"

#include <torch/torch.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

namespace pixelsail {
namespace {

/// Every tensor of the block begins at a multiple of it: kernels read wide words.
constexpr std::int64_t kBlockAlignment = 16;

std::int64_t rows_of(const std::vector<torch::Tensor>& parts) {
  std::int64_t rows = 0;
  for (const torch::Tensor& part : parts) rows += part.size(0);
  return rows;
}

}  // namespace

void Upload::add_item(std::vector<torch::Tensor> parts, torch::Tensor& place) {
  std::int64_t bytes = 0;
  for (torch::Tensor& part : parts) {
    part = part.contiguous();
    bytes += static_cast<std::int64_t>(part.nbytes());
  }
  items_.push_back({.place = &place, .parts = std::move(parts), .offset = bytes_, .bytes = bytes});
  bytes_ += (bytes + kBlockAlignment - 1) / kBlockAlignment * kBlockAlignment;
}

void Upload::add(torch::Tensor& tensor) {
  if (!tensor.defined() || tensor.device() == device_) return;
  if (tensor.is_cpu()) {
    add_item({tensor}, tensor);
  } else {
    tensor = tensor.to(device_);
  }
}

void Upload::add(const std::vector<std::int64_t>& values, torch::Tensor& tensor) {
  tensor = torch::tensor(values, torch::kInt64);
  add(tensor);
}

void Upload::add_rows(std::vector<torch::Tensor> parts, torch::Tensor& tensor) {
  const bool in_block = !device_.is_cpu() && std::ranges::all_of(parts, [&](const torch::Tensor& part) {
    return part.is_cpu() && part.dim() > 0 && part.scalar_type() == parts[0].scalar_type();
  });
  if (in_block) {
    add_item(std::move(parts), tensor);
  } else {
    tensor = (parts.size() == 1 ? parts[0].contiguous() : torch::cat(parts)).to(device_);
  }
}

void Upload::send() {
  if (items_.empty()) return;
  const bool pinned = device_.is_cuda();
  const torch::Tensor host =
      torch::empty({bytes_}, torch::TensorOptions(torch::kUInt8).pinned_memory(pinned));
  auto* const begin = static_cast<std::byte*>(host.data_ptr());
  for (const Item& item : items_) {
    std::byte* at = begin + item.offset;
    for (const torch::Tensor& part : item.parts) {
      if (part.nbytes() > 0) std::memcpy(at, part.const_data_ptr(), part.nbytes());
      at += part.nbytes();
    }
  }
  const torch::Tensor block = host.to(device_, /*non_blocking=*/pinned);
  for (const Item& item : items_) {
    std::vector<std::int64_t> sizes = item.parts[0].sizes().vec();
    if (item.parts.size() > 1) sizes[0] = rows_of(item.parts);
    *item.place = block.narrow(0, item.offset, item.bytes).view(item.parts[0].scalar_type()).view(sizes);
  }
  items_.clear();
  bytes_ = 0;
}

}  // namespace pixelsail
