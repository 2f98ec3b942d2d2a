#pragma once

/// Tensors as pieces of a few flat buffers, which are then filled, added to or reduced as one.

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace pixelsail {

/// Where each of some tensors lies. A piece has the strides of its tensor: fused kernels walk several tensors of one
/// parameter side by side in memory.
class FlatLayout {
 public:
  static constexpr std::int64_t kBucketBytes = std::int64_t{64} << 20;

  /// Pieces of `types` (parallel to the tensors). One buffer for as many neighbours of a device and type as fit into
  /// `bucket_bytes`, at least one; the last tensors lie in the first buffer. Throws RunError for a tensor whose memory
  /// has gaps or overlaps.
  FlatLayout(const std::vector<torch::Tensor>& tensors, const std::vector<torch::ScalarType>& types,
             std::int64_t bucket_bytes);

  std::size_t buffer_count() const { return buffers_.size(); }
  /// One buffer of zeros, of the type of its pieces or of another one.
  torch::Tensor zeros(std::size_t buffer) const;
  torch::Tensor zeros(std::size_t buffer, torch::ScalarType type) const;

  std::size_t piece_count() const { return pieces_.size(); }
  /// The buffer that a piece lies in.
  std::size_t buffer_of(std::size_t piece) const { return pieces_[piece].buffer; }
  /// A piece of a buffer that zeros(buffer_of(piece)) made.
  torch::Tensor view(const torch::Tensor& buffer, std::size_t piece) const;

 private:
  struct Buffer {
    std::int64_t size = 0;
    torch::TensorOptions options;
  };
  struct Piece {
    std::size_t buffer = 0;
    std::int64_t offset = 0;
    std::vector<std::int64_t> sizes, strides;
  };
  std::vector<Buffer> buffers_;
  std::vector<Piece> pieces_;
};

}  // namespace pixelsail
