#include "config/plain_yaml.h"

#include <string_view>
#include <utility>
#include <vector>

#include "config/yaml_text.h"

namespace pixelsail {
namespace {

/// "key: value" of one line.
struct Line {
  std::size_t indent = 0;
  std::string key;
  ConfigNode value;
  bool may_open = false;  ///< no value stands there: a mapping below may be it
  std::string where;
};

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

[[noreturn]] void refuse(const std::string& where, const std::string& what) {
  throw_config_error(where, {}, what + ": this build reads mappings of one-line values only");
}

/// Where a comment begins in what follows a key; a '#' inside of quotes or of a word is none.
std::size_t comment_begin(std::string_view text) {
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if ((c == '"' || c == '\'') && trimmed(text.substr(0, i)).empty()) {
      quote = c;
    } else if (c == '#' && (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\t')) {
      return i;
    }
  }
  return text.size();
}

ConfigNode scalar(std::string_view text, const std::string& where) {
  ConfigNode node;
  node.where = where;
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return node;
  node.kind = ConfigNode::Kind::kScalar;
  const char first = text.front();
  if (first == '"' || first == '\'') {
    const bool closed = text.size() > 1 && text.find(first, 1) == text.size() - 1;
    if (!closed || text.find('\\') != text.npos) refuse(where, "quotes with escapes or without an end");
    node.quoted = true;
    text = text.substr(1, text.size() - 2);
  } else if (std::string_view("[{&*!|>%@`").find(first) != std::string_view::npos ||
             text.find(": ") != text.npos || text.ends_with(':')) {
    refuse(where, "the value '" + std::string(text) + "'");
  }
  node.text = std::string(text);
  return node;
}

Line split_line(std::string_view line, std::size_t indent, const std::string& where) {
  const auto colon = line.find(':');
  if (line.starts_with("- ") || line == "-") refuse(where, "a list");
  if (std::string_view("[{&*!|>\"'?%@`").find(line.front()) != std::string_view::npos)
    refuse(where, "a line that does not begin with a key");
  if (colon == line.npos || (colon + 1 < line.size() && line[colon + 1] != ' ' && line[colon + 1] != '\t'))
    refuse(where, "a line without \"key: value\"");
  const std::string_view rest = line.substr(colon + 1);
  const std::string_view value = trimmed(rest.substr(0, comment_begin(rest)));
  return {.indent = indent,
          .key = std::string(trimmed(line.substr(0, colon))),
          .value = scalar(value, where),
          .may_open = value.empty(),
          .where = where};
}

/// Lines that are neither empty nor comments.
std::vector<Line> lines_of(const std::string& text, const std::string& name) {
  std::vector<Line> lines;
  std::size_t number = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const auto end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    ++number;
    const std::string_view solid = trimmed(line);
    if (solid.empty() || solid.front() == '#') continue;
    const std::string where = name + ":" + std::to_string(number);
    if (solid.starts_with("---") || solid.starts_with("...")) refuse(where, "a mark of documents");
    lines.push_back(split_line(solid, line.find_first_not_of(' '), where));
  }
  return lines;
}

/// The mapping that begins at `at`, up to a line that is indented less.
ConfigNode mapping(const std::vector<Line>& lines, std::size_t& at) {
  ConfigNode node;
  node.kind = ConfigNode::Kind::kMapping;
  node.where = lines[at].where;
  const std::size_t indent = lines[at].indent;
  while (at < lines.size() && lines[at].indent >= indent) {
    const Line& line = lines[at];
    if (line.indent > indent) refuse(line.where, "a line that is indented under a value");
    if (node.find(line.key) != nullptr) throw_config_error(line.where, line.key, "the key is there twice");
    ++at;
    const bool opens = line.may_open && at < lines.size() && lines[at].indent > indent;
    node.set(line.key, opens ? mapping(lines, at) : line.value, line.where);
  }
  return node;
}

}  // namespace

ConfigNode parse_plain_yaml(const std::string& text, const std::string& name) {
  check_yaml_text(text, name);
  const std::vector<Line> lines = lines_of(text, name);
  if (lines.empty()) return {};
  std::size_t at = 0;
  ConfigNode root = mapping(lines, at);
  if (at < lines.size()) refuse(lines[at].where, "a line that is indented less than the first");
  return root;
}

}  // namespace pixelsail
