// The two files of GranD-f as they stand: reading entry by entry, and writing.

#include "annotations/annotation_file.h"
#include "annotations/gcg.h"
#include "io/json_elements.h"
#include "io/rle.h"

namespace pixelsail {
namespace {

std::string file_name(const std::string& split, const char* part) {
  return split + "_gcg_coco_" + part + "_gt.json";
}

std::string place(const std::filesystem::path& file, const char* section, std::size_t i) {
  return file.string() + ": " + section + "[" + std::to_string(i) + "]";
}

void visit(const std::filesystem::path& file, const std::set<std::string>& image_members,
           const std::set<std::string>& annotation_members, const GcgVisitor& visitor) {
  // The annotations may stand before the images, whose size they need.
  std::vector<Json> annotations;
  JsonSection images, others;
  images.keep = image_members;
  images.element = [&](Json&& image, std::size_t i) { visitor.image(image, place(file, "images", i)); };
  others.keep = annotation_members;
  others.element = [&](Json&& annotation, std::size_t) { annotations.push_back(std::move(annotation)); };
  read_json_elements(file, {{"images", images}, {"annotations", others}});
  for (std::size_t i = 0; i < annotations.size(); ++i) {
    visitor.annotation(annotations[i], place(file, "annotations", i));
    annotations[i] = nullptr;
  }
}

}  // namespace

std::filesystem::path visit_gcg_masks(const std::filesystem::path& root, const std::string& split,
                                      const GcgVisitor& visitor) {
  const std::filesystem::path file = find_annotation_file(root, {"gcg"}, file_name(split, "mask"));
  visit(file, {"id", "height", "width", "file_name"},
        {"id", "image_id", "category_id", "iscrowd", "segmentation"}, visitor);
  return file;
}

std::filesystem::path visit_gcg_captions(const std::filesystem::path& root, const std::string& split,
                                         const GcgVisitor& visitor) {
  const std::filesystem::path file = find_annotation_file(root, {"gcg"}, file_name(split, "caption"));
  visit(file, {"id"}, {"image_id", "caption", "labels"}, visitor);
  return file;
}

std::string gcg_file_name(const Json& image, const std::string& id, const std::string& where) {
  return image.contains("file_name") ? json_string(image, "file_name", where) : id + ".jpg";
}

void write_gcg_files(const std::filesystem::path& folder, const std::string& split,
                     const std::vector<GcgPicture>& pictures) {
  OrderedJson images = OrderedJson::array(), captioned = OrderedJson::array();
  OrderedJson masks = OrderedJson::array(), captions = OrderedJson::array();
  std::int64_t next_mask = 1;
  for (const GcgPicture& picture : pictures) {
    images.push_back({{"id", picture.id},
                      {"file_name", picture.file_name},
                      {"height", picture.height},
                      {"width", picture.width}});
    captioned.push_back({{"id", picture.id}});
    OrderedJson labels = OrderedJson::array();
    for (const GcgPicture::Phrase& phrase : picture.phrases) {
      labels.push_back(phrase.label);
      masks.push_back({{"id", next_mask++},
                       {"image_id", picture.id},
                       {"category_id", 1},
                       {"iscrowd", 0},
                       {"area", phrase.area},
                       {"bbox", phrase.box},
                       {"segmentation", OrderedJson(rle_to_json(phrase.mask))}});
    }
    captions.push_back({{"id", picture.id},
                        {"image_id", picture.id},
                        {"caption", picture.caption},
                        {"labels", std::move(labels)}});
  }
  const OrderedJson categories = OrderedJson::array({OrderedJson{{"id", 1}, {"name", "object"}}});
  OrderedJson mask_file, caption_file;
  mask_file["images"] = std::move(images);
  mask_file["annotations"] = std::move(masks);
  mask_file["categories"] = categories;
  caption_file["images"] = std::move(captioned);
  caption_file["annotations"] = std::move(captions);
  write_json_atomic(folder / file_name(split, "mask"), mask_file);
  write_json_atomic(folder / file_name(split, "caption"), caption_file);
}

}  // namespace pixelsail
