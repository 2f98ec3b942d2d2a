// Ultralytics YOLO: data.yaml, images/SPLIT/ and labels/SPLIT/ with the outline of each thing. A thing of several parts
// or with holes is one outline whose parts hang together by bridges of no width.

#include <map>
#include <set>

#include "config/node.h"
#include "export/format.h"
#include "export/picture_writer.h"
#include "image/mask_outline.h"
#include "io/atomic_file.h"
#include "io/rle.h"

namespace pixelsail {
namespace {

using Classes = std::map<std::string, std::int64_t>;

Classes classes_of(const AnnotationSet& set) {
  Classes classes;
  for (const AnnotatedPicture& picture : set.pictures)
    for (const AnnotatedThing& thing : picture.things)
      if (!thing.is_crowd) classes.emplace(thing.name, 0);
  std::int64_t number = 0;
  for (auto& [name, value] : classes) value = number++;
  return classes;
}

/// One polygon whose corners lie on the picture: of a polygon that leaves it, the outline of what is seen.
Polygon polygon_on_picture(const AnnotatedThing& thing, const AnnotatedPicture& picture) {
  Polygon polygon = single_polygon(thing, picture.height, picture.width);
  bool leaves = false;
  for (std::size_t i = 0; i < polygon.size(); ++i)
    leaves |= polygon[i] < 0 || polygon[i] > (i % 2 == 0 ? picture.width : picture.height);
  if (!leaves) return polygon;
  return one_ring(trace_outlines(decode_mask(thing_mask(thing.shape, picture.height, picture.width))));
}

std::string labels_of(const AnnotatedPicture& picture, const Classes& classes, ConversionReport& report) {
  std::string text;
  for (const AnnotatedThing& thing : picture.things) {
    if (thing.is_crowd) {
      report.left_out({.file = picture.name, .record = {}}, "crowd", thing.name);
      continue;
    }
    const Polygon polygon = polygon_on_picture(thing, picture);
    text += std::to_string(classes.at(thing.name));
    for (std::size_t i = 0; i < polygon.size(); ++i) {
      const double side = i % 2 == 0 ? picture.width : picture.height;
      text += " " + number_text(polygon[i] / side);
    }
    text += "\n";
  }
  return text;
}

std::string yaml_of(const Classes& classes, const std::set<std::string>& splits) {
  ConfigNode root{.kind = ConfigNode::Kind::kMapping};
  const auto text = [](const std::string& value) {
    return ConfigNode{.kind = ConfigNode::Kind::kScalar, .text = value, .quoted = true};
  };
  for (const std::string& split : splits) root.set(split, text("images/" + split));
  ConfigNode names{.kind = ConfigNode::Kind::kSequence};
  for (const auto& [name, number] : classes) names.items.push_back(text(name));
  root.set("names", names);
  return config_tree_to_yaml(root);
}

}  // namespace

void write_yolo(const AnnotationSet& set, const WriteTarget& target, ConversionReport& report) {
  const Classes classes = classes_of(set);
  std::set<std::string> splits, stems;
  std::int64_t done = 0;
  for (const AnnotatedPicture& picture : set.pictures) {
    const RecordPlace place{.file = picture.name, .record = {}};
    const bool is_known = picture.split == "train" || picture.split == "val" || picture.split == "test";
    const std::string name = picture.split + "/" + picture.name;
    if (!is_known) {
      report.left_out(place, "split_not_writable", picture.split + ": data.yaml knows train, val and test");
    } else if (!stems.insert(without_ending(name)).second) {
      report.left_out(place, "same_stem", "another picture differs only in its ending");
    } else {
      splits.insert(picture.split);
      copy_picture(picture, target.out / "images" / name);
      write_file_atomic(target.out / "labels" / (without_ending(name) + ".txt"),
                        labels_of(picture, classes, report));
    }
    if (target.progress) target.progress(++done, static_cast<std::int64_t>(set.pictures.size()));
  }
  write_file_atomic(target.out / "data.yaml", yaml_of(classes, splits));
}

}  // namespace pixelsail
