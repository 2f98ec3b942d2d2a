#include "config/node.h"

#include <algorithm>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

bool looks_like_yaml_syntax(const std::string& text) {
  // Everything but plain words, numbers and paths is quoted: more than YAML demands, never less.
  static constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+-";
  if (text.find_first_not_of(kPlain) != std::string::npos) return true;
  return text == "-" || text.starts_with("--") || text == "..." || text == "." || text == "null" ||
         text == "Null" || text == "NULL";
}

std::string quote(const std::string& text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string key_text(const std::string& key) {
  return looks_like_yaml_syntax(key) ? quote(key) : key;
}

std::string scalar_text(const ConfigNode& node) {
  if (node.kind == ConfigNode::Kind::kNull) return "null";
  if (!node.quoted) return node.text;
  // A text that would read as a number or a truth value reads back as text from a string field either way, so
  // only what YAML itself would take apart needs quotes.
  return node.text.empty() || looks_like_yaml_syntax(node.text) ? quote(node.text) : node.text;
}

bool is_collection(const ConfigNode& node) {
  return node.kind == ConfigNode::Kind::kSequence || node.kind == ConfigNode::Kind::kMapping;
}

std::string empty_collection(const ConfigNode& node) {
  return node.kind == ConfigNode::Kind::kSequence ? "[]" : "{}";
}

void emit(const ConfigNode& node, int indent, bool first_inline, std::string& out);

/// What stands behind "key:" or "-".
void emit_value(const ConfigNode& node, int indent, bool after_dash, std::string& out) {
  if (!is_collection(node)) {
    out += ' ' + scalar_text(node) + '\n';
  } else if (node.items.empty()) {
    out += ' ' + empty_collection(node) + '\n';
  } else if (node.kind == ConfigNode::Kind::kSequence &&
             std::none_of(node.items.begin(), node.items.end(), is_collection)) {
    out += " [";
    for (std::size_t i = 0; i < node.items.size(); ++i) out += (i ? ", " : "") + scalar_text(node.items[i]);
    out += "]\n";
  } else if (after_dash && node.kind == ConfigNode::Kind::kMapping) {
    out += ' ';
    emit(node, indent + 2, true, out);
  } else {
    out += '\n';
    emit(node, indent + 2, false, out);
  }
}

void emit(const ConfigNode& node, int indent, bool first_inline, std::string& out) {
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    if (i > 0 || !first_inline) out.append(static_cast<std::size_t>(indent), ' ');
    const bool mapping = node.kind == ConfigNode::Kind::kMapping;
    out += mapping ? key_text(node.keys[i]) + ":" : "-";
    emit_value(node.items[i], indent, !mapping, out);
  }
}

void flatten(const ConfigNode& node, const std::string& path, std::map<std::string, std::string>& out) {
  if (!is_collection(node)) {
    out[path] = scalar_text(node);
    return;
  }
  if (node.items.empty() && !path.empty()) out[path] = empty_collection(node);
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    flatten(node.items[i],
            node.kind == ConfigNode::Kind::kMapping ? join_key_path(path, node.keys[i])
                                                    : path + "[" + std::to_string(i) + "]",
            out);
  }
}

/// Insertions, deletions, substitutions and swaps of neighbours that turn one word into the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

const ConfigNode* ConfigNode::find(std::string_view key) const {
  if (kind != Kind::kMapping) return nullptr;
  const auto found = std::find(keys.begin(), keys.end(), key);
  return found == keys.end() ? nullptr : &items[static_cast<std::size_t>(found - keys.begin())];
}

ConfigNode* ConfigNode::find(std::string_view key) {
  return const_cast<ConfigNode*>(static_cast<const ConfigNode&>(*this).find(key));
}

void ConfigNode::set(const std::string& key, ConfigNode value, const std::string& key_place) {
  if (ConfigNode* old = find(key)) {
    *old = std::move(value);
    return;
  }
  keys.push_back(key);
  key_where.push_back(key_place);
  items.push_back(std::move(value));
}

void throw_config_error(const std::string& where, const std::string& path, const std::string& message) {
  std::string text = where;
  for (const std::string& part : {path, message}) {
    if (!part.empty()) text += (text.empty() ? "" : ": ") + part;
  }
  throw ConfigError(text);
}

std::string config_tree_to_yaml(const ConfigNode& root) {
  if (!is_collection(root)) return scalar_text(root) + '\n';
  if (root.items.empty()) return empty_collection(root) + '\n';
  std::string out;
  emit(root, 0, false, out);
  return out;
}

std::map<std::string, std::string> flatten_config_tree(const ConfigNode& root) {
  std::map<std::string, std::string> out;
  flatten(root, {}, out);
  return out;
}

std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    // A distance as long as the word itself would make "ab" a misspelling of every two-letter name.
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance && distance < candidate.size()) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string join_key_path(const std::string& parent, const std::string& key) {
  return parent.empty() ? key : parent + "." + key;
}

}  // namespace pixelsail
