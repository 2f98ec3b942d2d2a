// This project's own layout (docs/howto_dataset.md), as far as it names things.

#include <map>
#include <utility>

#include "annotations/folder_record.h"
#include "export/expression_template.h"
#include "export/format.h"
#include "export/json_shape.h"
#include "export/picture_collector.h"
#include "io/json_input.h"
#include "io/rle.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

class FolderReader {
 public:
  FolderReader(const ReadSource& source, ConversionReport& report)
      : source_(source),
        report_(report),
        collector_(report),
        expression_(source.expression),
        pictures_(source.images.empty() ? std::vector{source.input / "images", source.input}
                                        : std::vector{source.images}) {}

  AnnotationSet read() {
    const fs::path file = source_.input / "samples.jsonl";
    JsonRecords records(file);
    std::string text;
    while (records.next(text)) {
      const RecordPlace place{.file = "samples.jsonl", .record = records.place()};
      try {
        take(parse_json(text, place.record), records.number(), place);
      } catch (const Error& error) {
        report_.left_out(place, "malformed", why_of(error, file));
      }
      if (source_.progress) source_.progress(static_cast<std::int64_t>(records.number()), 0);
    }
    return collector_.take(file);
  }

 private:
  void take(Json&& object, std::size_t line, const RecordPlace& place) {
    const bool has_expression = object.is_object() && object.contains("expression");
    const std::string expression = has_expression ? detail::text_of(object, "expression") : std::string();
    const detail::FolderRecord record = detail::parse_folder_record(std::move(object), line);
    if (!has_expression) {
      report_.left_out(place, "question");
      return;
    }
    if (!record.regions.empty()) {
      report_.left_out(place, "regions");
      return;
    }
    const auto picture = collector_.picture(pictures_.find(record.image), std::nullopt, record.split, place);
    if (!picture) return;
    if (collector_.at(*picture).split != record.split) {
      report_.left_out(place, "split_differs", "an earlier line has the picture in another split");
      return;
    }
    if (record.masks->empty()) report_.left_out(place, "no_target");
    for (std::size_t k = 0; k < record.masks->size(); ++k)
      take_mask((*record.masks)[k], expression_.name_in(expression), *picture,
                {.file = place.file, .record = place.record + " masks[" + std::to_string(k) + "]"});
  }

  void take_mask(const Json& mask, std::string name, std::size_t picture, const RecordPlace& place) {
    AnnotatedThing thing{.name = std::move(name), .shape = {}};
    try {
      if (mask.is_object()) {
        thing.shape = rle_from_json(mask);
      } else if (mask.is_string()) {
        thing.shape = encode_mask(detail::folder_mask_file(source_.input, mask.get<std::string>()));
      } else {
        thing.shape = detail::folder_polygons(mask).get<std::vector<Polygon>>();
      }
    } catch (const Error& error) {
      report_.left_out(place, "malformed", why_of(error, source_.input));
      return;
    }
    const bool is_polygon = std::holds_alternative<std::vector<Polygon>>(thing.shape);
    collector_.add(picture, std::move(thing), is_polygon ? "polygon" : "mask", place);
  }

  const ReadSource& source_;
  ConversionReport& report_;
  PictureCollector collector_;
  ExpressionTemplate expression_;
  PictureFolder pictures_;
};

}  // namespace

AnnotationSet read_folder_format(const ReadSource& source, ConversionReport& report) {
  return FolderReader(source, report).read();
}

}  // namespace pixelsail
