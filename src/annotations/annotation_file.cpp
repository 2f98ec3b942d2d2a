#include "annotations/annotation_file.h"

#include <algorithm>

#include "pixelsail/error.h"

namespace pixelsail {

std::filesystem::path find_annotation_file(const std::filesystem::path& root,
                                           const std::vector<std::string>& folders, const std::string& file) {
  std::vector<std::filesystem::path> places;
  places.reserve(folders.size() + 1);
  for (const std::string& folder : folders) places.push_back(root / folder / file);
  places.push_back(root / file);
  std::string tried;
  for (const std::filesystem::path& place : places) {
    std::error_code error;
    if (std::filesystem::exists(place, error)) return place;
    tried += (tried.empty() ? "" : " nor ") + place.string();
  }
  throw DataError("neither " + tried + " is there");
}

bool stays_inside(const std::filesystem::path& name) {
  return !name.empty() && name.is_relative() &&
         std::ranges::none_of(name, [](const auto& part) { return part == ".."; });
}

}  // namespace pixelsail
