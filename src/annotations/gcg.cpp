#include "annotations/gcg.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <unordered_map>
#include <utility>

#include "annotations/annotation_file.h"
#include "annotations/coco_captions.h"
#include "annotations/picture_size.h"
#include "io/json_elements.h"
#include "io/rle.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// 0, 1, true or false; false when it is missing.
bool flag(const Json& object, const char* key, const std::string& where) {
  const auto found = object.find(key);
  if (found == object.end()) return false;
  if (found->is_boolean()) return found->get<bool>();
  return json_int(object, key, where) != 0;
}

class GcgReader {
 public:
  void read_masks(const std::filesystem::path& root, const std::string& split) {
    visit_gcg_masks(
        root, split,
        {.image = [&](const Json& image, const std::string& where) { add_image(image, where); },
         .annotation = [&](const Json& object, const std::string& where) { add_object(object, where); }});
  }

  void read_captions(const std::filesystem::path& root, const std::string& split) {
    const std::filesystem::path file = visit_gcg_captions(
        root, split,
        {.image =
             [&](const Json& image, const std::string& where) {
               const std::size_t at =
                   find(coco_id(image, "id", where), where + ": the mask file has no image ");
               if (captioned_[at]) throw DataError(where + ": id " + ids_[at] + " occurs twice");
               captioned_[at] = true;
               order_.push_back(at);
             },
         .annotation = [&](const Json& caption, const std::string& where) { add_caption(caption, where); }});
    if (order_.empty()) throw DataError(file.string() + ": no images");
    for (const std::size_t at : order_)
      if (images_[at].captions.empty())
        throw DataError(file.string() + ": image " + ids_[at] + " has no caption");
  }

  GcgData finish() {
    std::vector<std::size_t> sorted(images_.size());
    std::iota(sorted.begin(), sorted.end(), std::size_t{0});
    std::ranges::sort(sorted, [this](std::size_t a, std::size_t b) {
      return text_ids_ ? ids_[a] < ids_[b] : numbers_[a] < numbers_[b];
    });
    GcgData data{.images = {}, .captioned = order_.size(), .by_id = {}};
    for (std::size_t at = 0; at < images_.size(); ++at)
      if (!captioned_[at]) order_.push_back(at);
    std::vector<std::size_t> new_place(images_.size());
    for (const std::size_t at : order_) {
      new_place[at] = data.images.size();
      data.images.push_back(std::move(images_[at]));
    }
    for (const std::size_t at : sorted) data.by_id.push_back(new_place[at]);
    return data;
  }

 private:
  void add_image(const Json& image, const std::string& where) {
    std::string id = coco_id(image, "id", where);
    const bool is_text = image.at("id").is_string();
    if (!ids_.empty() && is_text != text_ids_)
      throw DataError(where + ": ids of two kinds, text and numbers");
    text_ids_ = is_text;
    numbers_.push_back(is_text ? 0 : json_int(image, "id", where));
    if (!index_.emplace(id, images_.size()).second) throw DataError(where + ": id " + id + " occurs twice");
    const PictureSize size = stated_size(image, where);
    images_.push_back(
        {.id = id, .height = size.height, .width = size.width, .file_name = gcg_file_name(image, id, where)});
    ids_.push_back(std::move(id));
    captioned_.push_back(false);
  }

  std::size_t find(const std::string& id, const std::string& complaint) const {
    const auto found = index_.find(id);
    if (found == index_.end()) throw DataError(complaint + id);
    return found->second;
  }

  void add_object(const Json& annotation, const std::string& where) {
    const std::int64_t id = json_int(annotation, "id", where);
    if (!object_ids_.insert(id).second)
      throw DataError(where + ": id " + std::to_string(id) + " occurs twice");
    GcgImage& image = images_[find(coco_id(annotation, "image_id", where), where + ": no image has the id ")];
    GcgObject object{.mask = {},
                     .category = json_int(annotation, "category_id", where),
                     .crowd = flag(annotation, "iscrowd", where),
                     .zero_id = id == 0};
    try {
      object.mask =
          segmentation_runs(json_at(annotation, "segmentation", where), image.height, image.width).runs;
    } catch (const DataError& error) {
      const std::string reason = error.what();
      throw DataError(reason.starts_with(where) ? reason : where + ": " + reason);
    }
    if (object.mask.height != image.height || object.mask.width != image.width)
      throw DataError(where + ": the mask has not the size of its image");
    image.objects.push_back(std::move(object));
  }

  void add_caption(const Json& annotation, const std::string& where) {
    const std::size_t at =
        find(coco_id(annotation, "image_id", where), where + ": the mask file has no image ");
    if (!captioned_[at]) throw DataError(where + ": no image has the id " + ids_[at]);
    GcgImage& image = images_[at];
    const Json& labels = json_at(annotation, "labels", where);
    if (!labels.is_array() || !std::ranges::all_of(labels, [](const Json& l) { return l.is_string(); }))
      throw DataError(where + ": \"labels\" should be a list of texts");
    if (image.captions.empty()) image.labels = labels.get<std::vector<std::string>>();
    image.captions.push_back(json_string(annotation, "caption", where));
  }

  std::vector<GcgImage> images_;
  std::vector<std::string> ids_;
  std::vector<std::int64_t> numbers_;
  std::vector<bool> captioned_;
  std::unordered_map<std::string, std::size_t> index_;
  std::set<std::int64_t> object_ids_;
  std::vector<std::size_t> order_;
  bool text_ids_ = false;
};

}  // namespace

GcgData load_gcg(const std::filesystem::path& root, const std::string& split) {
  GcgReader reader;
  reader.read_masks(root, split);
  reader.read_captions(root, split);
  return reader.finish();
}

std::filesystem::path gcg_image_path(const std::filesystem::path& root, const std::string& file_name) {
  if (!stays_inside(file_name)) throw DataError("file_name \"" + file_name + "\" leads out of its folder");
  return find_annotation_file(root, {"gcg/val_test", "val_test", "gcg"}, file_name);
}

}  // namespace pixelsail
