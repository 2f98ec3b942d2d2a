// Label Studio's tasks for an import, with the pictures of a local folder ("/data/local-files/?d=images/..").

#include "export/brush_runs.h"
#include "export/format.h"
#include "export/picture_writer.h"
#include "io/atomic_file.h"
#include "io/rle.h"

namespace pixelsail {
namespace {

std::string percent_encoded(const std::string& text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          c == '/' || c == '.' || c == '-' || c == '_' || c == '~';
    if (is_plain) {
      result += c;
    } else {
      result += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return result;
}

OrderedJson result_of(const AnnotatedThing& thing, const AnnotatedPicture& picture, std::size_t number) {
  OrderedJson value;
  const Polygon* polygon = only_polygon(thing.shape);
  const char* type = polygon != nullptr ? "polygonlabels" : "brushlabels";
  if (polygon != nullptr) {
    OrderedJson points = OrderedJson::array();
    for (std::size_t i = 0; i + 1 < polygon->size(); i += 2)
      points.push_back({(*polygon)[i] * 100 / picture.width, (*polygon)[i + 1] * 100 / picture.height});
    value["points"] = std::move(points);
    value["closed"] = true;
  } else {
    value["format"] = "rle";
    value["rle"] = encode_brush(decode_mask(thing_mask(thing.shape, picture.height, picture.width)));
  }
  value[type] = OrderedJson::array({thing.name});
  OrderedJson result;
  result["id"] = "thing" + std::to_string(number);
  result["from_name"] = "label";
  result["to_name"] = "image";
  result["type"] = type;
  result["original_width"] = picture.width;
  result["original_height"] = picture.height;
  result["image_rotation"] = 0;
  result["value"] = std::move(value);
  return result;
}

}  // namespace

void write_label_studio(const AnnotationSet& set, const WriteTarget& target, ConversionReport& report) {
  AtomicFile file(target.out / "tasks.json");
  file.write("[");
  std::int64_t done = 0;
  for (const AnnotatedPicture& picture : set.pictures) {
    if (picture.split != "train") report.noted("split_not_kept");
    copy_picture(picture, target.out / "images" / picture.name);
    OrderedJson results = OrderedJson::array();
    for (const AnnotatedThing& thing : picture.things) {
      if (thing.is_crowd) {
        report.left_out({.file = picture.name, .record = {}}, "crowd", thing.name);
      } else {
        results.push_back(result_of(thing, picture, results.size()));
      }
    }
    OrderedJson task;
    task["data"]["image"] = "/data/local-files/?d=images/" + percent_encoded(picture.name);
    OrderedJson annotation;
    annotation["result"] = std::move(results);
    task["annotations"] = OrderedJson::array({std::move(annotation)});
    file.write((done == 0 ? "\n" : ",\n") + json_line(task));
    ++done;
    if (target.progress) target.progress(done, static_cast<std::int64_t>(set.pictures.size()));
  }
  file.write("\n]\n");
  file.commit();
}

}  // namespace pixelsail
