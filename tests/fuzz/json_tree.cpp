#include "json_tree.h"

namespace pixelsail::fuzz {
namespace {

constexpr int kMaxDepth = 100;

class TreeParser {
 public:
  explicit TreeParser(std::string_view text) : text_(text) {}

  std::optional<JsonNode> whole() {
    std::optional<JsonNode> node = value(0);
    skip_blanks();
    if (at_ != text_.size()) return std::nullopt;
    return node;
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }
  bool take(char c) {
    skip_blanks();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::optional<std::string> quoted() {
    const std::size_t begin = at_++;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == '"') {
        ++at_;
        return std::string(text_.substr(begin, at_ - begin));
      }
    }
    return std::nullopt;
  }

  std::optional<JsonNode> value(int depth) {
    skip_blanks();
    if (depth > kMaxDepth || at_ == text_.size()) return std::nullopt;
    const char c = text_[at_];
    if (c == '{' || c == '[') return container(c == '{', depth);
    if (c == '"') {
      auto text = quoted();
      if (!text) return std::nullopt;
      return json_scalar(std::move(*text));
    }
    const std::size_t begin = at_;
    while (at_ < text_.size() &&
           std::string_view(",:]} \t\r\n[{\"").find(text_[at_]) == std::string_view::npos)
      ++at_;
    if (at_ == begin) return std::nullopt;
    return json_scalar(std::string(text_.substr(begin, at_ - begin)));
  }

  std::optional<JsonNode> container(bool is_object, int depth) {
    ++at_;
    JsonNode node{.kind = is_object ? JsonNode::Kind::kObject : JsonNode::Kind::kArray};
    const char end = is_object ? '}' : ']';
    if (take(end)) return node;
    do {
      skip_blanks();
      if (is_object) {
        if (at_ == text_.size() || text_[at_] != '"') return std::nullopt;
        auto key = quoted();
        if (!key || !take(':')) return std::nullopt;
        node.keys.push_back(std::move(*key));
      }
      auto child = value(depth + 1);
      if (!child) return std::nullopt;
      node.children.push_back(std::move(*child));
    } while (take(','));
    if (!take(end)) return std::nullopt;
    return node;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

void append(const JsonNode& node, std::string& out) {
  if (node.kind == JsonNode::Kind::kScalar) {
    out += node.text;
    return;
  }
  const bool is_object = node.kind == JsonNode::Kind::kObject;
  out += is_object ? '{' : '[';
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    if (i > 0) out += ',';
    if (is_object) out += node.keys[i] + ':';
    append(node.children[i], out);
  }
  out += is_object ? '}' : ']';
}

}  // namespace

JsonNode json_scalar(std::string text) {
  JsonNode node;
  node.text = std::move(text);
  return node;
}

std::optional<JsonNode> parse_json_tree(std::string_view text) {
  return TreeParser(text).whole();
}

std::string json_text(const JsonNode& node) {
  std::string out;
  append(node, out);
  return out;
}

}  // namespace pixelsail::fuzz
