#pragma once

/// Keys and values of tokens already read, for several sequences of different length.
///
/// Legend: B sequences, G key/value heads, S capacity in tokens, d head size.

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace pixelsail {

class KvCache {
 public:
  KvCache(std::int64_t layers, std::int64_t batch, std::int64_t kv_heads, std::int64_t capacity,
          std::int64_t head_size, torch::TensorOptions options);

  std::int64_t batch() const { return static_cast<std::int64_t>(lengths_.size()); }
  std::int64_t capacity() const { return capacity_; }
  std::int64_t length(std::int64_t sequence) const { return lengths_[static_cast<std::size_t>(sequence)]; }

  /// Makes room for `capacity` tokens a sequence; what is held stays.
  void reserve(std::int64_t capacity);

  /// Writes k, v [L, G, d] of `sequence` behind what it holds, growing when needed. Lengths change only in
  /// advance().
  void write(std::int64_t layer, std::int64_t sequence, const torch::Tensor& k_LGd,
             const torch::Tensor& v_LGd);
  /// Room for one more token in every sequence.
  void make_room_for_step();
  /// The memory of a layer, [B, G, S, d] without gaps.
  void* keys_data(std::int64_t layer) const { return keys_BGSd_[static_cast<std::size_t>(layer)].data_ptr(); }
  void* values_data(std::int64_t layer) const {
    return values_BGSd_[static_cast<std::size_t>(layer)].data_ptr();
  }
  torch::ScalarType dtype() const { return keys_BGSd_.front().scalar_type(); }
  /// Called once after all layers have written.
  void advance(std::int64_t sequence, std::int64_t tokens);

  /// [G, total, d] of one sequence.
  torch::Tensor keys(std::int64_t layer, std::int64_t sequence, std::int64_t total) const;
  torch::Tensor values(std::int64_t layer, std::int64_t sequence, std::int64_t total) const;
  /// [B, G, S, d] of all.
  const torch::Tensor& all_keys(std::int64_t layer) const {
    return keys_BGSd_[static_cast<std::size_t>(layer)];
  }
  const torch::Tensor& all_values(std::int64_t layer) const {
    return values_BGSd_[static_cast<std::size_t>(layer)];
  }

  /// Makes sequence i a copy of the present sequence `sequences[i]`: drops, reorders or repeats them.
  void select(const std::vector<std::int64_t>& sequences);

 private:
  std::int64_t capacity_;
  std::vector<torch::Tensor> keys_BGSd_, values_BGSd_;
  std::vector<std::int64_t> lengths_;
};

}  // namespace pixelsail
