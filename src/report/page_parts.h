#pragma once

/// The files of src/report/page, as embed_page.cmake puts them into the library.

#include <string_view>

namespace pixelsail {

/// HTML with the places {{title}}, {{style}}, {{report}} and {{script}}.
std::string_view page_template();
std::string_view page_style();
std::string_view page_script();

}  // namespace pixelsail
