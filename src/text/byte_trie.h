#pragma once

/// Prefix tree over byte strings.

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace pixelsail::detail {

class ByteTrie {
 public:
  static constexpr std::int32_t kNoValue = -1;
  static constexpr std::uint32_t kRoot = 0, kNoNode = ~std::uint32_t{0};

  /// A key given twice keeps the last value (>= 0).
  void insert(std::string_view key, std::int32_t value);

  /// The node one byte further from `node`; kNoNode when no key goes there.
  std::uint32_t step(std::uint32_t node, char byte) const;
  /// Value of the key that ends at `node`, else kNoValue.
  std::int32_t value(std::uint32_t node) const { return nodes_[node].value; }

 private:
  using Child = std::pair<unsigned char, std::uint32_t>;
  struct Node {
    std::vector<Child> children;  // sorted by byte
    std::int32_t value = kNoValue;
  };
  std::vector<Node> nodes_ = std::vector<Node>(1);
};

}  // namespace pixelsail::detail
