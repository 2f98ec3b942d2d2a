#include "teach/picture_list.h"

#include <algorithm>

#include "image/picture_format.h"
#include "io/printable.h"
#include "io/utf8.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace fs = std::filesystem;
namespace {

/// Folders that are links are followed; one that leads back to itself is left after so many.
constexpr int kMostFolders = 32;

bool is_hidden(const fs::path& path) {
  return path.filename().string().starts_with('.');
}

void take_file(const fs::path& folder, const fs::path& file, TeacherPictures& list) {
  if (!is_picture_file(file)) {
    list.left_out.push_back(file);
    return;
  }
  const std::string key = file.lexically_relative(folder).generic_string();
  if (detail::find_invalid_utf8(key) != std::string::npos || key == "__metadata__") {
    list.unnamable.emplace(detail::printable(key), "its name cannot be the name of a tensor");
  } else {
    list.pictures.push_back({key, file});
  }
}

}  // namespace

TeacherPictures list_teacher_pictures(const fs::path& folder) {
  TeacherPictures list;
  std::error_code error;
  if (!fs::is_directory(folder, error))
    throw DataError(folder.string() + ": there is no such folder of pictures");
  const auto options = fs::directory_options::follow_directory_symlink;
  fs::recursive_directory_iterator entry(folder, options, error);
  for (const fs::recursive_directory_iterator end; !error && entry != end; entry.increment(error)) {
    std::error_code unknown;
    if (entry->is_directory(unknown)) {
      if (is_hidden(entry->path()) || entry.depth() >= kMostFolders) entry.disable_recursion_pending();
    } else if (entry->is_regular_file(unknown) && !is_hidden(entry->path())) {
      take_file(folder, entry->path(), list);
    }
  }
  if (error) throw DataError(folder.string() + ": cannot be listed: " + error.message());
  if (list.pictures.empty() && list.unnamable.empty())
    throw DataError(folder.string() + ": holds no picture");
  std::ranges::sort(list.pictures, {}, &TeacherPicture::key);
  std::ranges::sort(list.left_out);
  return list;
}

}  // namespace pixelsail
