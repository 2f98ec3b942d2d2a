#include "io/tensors/torch_view.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "io/tensors/safetensors_header.h"

namespace pixelsail::detail {
namespace {

/// `offset` plus the farthest element's distance, when sides and strides are not negative. False on overflow.
bool last_element(const TorchTensor& tensor, std::uint64_t& last) {
  last = static_cast<std::uint64_t>(tensor.offset);
  for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
    std::uint64_t step = 0;
    if (__builtin_mul_overflow(static_cast<std::uint64_t>(tensor.shape[i] - 1),
                               static_cast<std::uint64_t>(tensor.stride[i]), &step) ||
        __builtin_add_overflow(last, step, &last)) {
      return false;
    }
  }
  return true;
}

/// Copies `count` elements that are `stride` bytes apart.
template <std::size_t kItem>
void gather(const std::byte* from, std::size_t stride, std::byte* to, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) std::memcpy(to + i * kItem, from + i * stride, kItem);
}

void gather(std::size_t item, const std::byte* from, std::size_t stride, std::byte* to, std::size_t count) {
  switch (item) {
    case 1:
      return gather<1>(from, stride, to, count);
    case 2:
      return gather<2>(from, stride, to, count);
    case 4:
      return gather<4>(from, stride, to, count);
    default:
      return gather<8>(from, stride, to, count);
  }
}

/// Elements [first, last) in row-major order, of a view with at least one axis and no empty one.
void read_elements(const ByteSource& bytes, std::uint64_t storage, const TorchTensor& tensor,
                   std::uint64_t first, std::uint64_t last, std::byte* out) {
  const std::size_t item = dtype_size(tensor.storage->dtype), axes = tensor.shape.size();
  std::vector<std::uint64_t> sides(axes), strides(axes);
  for (std::size_t i = 0; i < axes; ++i) {
    sides[i] = static_cast<std::uint64_t>(tensor.shape[i]);
    strides[i] = static_cast<std::uint64_t>(tensor.stride[i]);
  }
  std::uint64_t row = 1, reach = 0;
  for (std::size_t i = 1; i < axes; ++i) {
    row *= sides[i];
    reach += (sides[i] - 1) * strides[i];
  }
  const std::uint64_t first_row = first / row, last_row = (last - 1) / row;
  const std::uint64_t span_begin = static_cast<std::uint64_t>(tensor.offset) + first_row * strides[0];
  const std::uint64_t span_size = (last_row - first_row) * strides[0] + reach + 1;
  std::vector<std::byte> span(span_size * item);
  bytes.read(storage + span_begin * item, span);

  std::vector<std::uint64_t> index(axes);
  for (std::uint64_t i = axes, rest = first; i-- > 0; rest /= sides[i]) index[i] = rest % sides[i];
  index[0] -= first_row;
  while (first < last) {
    std::uint64_t from = 0;
    for (std::size_t i = 0; i < axes; ++i) from += index[i] * strides[i];
    const std::uint64_t count = std::min(sides.back() - (axes > 1 ? index.back() : 0), last - first);
    const std::uint64_t taken = axes > 1 ? count : last - first;
    gather(item, span.data() + from * item, strides.back() * item, out, taken);
    out += taken * item;
    first += taken;
    if (axes == 1) return;
    index.back() = 0;
    for (std::size_t i = axes - 1; i-- > 0;) {
      if (++index[i] < sides[i] || i == 0) break;
      index[i] = 0;
    }
  }
}

}  // namespace

std::string check_view(const TorchTensor& tensor) {
  if (tensor.offset < 0) return "its offset " + std::to_string(tensor.offset) + " is negative";
  for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
    if (tensor.shape[i] < 0) return "a side of " + std::to_string(tensor.shape[i]) + " is negative";
    if (tensor.stride[i] < 0) return "a stride of " + std::to_string(tensor.stride[i]) + " is negative";
  }
  const TorchStorage& storage = *tensor.storage;
  std::uint64_t bytes = 0;
  if (!tensor_bytes(storage.dtype, tensor.shape, bytes)) return "no memory holds its shape";
  if (bytes == 0) return {};
  std::uint64_t last = 0;
  if (!last_element(tensor, last) || last >= storage.numel) {
    return "it reaches beyond the " + std::to_string(storage.numel) + " elements of its storage";
  }
  if (bytes / dtype_size(storage.dtype) > storage.numel) {
    return "it shows the " + std::to_string(storage.numel) +
           " elements of its storage several times; save tensor.contiguous() instead";
  }
  return {};
}

bool is_contiguous(const TorchTensor& tensor) {
  std::int64_t expected = 1;
  for (std::size_t i = tensor.shape.size(); i-- > 0;) {
    if (tensor.shape[i] == 0) return true;
    if (tensor.shape[i] != 1 && tensor.stride[i] != expected) return false;
    expected *= tensor.shape[i];
  }
  return true;
}

void read_view(const ByteSource& bytes, std::uint64_t storage, const TorchTensor& tensor,
               std::uint64_t offset, std::span<std::byte> out) {
  if (out.empty()) return;
  const std::uint64_t item = dtype_size(tensor.storage->dtype);
  if (is_contiguous(tensor)) {
    return bytes.read(storage + static_cast<std::uint64_t>(tensor.offset) * item + offset, out);
  }
  const std::uint64_t first = offset / item, last = (offset + out.size() + item - 1) / item;
  if (offset % item == 0 && out.size() % item == 0) {
    return read_elements(bytes, storage, tensor, first, last, out.data());
  }
  std::vector<std::byte> whole((last - first) * item);
  read_elements(bytes, storage, tensor, first, last, whole.data());
  std::ranges::copy(std::span(whole).subspan(offset - first * item, out.size()), out.begin());
}

}  // namespace pixelsail::detail
