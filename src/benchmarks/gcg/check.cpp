#include <set>

#include "annotations/annotation_file.h"
#include "annotations/coco_captions.h"
#include "annotations/gcg.h"
#include "benchmarks/common/check_parts.h"
#include "io/json_elements.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

constexpr const char* kEntry = "entries miss what they need";

struct PlacedImage {
  std::string file_name;
  int height = 0, width = 0;
};
using Images = std::map<std::string, PlacedImage>;

std::string place(const std::filesystem::path& file, const char* section, std::size_t i) {
  return file.string() + ": " + section + "[" + std::to_string(i) + "]";
}

Images check_masks(const std::filesystem::path& file, BenchmarkCheck& check) {
  Images images;
  std::vector<Json> objects;
  std::set<std::int64_t> ids;
  JsonSection image_section, annotation_section;
  image_section.keep = {"id", "file_name", "height", "width"};
  image_section.element = [&](Json&& image, std::size_t i) {
    guarded(check, kEntry, [&] {
      const std::string where = place(file, "images", i);
      const std::string id = coco_id(image, "id", where);
      // Where no name is given the published pictures are called by their id.
      PlacedImage placed{
          .file_name = image.contains("file_name") ? json_string(image, "file_name", where) : id + ".jpg",
          .height = side_member(image, "height", where),
          .width = side_member(image, "width", where)};
      if (!images.emplace(id, std::move(placed)).second)
        throw DataError(where + ": id " + id + " occurs twice");
    });
  };
  annotation_section.keep = {"id", "image_id", "category_id", "segmentation"};
  annotation_section.element = [&](Json&& object, std::size_t) { objects.push_back(std::move(object)); };
  read_json_elements(file, {{"images", image_section}, {"annotations", annotation_section}});
  MaskCheck masks(check, false);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    guarded(check, kEntry, [&] {
      const std::string where = place(file, "annotations", i);
      const std::int64_t id = json_int(objects[i], "id", where);
      if (!ids.insert(id).second) throw DataError(where + ": id " + std::to_string(id) + " occurs twice");
      json_int(objects[i], "category_id", where);
      const auto image = images.find(coco_id(objects[i], "image_id", where));
      if (image == images.end()) throw DataError(where + ": no image has its image_id");
      masks.add(json_at(objects[i], "segmentation", where), image->second.height, image->second.width,
                MaskUse::kTarget, where);
    });
    objects[i] = nullptr;
  }
  masks.finish();
  return images;
}

/// Returns the ids of the images that have captions.
std::set<std::string> check_captions(const std::filesystem::path& file, const Images& images,
                                     BenchmarkCheck& check) {
  std::set<std::string> asked, captioned;
  std::int64_t phrases = 0;
  JsonSection image_section, annotation_section;
  image_section.keep = {"id"};
  image_section.element = [&](Json&& image, std::size_t i) {
    guarded(check, kEntry, [&] {
      const std::string where = place(file, "images", i);
      const std::string id = coco_id(image, "id", where);
      if (!images.contains(id)) throw DataError(where + ": the mask file has no image " + id);
      if (!asked.insert(id).second) throw DataError(where + ": id " + id + " occurs twice");
    });
  };
  annotation_section.keep = {"image_id", "caption", "labels"};
  annotation_section.element = [&](Json&& annotation, std::size_t i) {
    guarded(check, kEntry, [&] {
      const std::string where = place(file, "annotations", i);
      captioned.insert(coco_id(annotation, "image_id", where));
      text_member(annotation, "caption", check, "captions are empty", where);
      const Json& labels = json_at(annotation, "labels", where);
      if (!labels.is_array()) throw DataError(where + ": \"labels\" should be a list");
      phrases += static_cast<std::int64_t>(labels.size());
    });
  };
  read_json_elements(file, {{"images", image_section}, {"annotations", annotation_section}});
  for (const std::string& id : asked)
    if (!captioned.contains(id)) check.fault("images have no caption", file.string() + ": image " + id);
  check.count("questions", static_cast<std::int64_t>(asked.size()));
  check.count("phrases", phrases);
  return asked;
}

}  // namespace

void check_gcg(const BenchmarkConfig& config, const CheckOptions& options, BenchmarkCheck& check) {
  const auto file = [&](const char* part) {
    return find_annotation_file(config.root, {"gcg"}, config.split + "_gcg_coco_" + part + "_gt.json");
  };
  const Images images = check_masks(file("mask"), check);
  PictureCheck pictures(check, options);
  for (const std::string& id : check_captions(file("caption"), images, check)) {
    const PlacedImage& image = images.at(id);
    guarded(check, "pictures are missing",
            [&] { pictures.add(gcg_image_path(config.root, image.file_name), image.height, image.width); });
  }
  pictures.run();
  // Whatever else the loader refuses.
  if (check.faults.empty()) load_gcg(config.root, config.split);
}

}  // namespace pixelsail::detail
