// CVAT for images 1.1: annotations.xml and images/. Things of one polygon are polygons, others masks.

#include <pugixml.hpp>

#include <algorithm>
#include <set>
#include <sstream>

#include "export/format.h"
#include "export/picture_writer.h"
#include "image/mask_outline.h"
#include "io/atomic_file.h"
#include "io/rle.h"

namespace pixelsail {
namespace {

void set_text(pugi::xml_node node, const char* name, const std::string& value) {
  node.append_attribute(name).set_value(value.c_str());
}

void add_polygon(pugi::xml_node image, const Polygon& polygon, const std::string& label) {
  pugi::xml_node node = image.append_child("polygon");
  set_text(node, "label", label);
  set_text(node, "source", "manual");
  set_text(node, "occluded", "0");
  std::string points;
  for (std::size_t i = 0; i + 1 < polygon.size(); i += 2)
    points += (i > 0 ? ";" : "") + number_text(polygon[i]) + "," + number_text(polygon[i + 1]);
  set_text(node, "points", points);
  set_text(node, "z_order", "0");
}

void add_mask(pugi::xml_node image, const Mask& mask, const std::string& label) {
  const PixelBox box = box_around(mask);
  std::string runs;
  std::uint8_t value = 0;
  std::int64_t length = 0;
  for (int y = 0; y < box.height(); ++y) {
    for (int x = 0; x < box.width(); ++x) {
      if (mask.at(box.top + y, box.left + x) == value) {
        ++length;
        continue;
      }
      runs += std::to_string(length) + ", ";
      value = mask.at(box.top + y, box.left + x);
      length = 1;
    }
  }
  runs += std::to_string(length);
  pugi::xml_node node = image.append_child("mask");
  set_text(node, "label", label);
  set_text(node, "source", "manual");
  set_text(node, "occluded", "0");
  set_text(node, "rle", runs);
  set_text(node, "left", std::to_string(box.left));
  set_text(node, "top", std::to_string(box.top));
  set_text(node, "width", std::to_string(box.width()));
  set_text(node, "height", std::to_string(box.height()));
  set_text(node, "z_order", "0");
}

void add_labels(pugi::xml_node root, const AnnotationSet& set) {
  std::set<std::string> names;
  for (const AnnotatedPicture& picture : set.pictures)
    for (const AnnotatedThing& thing : picture.things) names.insert(thing.name);
  pugi::xml_node task = root.append_child("meta").append_child("task");
  task.append_child("size").text().set(static_cast<unsigned long long>(set.pictures.size()));
  task.append_child("mode").text().set("annotation");
  pugi::xml_node labels = task.append_child("labels");
  for (const std::string& name : names)
    labels.append_child("label").append_child("name").text().set(name.c_str());
}

}  // namespace

void write_cvat(const AnnotationSet& set, const WriteTarget& target, ConversionReport& report) {
  pugi::xml_document document;
  pugi::xml_node root = document.append_child("annotations");
  root.append_child("version").text().set("1.1");
  add_labels(root, set);
  for (std::size_t i = 0; i < set.pictures.size(); ++i) {
    const AnnotatedPicture& picture = set.pictures[i];
    copy_picture(picture, target.out / "images" / picture.name);
    pugi::xml_node image = root.append_child("image");
    set_text(image, "id", std::to_string(i));
    set_text(image, "name", picture.name);
    set_text(image, "subset", picture.split);
    set_text(image, "width", std::to_string(picture.width));
    set_text(image, "height", std::to_string(picture.height));
    for (const AnnotatedThing& thing : picture.things) {
      if (thing.is_crowd) {
        report.left_out({.file = picture.name, .record = {}}, "crowd", thing.name);
      } else if (const Polygon* polygon = only_polygon(thing.shape)) {
        add_polygon(image, *polygon, thing.name);
      } else {
        add_mask(image, decode_mask(thing_mask(thing.shape, picture.height, picture.width)), thing.name);
      }
    }
    if (target.progress)
      target.progress(static_cast<std::int64_t>(i) + 1, static_cast<std::int64_t>(set.pictures.size()));
  }
  std::ostringstream text;
  document.save(text, "  ");
  write_file_atomic(target.out / "annotations.xml", text.str());
}

}  // namespace pixelsail
