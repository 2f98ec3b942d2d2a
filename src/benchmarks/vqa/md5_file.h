#pragma once

/// MD5 of a file, to tell whether it is the published one. No protection against anybody.

#include <filesystem>
#include <string>

namespace pixelsail {

/// In lower-case hexadecimal digits. Throws DataError when the file cannot be read.
std::string md5_of_file(const std::filesystem::path& path);

}  // namespace pixelsail
