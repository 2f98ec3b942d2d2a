#pragma once

/// Elements of a tensor that is a strided view of a storage.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "io/byte_source.h"
#include "io/tensors/torch_pickle.h"

namespace pixelsail::detail {

/// Empty when every element of the view lies inside its storage; otherwise the fault. A view with more
/// elements than its storage has (an expanded one) counts as a fault: a small file must not claim memory
/// without end.
std::string check_view(const TorchTensor& tensor);

/// The elements lie one behind the other in row-major order.
bool is_contiguous(const TorchTensor& tensor);

/// Bytes [offset, offset + out.size()) of the checked view's elements in row-major order; its storage begins
/// at byte `storage` of the file. Straight from the file when contiguous. Otherwise the part of the storage
/// that the affected rows (first axis) span is read into memory.
void read_view(const ByteSource& bytes, std::uint64_t storage, const TorchTensor& tensor,
               std::uint64_t offset, std::span<std::byte> out);

}  // namespace pixelsail::detail
