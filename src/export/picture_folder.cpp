#include "export/picture_folder.h"

#include <algorithm>

#include "pixelsail/error.h"

namespace pixelsail {

PictureFolder::PictureFolder(const std::vector<std::filesystem::path>& roots) {
  for (const std::filesystem::path& root : roots)
    roots_.push_back(std::filesystem::absolute(root.empty() ? "." : root).lexically_normal());
}

std::optional<PictureFolder::Found> PictureFolder::at(const std::filesystem::path& path) const {
  if (!is_file(path)) return std::nullopt;
  const std::filesystem::path file = std::filesystem::absolute(path).lexically_normal();
  for (const std::filesystem::path& root : roots_) {
    const std::filesystem::path below = file.lexically_relative(root);
    if (below.empty() || below == "." || *below.begin() == "..") continue;
    return Found{.name = below.generic_string(), .file = file, .said = {}};
  }
  return std::nullopt;
}

std::optional<PictureFolder::Found> PictureFolder::find(const std::string& name,
                                                        const std::filesystem::path& base) const {
  if (name.empty() || name.find('\0') != std::string::npos) return std::nullopt;
  const std::filesystem::path path(with_slashes(name));
  if (path.is_relative()) {
    if (!base.empty()) {
      if (auto found = at(base / path)) return found;
    }
    for (const std::filesystem::path& root : roots_) {
      if (auto found = at(root / path)) return found;
    }
  }
  // A path of another machine: its file name is what can be the same here.
  for (const std::filesystem::path& root : roots_) {
    if (path.has_filename() && path.has_parent_path()) {
      if (auto found = at(root / path.filename())) {
        found->said = name;
        return found;
      }
    }
  }
  return std::nullopt;
}

std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder,
                                               const std::vector<std::string_view>& endings) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::vector<fs::path> files;
  fs::recursive_directory_iterator it(folder, error);
  if (error) throw DataError(folder.string() + ": cannot be read: " + error.message());
  for (; it != fs::recursive_directory_iterator(); it.increment(error)) {
    if (error) throw DataError(folder.string() + ": cannot be read: " + error.message());
    std::string ending = it->path().extension().string();
    std::ranges::transform(ending, ending.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    if (std::ranges::find(endings, ending) == endings.end() || !it->is_regular_file(error)) continue;
    files.push_back(it->path().lexically_relative(folder));
  }
  if (error) throw DataError(folder.string() + ": cannot be read: " + error.message());
  std::ranges::sort(files);
  return files;
}

const std::vector<std::string_view>& picture_endings() {
  static const std::vector<std::string_view> kEndings{".jpg", ".jpeg", ".png", ".webp", ".bmp",
                                                      ".tif", ".tiff", ".jp2", ".gif"};
  return kEndings;
}

bool is_folder(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

bool is_file(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

std::string with_slashes(std::string name) {
  std::ranges::replace(name, '\\', '/');
  return name;
}

}  // namespace pixelsail
