#include "core/error_text.h"

#include <filesystem>
#include <new>
#include <string_view>

namespace pixelsail {

std::string error_text(const std::exception& error) {
  if (const auto* fault = dynamic_cast<const std::filesystem::filesystem_error*>(&error)) {
    // The library's own words end with the paths in brackets; of two, the second is what was to be made.
    const auto& path = fault->path2().empty() ? fault->path1() : fault->path2();
    return path.string() + ": " + fault->std::system_error::what();
  }
  std::string_view text = error.what();
  for (const std::string_view trace : {"\nframe #", "\nException raised from "})
    text = text.substr(0, text.find(trace));
  while (text.ends_with('\n') || text.ends_with(' ')) text.remove_suffix(1);
  // "[enforce fail at alloc_cpu.cpp:127] err == 0. " is for those who wrote it.
  constexpr std::string_view kEnforce = "[enforce fail at ";
  if (const auto end = text.find(". "); text.starts_with(kEnforce) && end != text.npos)
    text.remove_prefix(end + 2);
  return std::string(text);
}

bool is_out_of_memory(const std::exception& error) {
  return dynamic_cast<const std::bad_alloc*>(&error) != nullptr ||
         std::string_view(error.what()).find("DefaultCPUAllocator: ") != std::string_view::npos;
}

}  // namespace pixelsail
