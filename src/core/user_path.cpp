#include "core/user_path.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string_view>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

bool is_name(std::string_view text) {
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) == 0 &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

/// NAME of "$NAME" and "${NAME}"; empty for anything else.
std::string_view variable_of(std::string_view part) {
  if (!part.starts_with('$')) return {};
  part.remove_prefix(1);
  if (part.starts_with('{') && part.ends_with('}')) part = part.substr(1, part.size() - 2);
  return is_name(part) ? part : std::string_view();
}

std::string home_of(const std::string& text) {
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0')
    throw ConfigError("'" + text + "' means the home folder, but the environment variable HOME is not set");
  return home;
}

}  // namespace

std::string expand_user_path(const std::string& text) {
  const std::string_view all = text;
  const std::string_view first = all.substr(0, all.find('/'));
  std::string result = text;
  if (first == "~" || variable_of(first) == "HOME") {
    result = home_of(text) + text.substr(first.size());
  } else if (first.starts_with('~') && first.size() < all.size() && is_name(first.substr(1))) {
    throw ConfigError("'" + text + "': home folders of other users are not looked up; write the path out");
  }
  for (std::string_view rest = result; !rest.empty();) {
    const std::string_view part = rest.substr(0, rest.find('/'));
    if (!variable_of(part).empty())
      throw ConfigError("'" + text +
                        "': environment variables are not replaced here (only ~ and $HOME at the "
                        "beginning are); write the path out");
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  }
  return result;
}

}  // namespace pixelsail
