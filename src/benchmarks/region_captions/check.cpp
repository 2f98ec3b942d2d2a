#include <set>
#include <unordered_map>

#include "annotations/annotation_file.h"
#include "annotations/coco_captions.h"
#include "annotations/region_captions.h"
#include "benchmarks/common/check_parts.h"
#include "benchmarks/region_captions/region_captions.h"
#include "io/json_elements.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr const char* kEntry = "entries miss what they need";

/// One expression, which is an "image" of its own in these files.
struct RegionImage {
  std::string id;
  std::filesystem::path path;
  int height = 0, width = 0;
};

/// finetune_refcocog_<split>_with_mask.json: what is asked. Returns the ids.
std::set<std::string> check_questions(const std::filesystem::path& file, const std::filesystem::path& root,
                                      const CheckOptions& options, BenchmarkCheck& check) {
  std::vector<RegionImage> regions;
  std::set<std::string> ids;
  std::unordered_map<std::string, Json> segmentations;
  JsonSection images, annotations;
  images.keep = {"id", "file_name", "height", "width"};
  images.element = [&](Json&& image, std::size_t i) {
    guarded(check, kEntry, [&] {
      const std::string where = file.string() + ": images[" + std::to_string(i) + "]";
      RegionImage region{.id = coco_id(image, "id", where)};
      const std::string& name = json_string(image, "file_name", where);
      if (!stays_inside(name)) throw DataError(where + ": file_name leads out of its folder");
      region.path = root / "images" / "train2014" / name;
      region.height = side_member(image, "height", where);
      region.width = side_member(image, "width", where);
      if (!ids.insert(region.id).second) throw DataError(where + ": id " + region.id + " occurs twice");
      regions.push_back(std::move(region));
    });
  };
  annotations.keep = {"id", "segmentation"};
  annotations.element = [&](Json&& annotation, std::size_t i) {
    guarded(check, kEntry, [&] {
      const std::string where = file.string() + ": annotations[" + std::to_string(i) + "]";
      const std::string id = coco_id(annotation, "id", where);
      Json segmentation = json_at(annotation, "segmentation", where);
      if (!segmentations.emplace(id, std::move(segmentation)).second)
        throw DataError(where + ": id " + id + " occurs twice");
    });
  };
  read_json_elements(file, {{"images", images}, {"annotations", annotations}});

  MaskCheck masks(check);
  PictureCheck pictures(check, options);
  for (const RegionImage& region : regions) {
    const std::string where = file.string() + ": image " + region.id;
    const auto found = segmentations.find(region.id);
    if (found == segmentations.end()) {
      check.fault(kEntry, where + ": no annotation has this id");
    } else {
      masks.add(found->second, region.height, region.width, MaskUse::kRegion, where);
    }
    pictures.add(region.path, region.height, region.width);
  }
  check.count("questions", static_cast<std::int64_t>(regions.size()));
  masks.finish();
  pictures.run();
  return ids;
}

}  // namespace

void check_region_captions(const BenchmarkConfig& config, const CheckOptions& options,
                           BenchmarkCheck& check) {
  const std::filesystem::path root = config.root;
  std::set<std::string> asked, captioned;
  const bool have_questions = guarded(check, "the files cannot be read", [&] {
    const auto file = region_caption_file(root, config.split);
    asked = check_questions(file, root, options, check);
  });
  const auto file = root / "refcocog_caption" / ("finetune_refcocog_" + config.split + "_captions.json");
  for (const CocoCaptions& image : load_coco_captions(file)) {
    captioned.insert(image.image_id);
    for (const std::string& caption : image.captions)
      if (is_blank(caption)) check.fault("captions are empty", file.string() + ": image " + image.image_id);
    if (have_questions && !asked.contains(image.image_id))
      check.fault("captions have no region", file.string() + ": image " + image.image_id);
  }
  for (const std::string& id : asked)
    if (!captioned.contains(id)) check.fault("regions have no caption", file.string() + ": image " + id);
  check.count("captioned regions", static_cast<std::int64_t>(captioned.size()));
}

}  // namespace pixelsail
