#include <set>

#include "annotations/coco_captions.h"
#include "annotations/gcg.h"
#include "benchmarks/common/check_parts.h"
#include "benchmarks/gcg/gcg.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr const char* kEntry = "entries miss what they need";

struct PlacedImage {
  std::string file_name;
  int height = 0, width = 0;
};
using Images = std::map<std::string, PlacedImage>;

Images check_masks(const BenchmarkConfig& config, BenchmarkCheck& check) {
  Images images;
  std::set<std::int64_t> ids;
  MaskCheck masks(check);
  const auto add_image = [&](const Json& image, const std::string& where) {
    const std::string id = coco_id(image, "id", where);
    PlacedImage placed{.file_name = gcg_file_name(image, id, where),
                       .height = side_member(image, "height", where),
                       .width = side_member(image, "width", where)};
    if (!images.emplace(id, std::move(placed)).second)
      throw DataError(where + ": id " + id + " occurs twice");
  };
  const auto add_object = [&](const Json& object, const std::string& where) {
    const std::int64_t id = json_int(object, "id", where);
    if (!ids.insert(id).second) throw DataError(where + ": id " + std::to_string(id) + " occurs twice");
    json_int(object, "category_id", where);
    const auto image = images.find(coco_id(object, "image_id", where));
    if (image == images.end()) throw DataError(where + ": no image has its image_id");
    masks.add(json_at(object, "segmentation", where), image->second.height, image->second.width,
              MaskUse::kTarget, where);
  };
  visit_gcg_masks(
      config.root, config.split,
      {.image = [&](const Json& image,
                    const std::string& where) { guarded(check, kEntry, [&] { add_image(image, where); }); },
       .annotation =
           [&](const Json& object, const std::string& where) {
             guarded(check, kEntry, [&] { add_object(object, where); });
           }});
  masks.finish();
  return images;
}

/// Returns the ids of the images that have captions.
std::set<std::string> check_captions(const BenchmarkConfig& config, const Images& images,
                                     BenchmarkCheck& check) {
  std::set<std::string> asked, captioned;
  std::int64_t phrases = 0;
  const auto add_image = [&](const Json& image, const std::string& where) {
    const std::string id = coco_id(image, "id", where);
    if (!images.contains(id)) throw DataError(where + ": the mask file has no image " + id);
    if (!asked.insert(id).second) throw DataError(where + ": id " + id + " occurs twice");
  };
  const auto add_caption = [&](const Json& annotation, const std::string& where) {
    captioned.insert(coco_id(annotation, "image_id", where));
    text_member(annotation, "caption", check, "captions are empty", where);
    const Json& labels = json_at(annotation, "labels", where);
    if (!labels.is_array()) throw DataError(where + ": \"labels\" should be a list");
    phrases += static_cast<std::int64_t>(labels.size());
  };
  const auto file = visit_gcg_captions(
      config.root, config.split,
      {.image = [&](const Json& image,
                    const std::string& where) { guarded(check, kEntry, [&] { add_image(image, where); }); },
       .annotation =
           [&](const Json& annotation, const std::string& where) {
             guarded(check, kEntry, [&] { add_caption(annotation, where); });
           }});
  for (const std::string& id : asked)
    if (!captioned.contains(id)) check.fault("images have no caption", file.string() + ": image " + id);
  check.count("questions", static_cast<std::int64_t>(asked.size()));
  check.count("phrases", phrases);
  return asked;
}

}  // namespace

void check_gcg(const BenchmarkConfig& config, const CheckOptions& options, BenchmarkCheck& check) {
  const Images images = check_masks(config, check);
  PictureCheck pictures(check, options);
  for (const std::string& id : check_captions(config, images, check)) {
    const PlacedImage& image = images.at(id);
    guarded(check, "pictures are missing",
            [&] { pictures.add(gcg_image_path(config.root, image.file_name), image.height, image.width); });
  }
  pictures.run();
  // Whatever else the loader refuses.
  if (check.faults.empty()) load_gcg(config.root, config.split);
}

}  // namespace pixelsail
