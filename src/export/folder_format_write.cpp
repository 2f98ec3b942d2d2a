// This project's own layout (docs/howto_dataset.md): a line for each picture and name, with a mask for each thing.

#include <algorithm>

#include "export/expression_template.h"
#include "export/format.h"
#include "export/picture_writer.h"
#include "io/atomic_file.h"
#include "io/rle.h"

namespace pixelsail {
namespace {

OrderedJson shape_json(const Shape& shape) {
  if (const auto* polygons = std::get_if<std::vector<Polygon>>(&shape)) return *polygons;
  const Rle& mask = std::get<Rle>(shape);
  OrderedJson object;
  object["size"] = {mask.height, mask.width};
  object["counts"] = rle_to_string(mask);
  return object;
}

/// Names on a picture, in the order in which they come first.
std::vector<std::string> names_on(const AnnotatedPicture& picture) {
  std::vector<std::string> names;
  for (const AnnotatedThing& thing : picture.things)
    if (!thing.is_crowd && std::ranges::find(names, thing.name) == names.end()) names.push_back(thing.name);
  return names;
}

}  // namespace

void write_folder_format(const AnnotationSet& set, const WriteTarget& target, ConversionReport& report) {
  const ExpressionTemplate expression(target.expression);
  AtomicFile file(target.out / "samples.jsonl");
  std::int64_t done = 0;
  for (const AnnotatedPicture& picture : set.pictures) {
    const RecordPlace place{.file = picture.name, .record = {}};
    for (const AnnotatedThing& thing : picture.things)
      if (thing.is_crowd) report.left_out(place, "crowd", thing.name);
    const std::vector<std::string> names = names_on(picture);
    if (names.empty()) report.noted("pictures_without_things");
    for (const std::string& name : names) {
      OrderedJson line;
      line["image"] = picture.name;
      line["split"] = picture.split;
      line["expression"] = expression.expression_of(name);
      OrderedJson masks = OrderedJson::array();
      for (const AnnotatedThing& thing : picture.things)
        if (thing.name == name && !thing.is_crowd) masks.push_back(shape_json(thing.shape));
      line["masks"] = std::move(masks);
      file.write(json_line(line) + "\n");
    }
    if (!names.empty()) copy_picture(picture, target.out / "images" / picture.name);
    if (target.progress) target.progress(++done, static_cast<std::int64_t>(set.pictures.size()));
  }
  file.commit();
}

}  // namespace pixelsail
