// COCO's format of instances: images/ and annotations/instances_SPLIT.json.

#include <map>

#include "export/format.h"
#include "export/picture_writer.h"
#include "io/atomic_file.h"
#include "io/rle.h"

namespace pixelsail {
namespace {

/// x, y, width and height around the runs.
OrderedJson box_of(const Rle& mask) {
  const std::int64_t height = mask.height;
  std::int64_t left = mask.width, right = -1, top = height, bottom = -1, position = 0;
  for (std::size_t i = 0; i < mask.counts.size(); ++i) {
    const std::int64_t end = position + mask.counts[i];
    if (i % 2 == 1 && end > position) {
      const bool wraps = position / height != (end - 1) / height;
      left = std::min(left, position / height);
      right = std::max(right, (end - 1) / height);
      top = std::min(top, wraps ? 0 : position % height);
      bottom = std::max(bottom, wraps ? height - 1 : (end - 1) % height);
    }
    position = end;
  }
  if (right < 0) return {0, 0, 0, 0};
  return {left, top, right - left + 1, bottom - top + 1};
}

OrderedJson segmentation_of_thing(const AnnotatedThing& thing, const Rle& mask) {
  const auto* polygons = std::get_if<std::vector<Polygon>>(&thing.shape);
  if (polygons != nullptr && !thing.is_crowd) return *polygons;
  OrderedJson object;
  object["size"] = {mask.height, mask.width};
  // Crowds have their runs as numbers, as in the published files.
  if (thing.is_crowd) {
    object["counts"] = mask.counts;
  } else {
    object["counts"] = rle_to_string(mask);
  }
  return object;
}

using Categories = std::map<std::string, std::int64_t>;

Categories categories_of(const AnnotationSet& set) {
  Categories categories;
  for (const AnnotatedPicture& picture : set.pictures)
    for (const AnnotatedThing& thing : picture.things) categories.emplace(thing.name, 0);
  std::int64_t id = 0;
  for (auto& [name, number] : categories) number = ++id;
  return categories;
}

OrderedJson annotation_of(const AnnotatedPicture& picture, const AnnotatedThing& thing, std::int64_t image,
                          std::int64_t id, std::int64_t category) {
  const Rle mask = thing_mask(thing.shape, picture.height, picture.width);
  OrderedJson annotation;
  annotation["id"] = id;
  annotation["image_id"] = image;
  annotation["category_id"] = category;
  annotation["iscrowd"] = thing.is_crowd ? 1 : 0;
  annotation["area"] = rle_area(mask);
  annotation["bbox"] = box_of(mask);
  annotation["segmentation"] = segmentation_of_thing(thing, mask);
  return annotation;
}

/// A list of the file, an entry a line.
class EntryList {
 public:
  EntryList(AtomicFile& file, const std::string& name) : file_(file) { file_.write("\"" + name + "\": ["); }
  void add(const OrderedJson& entry) {
    file_.write((is_first_ ? "\n" : ",\n") + json_line(entry));
    is_first_ = false;
  }
  void end(const char* behind) { file_.write(std::string("\n]") + behind); }

 private:
  AtomicFile& file_;
  bool is_first_ = true;
};

void write_split(const AnnotationSet& set, const std::string& split, const Categories& categories,
                 const std::filesystem::path& path) {
  AtomicFile file(path);
  file.write("{");
  EntryList images(file, "images");
  for (std::size_t i = 0; i < set.pictures.size(); ++i) {
    const AnnotatedPicture& picture = set.pictures[i];
    if (picture.split != split) continue;
    OrderedJson image;
    image["id"] = i + 1;
    image["file_name"] = picture.name;
    image["height"] = picture.height;
    image["width"] = picture.width;
    images.add(image);
  }
  images.end(",\n");
  EntryList annotations(file, "annotations");
  std::int64_t id = 0;
  for (std::size_t i = 0; i < set.pictures.size(); ++i) {
    for (const AnnotatedThing& thing : set.pictures[i].things) {
      ++id;
      if (set.pictures[i].split == split)
        annotations.add(annotation_of(set.pictures[i], thing, static_cast<std::int64_t>(i) + 1, id,
                                      categories.at(thing.name)));
    }
  }
  annotations.end(",\n");
  EntryList names(file, "categories");
  for (const auto& [name, number] : categories) {
    OrderedJson category;
    category["id"] = number;
    category["name"] = name;
    names.add(category);
  }
  names.end("}\n");
  file.commit();
}

}  // namespace

void write_coco(const AnnotationSet& set, const WriteTarget& target, ConversionReport& report) {
  const Categories categories = categories_of(set);
  std::map<std::string, std::int64_t> splits;
  for (std::size_t i = 0; i < set.pictures.size(); ++i) {
    const AnnotatedPicture& picture = set.pictures[i];
    copy_picture(picture, target.out / "images" / picture.name);
    // The split is a part of a file's name.
    if (picture.split.find('/') != std::string::npos) {
      report.left_out({.file = picture.name, .record = {}}, "split_not_writable", picture.split);
    } else {
      ++splits[picture.split];
    }
    if (target.progress)
      target.progress(static_cast<std::int64_t>(i) + 1, static_cast<std::int64_t>(set.pictures.size()));
  }
  for (const auto& [split, count] : splits)
    write_split(set, split, categories, target.out / "annotations" / ("instances_" + split + ".json"));
}

}  // namespace pixelsail
