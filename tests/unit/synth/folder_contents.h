#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "io/atomic_file.h"

namespace pixelsail {

/// The bytes of every file below a folder, by their paths in it.
inline std::map<std::string, std::string> contents(const std::filesystem::path& root) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.is_regular_file())
      files[std::filesystem::relative(entry.path(), root).string()] = read_file(entry.path());
  }
  return files;
}

}  // namespace pixelsail
