// COCO's format of instances (cocodataset.org/#format-data): {"images": [..], "annotations": [..], "categories": [..]}.

#include <map>
#include <unordered_map>
#include <utility>

#include "annotations/coco_captions.h"
#include "export/format.h"
#include "export/json_shape.h"
#include "export/picture_collector.h"
#include "io/json_list_file.h"
#include "io/json_number.h"
#include "io/rle.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

/// One annotation file: its split, and where its pictures may lie.
struct CocoFile {
  fs::path path;
  std::string split = "train";
  std::vector<fs::path> images;
};

std::string split_of_name(std::string name) {
  constexpr std::string_view kStart = "instances_";
  if (name.starts_with(kStart)) name.erase(0, kStart.size());
  // "train2017": the year is none of the split's name.
  const std::size_t end = name.find_last_not_of("0123456789");
  if (end != std::string::npos && name.size() - end - 1 == 4) name.resize(end + 1);
  return name;
}

CocoFile lone_file(const fs::path& path) {
  const fs::path folder = path.parent_path(), above = folder.parent_path();
  return {.path = path, .images = {folder / "images", folder, above / "images", above}};
}

/// Of a folder: annotations/instances_SPLIT.json with images/ or SPLIT/, SPLIT/_annotations.coco.json with its
/// pictures beside it, or one JSON file.
std::vector<CocoFile> files_of(const ReadSource& source) {
  if (!is_folder(source.input)) return {lone_file(source.input)};
  std::vector<CocoFile> files;
  std::vector<fs::path> others;
  for (const fs::path& path : files_below(source.input, {".json"})) {
    const std::string stem = path.stem().string();
    const fs::path full = source.input / path;
    if (stem == "_annotations.coco" && path.has_parent_path()) {
      files.push_back(
          {.path = full, .split = path.parent_path().generic_string(), .images = {full.parent_path()}});
    } else if (stem.starts_with("instances_") && path.parent_path() == "annotations") {
      const std::string split = split_of_name(stem);
      files.push_back({.path = full,
                       .split = split,
                       .images = {source.input / "images", source.input / split,
                                  source.input / stem.substr(stem.find('_') + 1), source.input}});
    } else if (!path.has_parent_path()) {
      others.push_back(full);
    }
  }
  if (!files.empty()) return files;
  if (others.size() == 1) return {lone_file(others[0])};
  throw DataError(
      source.input.string() +
      ": neither annotations/instances_*.json nor */_annotations.coco.json nor one JSON file is there");
}

class CocoReader {
 public:
  CocoReader(const ReadSource& source, ConversionReport& report)
      : source_(source), report_(report), collector_(report) {}

  AnnotationSet read() {
    for (const CocoFile& file : files_of(source_)) read_file(file);
    return collector_.take(source_.input);
  }

 private:
  /// Calls `take(record, place)` for each record of a list; what it throws is left out.
  template <class Take>
  void each(const fs::path& path, const char* key, Take take) {
    const JsonListFile records(path, key);
    for (std::size_t i = 0; i < records.size(); ++i) {
      const RecordPlace place{.file = file_, .record = std::string(key) + "[" + std::to_string(i) + "]"};
      try {
        take(records.read(i), place);
      } catch (const DataError& error) {
        report_.left_out(place, "malformed", why_of(error, path));
      }
      if (source_.progress && i % 1000 == 0)
        source_.progress(static_cast<std::int64_t>(i), static_cast<std::int64_t>(records.size()));
    }
  }

  void read_file(const CocoFile& file) {
    const fs::path below = file.path.lexically_relative(source_.input);
    file_ = below.empty() || below == "." ? file.path.filename().string() : below.generic_string();
    const PictureFolder pictures(source_.images.empty() ? file.images : std::vector{source_.images});
    images_.clear();
    names_.clear();
    each(file.path, "categories", [&](const Json& category, const RecordPlace&) {
      names_[coco_id(category, "id", "category")] = detail::text_of(category, "name");
    });
    each(file.path, "images", [&](const Json& image, const RecordPlace& place) {
      const std::string id = coco_id(image, "id", "image");
      const auto found = pictures.find(detail::text_of(image, "file_name"));
      const auto size = detail::stated_size(image, "width", "height");
      if (images_.contains(id)) {
        report_.left_out(place, "repeated_id", "another picture has the id " + id);
      } else {
        images_[id] = collector_.picture(found, size, file.split, place);
      }
    });
    each(file.path, "annotations",
         [&](const Json& annotation, const RecordPlace& place) { take(annotation, place); });
  }

  void take(const Json& annotation, const RecordPlace& place) {
    const auto picture = images_.find(coco_id(annotation, "image_id", "annotation"));
    if (picture == images_.end()) {
      report_.left_out(place, "unknown_picture");
      return;
    }
    if (!picture->second) {
      report_.left_out(place, "picture_unusable");
      return;
    }
    const auto name = names_.find(coco_id(annotation, "category_id", "annotation"));
    if (name == names_.end()) {
      report_.left_out(place, "unknown_category");
      return;
    }
    const auto crowd = annotation.find("iscrowd");
    const bool is_crowd =
        crowd != annotation.end() &&
        (crowd->is_boolean() ? crowd->get<bool>() : whole_json_number(*crowd).value_or(0) != 0);
    AnnotatedThing thing{.name = name->second, .shape = {}, .is_crowd = is_crowd};
    const auto segmentation = annotation.find("segmentation");
    const bool has_shape =
        segmentation != annotation.end() && !segmentation->is_null() && !segmentation->empty();
    if (has_shape && segmentation->is_object()) {
      thing.shape = rle_from_json(*segmentation);
      collector_.add(*picture->second, std::move(thing), "mask", place);
    } else if (has_shape) {
      thing.shape = polygons(*segmentation);
      collector_.add(*picture->second, std::move(thing), "polygon", place);
    } else if (annotation.contains("keypoints")) {
      report_.left_out(place, "keypoints");
    } else {
      thing.shape = std::vector<Polygon>{box(annotation)};
      collector_.add(*picture->second, std::move(thing), "box", place);
    }
  }

  static std::vector<Polygon> polygons(const Json& segmentation) {
    if (!segmentation.is_array())
      throw DataError(std::string("\"segmentation\" should be a list or an object, not ") +
                      segmentation.type_name());
    std::vector<Polygon> result;
    for (const Json& part : segmentation) {
      if (!part.is_array() || part.size() < 6 || part.size() % 2 != 0)
        throw DataError("a polygon is a list of at least three x, y pairs");
      Polygon polygon;
      for (const Json& number : part) polygon.push_back(detail::finite_value(number, "a coordinate"));
      result.push_back(std::move(polygon));
    }
    return result;
  }

  static Polygon box(const Json& annotation) {
    const auto found = annotation.find("bbox");
    if (found == annotation.end() || !found->is_array())
      throw DataError("neither \"segmentation\" nor \"bbox\"");
    if (found->size() != 4) throw DataError("\"bbox\" should hold four numbers");
    double v[4];
    for (std::size_t i = 0; i < 4; ++i) v[i] = detail::finite_value((*found)[i], "a number of \"bbox\"");
    return box_polygon(v[0], v[1], v[0] + v[2], v[1] + v[3]);
  }

  const ReadSource& source_;
  ConversionReport& report_;
  PictureCollector collector_;
  std::string file_;
  std::unordered_map<std::string, std::optional<std::size_t>> images_;
  std::unordered_map<std::string, std::string> names_;
};

}  // namespace

AnnotationSet read_coco(const ReadSource& source, ConversionReport& report) {
  return CocoReader(source, report).read();
}

}  // namespace pixelsail
