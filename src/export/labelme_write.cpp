// LabelMe's files: a JSON file beside each picture.

#include <algorithm>
#include <set>

#include "export/format.h"
#include "export/picture_writer.h"
#include "image/codec.h"
#include "image/mask_outline.h"
#include "io/atomic_file.h"
#include "io/base64.h"
#include "io/rle.h"

namespace pixelsail {
namespace {

OrderedJson shape_json(const std::string& label, const char* kind, OrderedJson points) {
  OrderedJson shape;
  shape["label"] = label;
  shape["points"] = std::move(points);
  shape["group_id"] = nullptr;
  shape["description"] = "";
  shape["shape_type"] = kind;
  shape["flags"] = OrderedJson::object();
  shape["mask"] = nullptr;
  return shape;
}

OrderedJson points_json(const Polygon& polygon) {
  OrderedJson points = OrderedJson::array();
  for (std::size_t i = 0; i + 1 < polygon.size(); i += 2) points.push_back({polygon[i], polygon[i + 1]});
  return points;
}

/// The part of the picture around the mask, as a PNG.
OrderedJson mask_json(const std::string& label, const Mask& mask) {
  const PixelBox box = box_around(mask);
  Mask part(box.height(), box.width());
  for (int y = 0; y < part.height; ++y)
    for (int x = 0; x < part.width; ++x) part.at(y, x) = mask.at(box.top + y, box.left + x);
  OrderedJson shape = shape_json(label, "mask", {{box.left, box.top}, {box.right, box.bottom}});
  shape["mask"] = encode_base64(encode_png(part));
  return shape;
}

OrderedJson shapes_of(const AnnotatedPicture& picture, ConversionReport& report) {
  OrderedJson shapes = OrderedJson::array();
  int groups = 0;
  for (const AnnotatedThing& thing : picture.things) {
    if (thing.is_crowd) {
      report.left_out({.file = picture.name, .record = {}}, "crowd", thing.name);
      continue;
    }
    const auto* polygons = std::get_if<std::vector<Polygon>>(&thing.shape);
    if (polygons == nullptr) {
      shapes.push_back(mask_json(thing.name, decode_mask(std::get<Rle>(thing.shape))));
      continue;
    }
    if (polygons->size() > 1) ++groups;
    for (const Polygon& polygon : *polygons) {
      OrderedJson shape = shape_json(thing.name, "polygon", points_json(polygon));
      if (polygons->size() > 1) shape["group_id"] = groups;
      shapes.push_back(std::move(shape));
    }
  }
  return shapes;
}

}  // namespace

void write_labelme(const AnnotationSet& set, const WriteTarget& target, ConversionReport& report) {
  std::set<std::string> stems;
  std::int64_t done = 0;
  for (const AnnotatedPicture& picture : set.pictures) {
    const std::string stem = without_ending(picture.name);
    if (!stems.insert(stem).second) {
      report.left_out({.file = picture.name, .record = {}}, "same_stem",
                      "another picture differs only in its ending");
      continue;
    }
    if (picture.split != "train") report.noted("split_not_kept");
    copy_picture(picture, target.out / picture.name);
    OrderedJson json;
    json["version"] = "5.5.0";
    json["flags"] = OrderedJson::object();
    json["shapes"] = shapes_of(picture, report);
    json["imagePath"] = std::filesystem::path(picture.name).filename().generic_string();
    json["imageData"] = nullptr;
    json["imageHeight"] = picture.height;
    json["imageWidth"] = picture.width;
    write_json_atomic(target.out / (stem + ".json"), json);
    if (target.progress) target.progress(++done, static_cast<std::int64_t>(set.pictures.size()));
  }
}

}  // namespace pixelsail
