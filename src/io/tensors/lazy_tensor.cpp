#include "io/tensors/lazy_tensor.h"

#include <algorithm>

#include "pixelsail/error.h"

namespace pixelsail {

LazyTensor lazy_tensor(const std::string& name, const TensorView& view) {
  TensorInfo info{view.dtype, view.shape};
  if (const std::uint64_t bytes = info.nbytes(); bytes != view.data.size()) {
    throw RunError("tensor \"" + name + "\": " + std::to_string(view.data.size()) +
                   " bytes do not fit its shape");
  }
  return {name, std::move(info), [data = view.data](std::uint64_t offset, std::span<std::byte> out) {
            std::ranges::copy(data.subspan(offset, out.size()), out.begin());
          }};
}

std::vector<LazyTensor> lazy_tensors(const TensorSource& source) {
  std::vector<LazyTensor> tensors;
  tensors.reserve(source.names().size());
  for (const std::string& name : source.names()) {
    tensors.push_back(
        {name, source.info(name), [&source, name](std::uint64_t offset, std::span<std::byte> out) {
           source.read_part(name, offset, out);
         }});
  }
  return tensors;
}

namespace detail {

void for_each_piece(const LazyTensor& tensor, std::vector<std::byte>& buffer,
                    const std::function<void(std::span<const std::byte>)>& sink) {
  const std::uint64_t bytes = tensor.info.nbytes();
  for (std::uint64_t offset = 0; offset < bytes;) {
    const std::uint64_t size = std::min(bytes - offset, kMaxPiece);
    if (buffer.size() < size) buffer.resize(size);
    const std::span piece = std::span(buffer).first(size);
    tensor.fill(offset, piece);
    sink(piece);
    offset += size;
  }
}

}  // namespace detail
}  // namespace pixelsail
