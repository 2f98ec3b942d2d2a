#pragma once

/// Where benchmarks keep their files below the root that a caller names.

#include <filesystem>
#include <string>
#include <vector>

namespace pixelsail {

/// ROOT/FOLDER/FILE for the first folder that has it, else ROOT/FILE ("ROOT" may be the folder itself).
/// Throws DataError naming every place that was looked at.
std::filesystem::path find_annotation_file(const std::filesystem::path& root,
                                           const std::vector<std::string>& folders, const std::string& file);

/// Whether `name` stays inside the folder it is joined to: not empty, relative, without "..".
bool stays_inside(const std::filesystem::path& name);

}  // namespace pixelsail
