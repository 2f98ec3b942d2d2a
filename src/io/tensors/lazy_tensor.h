#pragma once

/// Tensors on their way into a file, produced piece by piece, so that a checkpoint can be written that does
/// not fit into memory.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "io/tensors/tensor_source.h"

namespace pixelsail {

struct LazyTensor {
  std::string name;
  TensorInfo info;
  /// Puts bytes [offset, offset + out.size()) of the elements, contiguous row-major, into `out`. A writer
  /// asks for every byte once, with rising offsets, in pieces of at most 16 MiB. What it throws ends the
  /// writing.
  std::function<void(std::uint64_t offset, std::span<std::byte> out)> fill;
};

/// A tensor in memory that the caller keeps alive. Throws RunError when the bytes do not fit the shape.
LazyTensor lazy_tensor(const std::string& name, const TensorView& view);

/// All tensors of a source, in its order; the source must outlive them.
std::vector<LazyTensor> lazy_tensors(const TensorSource& source);

namespace detail {

/// The largest piece that a writer asks for.
inline constexpr std::uint64_t kMaxPiece = std::uint64_t{16} << 20;

/// Calls `sink` with all bytes of a tensor in order, in pieces; `buffer` is grown to the largest piece and
/// can be used again.
void for_each_piece(const LazyTensor& tensor, std::vector<std::byte>& buffer,
                    const std::function<void(std::span<const std::byte>)>& sink);

}  // namespace detail
}  // namespace pixelsail
