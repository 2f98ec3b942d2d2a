#include "text/byte_trie.h"

#include <algorithm>

namespace pixelsail::detail {
namespace {

template <typename Children>
auto find_child(Children& children, char byte) {
  return std::lower_bound(children.begin(), children.end(), static_cast<unsigned char>(byte),
                          [](const auto& child, unsigned char wanted) { return child.first < wanted; });
}

}  // namespace

void ByteTrie::insert(std::string_view key, std::int32_t value) {
  std::uint32_t node = kRoot;
  for (const char byte : key) {
    std::uint32_t next = step(node, byte);
    if (next == kNoNode) {
      next = static_cast<std::uint32_t>(nodes_.size());
      auto& children = nodes_[node].children;
      children.insert(find_child(children, byte), {static_cast<unsigned char>(byte), next});
      nodes_.emplace_back();
    }
    node = next;
  }
  nodes_[node].value = value;
}

std::uint32_t ByteTrie::step(std::uint32_t node, char byte) const {
  const auto& children = nodes_[node].children;
  const auto at = find_child(children, byte);
  return at != children.end() && at->first == static_cast<unsigned char>(byte) ? at->second : kNoNode;
}

}  // namespace pixelsail::detail
