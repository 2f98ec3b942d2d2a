#pragma once

/// The numbered values that a pickle refers back to.

#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "io/pickle/pickle.h"

namespace pixelsail::detail {

/// A value on the stack or in the memo. Tuples are lists that must not be appended to.
struct PickleItem {
  PickleValue value;
  bool is_tuple = false;
};

/// Writers number entries from 0 or 1 upwards; anything sparse goes to a map, so that one hostile number
/// cannot claim memory.
class PickleMemo {
 public:
  void put(std::uint64_t index, const PickleItem& item) {
    if (!sparse_.empty() && sparse_.contains(index)) {
      sparse_[index] = item;
    } else if (index < dense_.size()) {
      if (!std::exchange(dense_[index].is_set, true)) ++count_;
      dense_[index].item = item;
    } else if (index <= dense_.size() + kMaxGap) {
      dense_.resize(index + 1);
      dense_[index] = {item, true};
      ++count_;
    } else {
      sparse_.emplace(index, item);
      ++count_;
    }
  }
  /// nullptr when there is none.
  const PickleItem* get(std::uint64_t index) const {
    if (index < dense_.size() && dense_[index].is_set) return &dense_[index].item;
    const auto found = sparse_.find(index);
    return found == sparse_.end() ? nullptr : &found->second;
  }
  /// Number of entries.
  std::uint64_t size() const { return count_; }

 private:
  static constexpr std::uint64_t kMaxGap = 8;
  struct Slot {
    PickleItem item;
    bool is_set = false;
  };
  std::vector<Slot> dense_;
  std::unordered_map<std::uint64_t, PickleItem> sparse_;
  std::uint64_t count_ = 0;
};

}  // namespace pixelsail::detail
