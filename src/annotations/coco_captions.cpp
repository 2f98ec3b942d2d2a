#include "annotations/coco_captions.h"

#include <unordered_map>
#include <utility>

#include "io/json_elements.h"
#include "io/json_number.h"
#include "pixelsail/error.h"

namespace pixelsail {

std::string coco_id(const Json& object, const char* key, const std::string& where) {
  const Json& value = json_at(object, key, where);
  if (value.is_string()) return value.get<std::string>();
  // Unsigned first: an integer beyond 2^63 would turn negative.
  if (value.is_number_unsigned()) return std::to_string(value.get<std::uint64_t>());
  if (const auto number = whole_json_number(value)) return std::to_string(*number);
  throw DataError(where + ": \"" + key + "\" should be an integer or a string, not " + value.type_name());
}

std::vector<CocoCaptions> load_coco_captions(const std::filesystem::path& path) {
  const std::string file = path.string();
  const auto place = [&file](const char* section, std::size_t i) {
    return file + ": " + section + "[" + std::to_string(i) + "]";
  };
  std::vector<CocoCaptions> images;
  std::unordered_map<std::string, std::size_t> index;
  std::vector<std::pair<std::string, std::string>> captions;
  JsonSection image_section, annotation_section;
  image_section.keep = {"id"};
  image_section.element = [&](Json&& image, std::size_t i) {
    const std::string where = place("images", i);
    std::string id = coco_id(image, "id", where);
    if (!index.emplace(id, images.size()).second) throw DataError(where + ": id " + id + " occurs twice");
    images.push_back({.image_id = std::move(id), .captions = {}});
  };
  annotation_section.keep = {"image_id", "caption"};
  annotation_section.element = [&](Json&& annotation, std::size_t i) {
    const std::string where = place("annotations", i);
    captions.emplace_back(coco_id(annotation, "image_id", where), json_string(annotation, "caption", where));
  };
  read_json_elements(path, {{"images", image_section}, {"annotations", annotation_section}});
  // The annotations may stand before the images.
  for (std::size_t i = 0; i < captions.size(); ++i) {
    const auto found = index.find(captions[i].first);
    if (found == index.end())
      throw DataError(place("annotations", i) + ": no image has the id " + captions[i].first);
    images[found->second].captions.push_back(std::move(captions[i].second));
  }
  if (images.empty()) throw DataError(file + ": no images");
  for (const CocoCaptions& image : images)
    if (image.captions.empty()) throw DataError(file + ": image " + image.image_id + " has no caption");
  return images;
}

}  // namespace pixelsail
