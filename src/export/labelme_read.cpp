// LabelMe's files (github.com/wkentaro/labelme): one JSON object a picture with "imagePath", "imageWidth", "imageHeight"
// and "shapes": [{"label", "points": [[x, y], ..], "group_id", "shape_type"}]. A "mask" has its pixels as a PNG in
// base64 and its place as two points. The copy of the picture in "imageData" is not looked at.

#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "export/format.h"
#include "export/json_shape.h"
#include "export/picture_collector.h"
#include "image/codec.h"
#include "io/base64.h"
#include "io/json_number.h"
#include "io/rle.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

/// What is seen on a picture and is no thing with an area.
const std::set<std::string>& shapes_without_area() {
  static const std::set<std::string> kShapes{"point", "points", "line", "linestrip"};
  return kShapes;
}

Polygon circle_of(const Json& points) {
  const Polygon p = detail::point_list(points, 2);
  if (p.size() != 4) throw DataError("a circle has two points");
  return circle_polygon(p[0], p[1], std::hypot(p[2] - p[0], p[3] - p[1]));
}

Polygon rectangle_of(const Json& points) {
  const Polygon p = detail::point_list(points, 2);
  if (p.size() == 4) return box_polygon(p[0], p[1], p[2], p[3]);
  throw DataError("a rectangle has two points");
}

/// The pixels of a "mask" on its picture.
Rle mask_of(const Json& shape, int height, int width) {
  const Polygon p = detail::point_list(shape.at("points"), 2);
  const Mask part = decode_mask_image(decode_base64(detail::text_of(shape, "mask")), "\"mask\"");
  if (!(std::abs(p[0]) < 1e6 && std::abs(p[1]) < 1e6)) throw DataError("a place that is in no picture");
  const int left = static_cast<int>(p[0]), top = static_cast<int>(p[1]);
  if (p.size() != 4 || static_cast<double>(part.width) != std::trunc(p[2]) - left + 1 ||
      static_cast<double>(part.height) != std::trunc(p[3]) - top + 1)
    throw DataError("a mask of " + std::to_string(part.width) + " x " + std::to_string(part.height) +
                    " pixels does not fit its two points");
  Mask mask(height, width);
  for (int y = 0; y < part.height; ++y) {
    for (int x = 0; x < part.width; ++x) {
      const int to_y = top + y, to_x = left + x;
      if (part.at(y, x) != 0 && to_y >= 0 && to_x >= 0 && to_y < height && to_x < width)
        mask.at(to_y, to_x) = 1;
    }
  }
  return encode_mask(mask);
}

class LabelMeReader {
 public:
  LabelMeReader(const ReadSource& source, ConversionReport& report)
      : source_(source), report_(report), collector_(report) {}

  AnnotationSet read() {
    std::vector<fs::path> files;
    fs::path root = source_.input;
    if (is_folder(root)) {
      files = files_below(root, {".json"});
      std::erase_if(files, [](const fs::path& file) { return file == kConversionFile; });
    } else {
      files = {root.filename()};
      root = root.parent_path();
    }
    if (files.empty()) throw DataError(source_.input.string() + ": no JSON file is there");
    std::vector<fs::path> roots{root};
    if (!source_.images.empty()) roots.insert(roots.begin(), source_.images);
    const PictureFolder pictures(roots);
    std::int64_t done = 0;
    for (const fs::path& file : files) {
      read_file(root, file, pictures);
      if (source_.progress) source_.progress(++done, static_cast<std::int64_t>(files.size()));
    }
    return collector_.take(source_.input);
  }

 private:
  void read_file(const fs::path& root, const fs::path& file, const PictureFolder& pictures) {
    const RecordPlace place{.file = file.generic_string(), .record = {}};
    try {
      const Json json = read_json(root / file);
      if (!json.is_object() || !json.contains("shapes") || !json.contains("imagePath")) {
        report_.left_out(place, "not_labelme", "no \"shapes\" or no \"imagePath\"");
        return;
      }
      const Json& shapes = json.at("shapes");
      if (!shapes.is_array()) throw DataError("\"shapes\" should be a list");
      const auto found = pictures.find(detail::text_of(json, "imagePath"), (root / file).parent_path());
      const auto picture =
          collector_.picture(found, detail::stated_size(json, "imageWidth", "imageHeight"), "train", place);
      if (picture) read_shapes(shapes, *picture, place.file);
    } catch (const DataError& error) {
      report_.left_out(place, "malformed", why_of(error, root / file));
    }
  }

  struct Group {
    AnnotatedThing thing;
    std::string kind;
    RecordPlace place;
  };

  void read_shapes(const Json& shapes, std::size_t picture, const std::string& file) {
    std::vector<Group> groups;
    std::map<std::pair<std::string, std::int64_t>, std::size_t> by_group;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      const RecordPlace place{.file = file, .record = "shapes[" + std::to_string(i) + "]"};
      try {
        auto group = read_shape(shapes[i], picture, place);
        if (!group) continue;
        const auto id = group_of(shapes[i]);
        const auto known = id ? by_group.find({group->thing.name, *id}) : by_group.end();
        if (known != by_group.end()) {
          const AnnotatedPicture& on = collector_.at(picture);
          join_shapes(groups[known->second].thing.shape, std::move(group->thing.shape), on.height, on.width);
          report_.noted("joined_by_group_id");
          continue;
        }
        if (id) by_group[{group->thing.name, *id}] = groups.size();
        groups.push_back(std::move(*group));
      } catch (const DataError& error) {
        report_.left_out(place, "malformed", error.what());
      }
    }
    for (Group& group : groups) collector_.add(picture, std::move(group.thing), group.kind, group.place);
  }

  static std::optional<std::int64_t> group_of(const Json& shape) {
    const auto found = shape.find("group_id");
    if (found == shape.end() || found->is_null()) return std::nullopt;
    const auto id = whole_json_number(*found);
    if (!id) throw DataError("\"group_id\" should be a whole number");
    return id;
  }

  /// Nothing for what is no area, which goes into the report.
  std::optional<Group> read_shape(const Json& shape, std::size_t picture, const RecordPlace& place) {
    if (!shape.is_object()) throw DataError(std::string("should be an object, not ") + shape.type_name());
    const std::string kind = shape.contains("shape_type") && !shape.at("shape_type").is_null()
                                 ? detail::text_of(shape, "shape_type")
                                 : "polygon";
    if (shapes_without_area().contains(kind)) {
      report_.left_out(place, kind);
      return std::nullopt;
    }
    if (kind == "oriented_rectangle" || kind == "rotation") {
      report_.left_out(place, "rotated_box");
      return std::nullopt;
    }
    Group group{
        .thing = {.name = detail::text_of(shape, "label"), .shape = {}}, .kind = kind, .place = place};
    const auto points = shape.find("points");
    if (points == shape.end()) throw DataError("\"points\" is missing");
    if (kind == "polygon") {
      group.thing.shape = std::vector<Polygon>{detail::point_list(*points, 3)};
    } else if (kind == "rectangle") {
      group.thing.shape = std::vector<Polygon>{rectangle_of(*points)};
      group.kind = "box";
    } else if (kind == "circle") {
      group.thing.shape = std::vector<Polygon>{circle_of(*points)};
    } else if (kind == "mask") {
      group.thing.shape = mask_of(shape, collector_.at(picture).height, collector_.at(picture).width);
    } else {
      report_.left_out(place, "unknown_shape", kind);
      return std::nullopt;
    }
    return group;
  }

  const ReadSource& source_;
  ConversionReport& report_;
  PictureCollector collector_;
};

}  // namespace

AnnotationSet read_labelme(const ReadSource& source, ConversionReport& report) {
  return LabelMeReader(source, report).read();
}

}  // namespace pixelsail
