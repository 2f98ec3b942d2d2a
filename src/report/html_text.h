#pragma once

/// Texts on pages.

#include <string>

namespace pixelsail {

/// As it stands between tags and inside quotes of HTML. Bytes that are not UTF-8 become U+FFFD.
std::string html_text(const std::string& text);

}  // namespace pixelsail
