#include "train/flat_layout.h"

#include <torch/torch.h>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// Pieces begin at whole cache lines, also those of two bytes an element; vectorized kernels want that too.
std::int64_t padded(std::int64_t elements) {
  constexpr std::int64_t kUnit = 32;
  return (elements + kUnit - 1) / kUnit * kUnit;
}

}  // namespace

FlatLayout::FlatLayout(const std::vector<torch::Tensor>& tensors, const std::vector<torch::ScalarType>& types,
                       std::int64_t bucket_bytes)
    : pieces_(tensors.size()) {
  for (std::size_t end = tensors.size(); end > 0;) {
    const torch::Device device = tensors[end - 1].device();
    const torch::ScalarType type = types[end - 1];
    const auto bytes = static_cast<std::int64_t>(c10::elementSize(type));
    std::size_t begin = end;
    std::int64_t size = 0;
    while (begin > 0 && tensors[begin - 1].device() == device && types[begin - 1] == type) {
      const std::int64_t more = padded(tensors[begin - 1].numel());
      if (begin < end && (size + more) * bytes > bucket_bytes) break;
      size += more;
      --begin;
    }
    std::int64_t offset = 0;
    for (std::size_t i = begin; i < end; ++i) {
      if (!tensors[i].is_non_overlapping_and_dense())
        throw RunError("a parameter whose memory has gaps cannot be trained");
      pieces_[i] = {buffers_.size(), offset, tensors[i].sizes().vec(), tensors[i].strides().vec()};
      offset += padded(tensors[i].numel());
    }
    buffers_.push_back({size, torch::TensorOptions().device(device).dtype(type)});
    end = begin;
  }
}

torch::Tensor FlatLayout::zeros(std::size_t buffer) const {
  return torch::zeros({buffers_[buffer].size}, buffers_[buffer].options);
}

torch::Tensor FlatLayout::zeros(std::size_t buffer, torch::ScalarType type) const {
  return torch::zeros({buffers_[buffer].size}, buffers_[buffer].options.dtype(type));
}

torch::Tensor FlatLayout::view(const torch::Tensor& buffer, std::size_t piece) const {
  return buffer.as_strided(pieces_[piece].sizes, pieces_[piece].strides, pieces_[piece].offset);
}

}  // namespace pixelsail
