#pragma once

/// The pictures of a folder and of those below it.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace pixelsail {

struct TeacherPicture {
  std::string key;  ///< path below the folder, with slashes: what data sets call it
  std::filesystem::path file;
};

struct TeacherPictures {
  std::vector<TeacherPicture> pictures;          ///< sorted by key
  std::map<std::string, std::string> unnamable;  ///< those whose name cannot be a key, with the reason
  std::vector<std::filesystem::path> left_out;   ///< files that are no pictures, hidden ones not counted
};

/// Hidden files and folders are passed over. Throws DataError for a folder that cannot be read or holds no picture.
TeacherPictures list_teacher_pictures(const std::filesystem::path& folder);

}  // namespace pixelsail
