#pragma once

/// Faults of YAML text that its parser tells as something else, or takes for something else.

#include <string>

namespace pixelsail {

/// Throws ConfigError "NAME:LINE: ..." for a tab or a no-break space in the indentation of a line (outside of
/// brackets, quotes, comments and block texts), and for what is no text in UTF-8 or a Git LFS pointer.
void check_yaml_text(const std::string& text, const std::string& name);

}  // namespace pixelsail
