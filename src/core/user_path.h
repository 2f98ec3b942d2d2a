#pragma once

/// "~" in paths that no shell has seen: configuration files, --set, --option=~/x.

#include <string>

namespace pixelsail {

/// "~", "~/x", "$HOME/x" and "${HOME}/x" with the home folder (environment variable HOME) in its place; any other
/// text as it is. Throws ConfigError for what would become a folder with a strange name: "~user/x" and other
/// environment variables as a whole part of a path ("/data/$USER/x"), and when HOME is not set.
std::string expand_user_path(const std::string& text);

}  // namespace pixelsail
