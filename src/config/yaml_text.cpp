#include "config/yaml_text.h"

#include <cstddef>
#include <string_view>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr std::string_view kNoBreakSpace = "\xc2\xa0";

/// Which brackets and quotes are open at the end of what was read.
class Nesting {
 public:
  bool is_open() const { return depth_ > 0 || quote_ != '\0'; }

  void read(std::string_view line) {
    char before = '\0';  // the last character that is no space
    bool after_space = true;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const char c = line[i];
      if (quote_ != '\0') {
        if (c == '\\' && quote_ == '"') {
          ++i;
        } else if (c == quote_) {
          quote_ = '\0';
          before = c;
        }
        continue;
      }
      if (c == '#' && after_space) return;
      // Inside a plain text quotes and brackets are letters like others.
      const bool may_open = before == '\0' || ((before == ':' || before == '-') && after_space) ||
                            before == ',' || before == '[' || before == '{';
      if ((c == '"' || c == '\'') && may_open) quote_ = c;
      if ((c == '[' || c == '{') && may_open) ++depth_;
      if ((c == ']' || c == '}') && depth_ > 0) --depth_;
      after_space = c == ' ' || c == '\t';
      if (!after_space) before = c;
    }
  }

 private:
  int depth_ = 0;
  char quote_ = '\0';
};

/// Whether a line ends with "|" or ">" (with their indicators): a block of text follows.
bool opens_block(std::string_view line) {
  const auto mark = line.find_last_of("|>");
  if (mark == line.npos || mark == 0 || (line[mark - 1] != ' ' && line[mark - 1] != '\t')) return false;
  return line.find_first_not_of("+-0123456789 \t\r", mark + 1) == line.npos;
}

std::size_t indentation(std::string_view line) {
  const auto end = line.find_first_not_of(' ');
  return end == line.npos ? line.size() : end;
}

}  // namespace

void check_yaml_text(const std::string& text, const std::string& name) {
  if (text.starts_with("version https://git-lfs.github.com/spec/"))
    throw ConfigError(name + ": is a Git LFS pointer, not the file itself: fetch it with \"git lfs pull\"");
  Nesting nesting;
  std::size_t number = 0, block_indent = 0;
  bool in_block = false;
  for (std::string_view rest = text; !rest.empty();) {
    const auto end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    ++number;
    const auto solid = line.find_first_not_of(" \t\r");
    if (solid == line.npos) continue;
    if (in_block && indentation(line) > block_indent) continue;
    in_block = false;
    if (!nesting.is_open() && line[solid] != '#') {
      const auto fault = [&](const std::string& what) {
        return ConfigError(name + ":" + std::to_string(number) + ": the line is indented with a " + what +
                           ", YAML wants spaces");
      };
      if (line.substr(0, solid).find('\t') != line.npos) throw fault("tab");
      if (line.substr(solid).starts_with(kNoBreakSpace)) throw fault("no-break space");
    }
    nesting.read(line);
    in_block = !nesting.is_open() && opens_block(line);
    block_indent = indentation(line);
  }
}

}  // namespace pixelsail
