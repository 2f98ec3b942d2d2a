#pragma once

/// Where the pictures are that annotation files name.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pixelsail {

class PictureFolder {
 public:
  /// Pictures lie below one of these folders; what leads out of them is not found.
  explicit PictureFolder(const std::vector<std::filesystem::path>& roots);

  struct Found {
    std::string name;  ///< below its root, with "/"
    std::filesystem::path file;
    /// What the annotation file said, where only the file's name of it was found here; else empty.
    std::string said = {};
  };
  /// `name` as an annotation file says it: below `base` (a folder inside of a root; empty: none) or below a root.
  std::optional<Found> find(const std::string& name, const std::filesystem::path& base = {}) const;

 private:
  std::optional<Found> at(const std::filesystem::path& path) const;
  std::vector<std::filesystem::path> roots_;
};

/// Every regular file below a folder whose name ends like one of `endings` (".png", small letters), in the order of
/// names, relative to it. Throws DataError when the folder cannot be read.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder,
                                               const std::vector<std::string_view>& endings);
/// The endings of pictures that are read.
const std::vector<std::string_view>& picture_endings();

/// Whether a path names one; false for what no file system takes, too.
bool is_folder(const std::filesystem::path& path);
bool is_file(const std::filesystem::path& path);

/// A name of Windows too: "\" as "/".
std::string with_slashes(std::string name);

}  // namespace pixelsail
