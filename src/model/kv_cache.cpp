#include "model/kv_cache.h"

#include <torch/torch.h>

#include <algorithm>

namespace pixelsail {

KvCache::KvCache(std::int64_t layers, std::int64_t batch, std::int64_t kv_heads, std::int64_t capacity,
                 std::int64_t head_size, torch::TensorOptions options)
    : capacity_(capacity), lengths_(static_cast<std::size_t>(batch), 0) {
  for (std::int64_t layer = 0; layer < layers; ++layer) {
    // Zeros, not empty memory: padded positions are masked, but 0 * NaN would still be NaN.
    keys_BGSd_.push_back(torch::zeros({batch, kv_heads, capacity, head_size}, options));
    values_BGSd_.push_back(torch::zeros({batch, kv_heads, capacity, head_size}, options));
  }
}

void KvCache::reserve(std::int64_t capacity) {
  if (capacity <= capacity_) return;
  const auto grow = [&](torch::Tensor& held_BGSd) {
    auto shape = held_BGSd.sizes().vec();
    shape[2] = capacity - capacity_;
    held_BGSd = torch::cat({held_BGSd, torch::zeros(shape, held_BGSd.options())}, 2);
  };
  for (auto& keys : keys_BGSd_) grow(keys);
  for (auto& values : values_BGSd_) grow(values);
  capacity_ = capacity;
}

void KvCache::write(std::int64_t layer, std::int64_t sequence, const torch::Tensor& k_LGd,
                    const torch::Tensor& v_LGd) {
  const std::int64_t past = length(sequence);
  const std::int64_t count = k_LGd.size(0);
  if (past + count > capacity_) reserve(std::max(past + count, 2 * capacity_));
  const auto index = static_cast<std::size_t>(layer);
  keys_BGSd_[index][sequence].narrow(1, past, count).copy_(k_LGd.transpose(0, 1));
  values_BGSd_[index][sequence].narrow(1, past, count).copy_(v_LGd.transpose(0, 1));
}

void KvCache::make_room_for_step() {
  const std::int64_t longest = *std::max_element(lengths_.begin(), lengths_.end());
  if (longest >= capacity_) reserve(std::max(longest + 1, 2 * capacity_));
}

void KvCache::advance(std::int64_t sequence, std::int64_t tokens) {
  lengths_[static_cast<std::size_t>(sequence)] += tokens;
}

torch::Tensor KvCache::keys(std::int64_t layer, std::int64_t sequence, std::int64_t total) const {
  return keys_BGSd_[static_cast<std::size_t>(layer)][sequence].narrow(1, 0, total);
}

torch::Tensor KvCache::values(std::int64_t layer, std::int64_t sequence, std::int64_t total) const {
  return values_BGSd_[static_cast<std::size_t>(layer)][sequence].narrow(1, 0, total);
}

void KvCache::select(const std::vector<std::int64_t>& sequences) {
  if (static_cast<std::int64_t>(sequences.size()) == batch()) {
    bool same = true;
    for (std::size_t i = 0; i < sequences.size(); ++i)
      same = same && sequences[i] == static_cast<std::int64_t>(i);
    if (same) return;
  }
  const torch::Tensor index = torch::tensor(sequences, torch::kInt64).to(keys_BGSd_[0].device());
  for (auto& keys : keys_BGSd_) keys = keys.index_select(0, index);
  for (auto& values : values_BGSd_) values = values.index_select(0, index);
  std::vector<std::int64_t> lengths;
  for (const std::int64_t sequence : sequences) lengths.push_back(length(sequence));
  lengths_ = std::move(lengths);
}

}  // namespace pixelsail
