// Label Studio's export "JSON" (labelstud.io/guide/task_format and /guide/export): a list of tasks with "data" and
// "annotations": [{"result": [{"type", "original_width", "original_height", "value"}]}]. Coordinates are percent of
// the picture; a brush has run lengths (export/brush_runs.h).

#include <optional>
#include <utility>

#include "export/brush_runs.h"
#include "export/format.h"
#include "export/json_shape.h"
#include "export/picture_collector.h"
#include "export/task_picture.h"
#include "io/json_list_file.h"
#include "io/json_number.h"
#include "io/rle.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

bool is_true(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

Mask brush_of(const Json& value, int height, int width) {
  if (value.contains("format") && value.at("format") != "rle")
    throw DataError("a brush of another format than \"rle\"");
  const auto runs = value.find("rle");
  if (runs == value.end() || !runs->is_array()) throw DataError("\"rle\" should be a list of bytes");
  std::vector<std::uint8_t> bytes;
  bytes.reserve(runs->size());
  for (const Json& number : *runs) {
    const auto byte = whole_json_number(number);
    if (!byte || *byte < 0 || *byte > 255) throw DataError("\"rle\" should be a list of bytes");
    bytes.push_back(static_cast<std::uint8_t>(*byte));
  }
  return decode_brush(bytes, height, width);
}

class LabelStudioReader {
 public:
  LabelStudioReader(const ReadSource& source, ConversionReport& report)
      : source_(source), report_(report), collector_(report) {}

  AnnotationSet read() {
    const fs::path file = json_file();
    file_ = file.filename().string();
    const fs::path folder = file.parent_path();
    const PictureFolder pictures(source_.images.empty() ? std::vector<fs::path>{folder / "images", folder}
                                                        : std::vector{source_.images});
    const JsonListFile tasks(file);
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      const RecordPlace place{.file = file_, .record = "[" + std::to_string(i) + "]"};
      try {
        read_task(tasks.read(i), pictures, place);
      } catch (const DataError& error) {
        report_.left_out(place, "malformed", why_of(error, file));
      }
      if (source_.progress)
        source_.progress(static_cast<std::int64_t>(i) + 1, static_cast<std::int64_t>(tasks.size()));
    }
    return collector_.take(source_.input);
  }

 private:
  fs::path json_file() const {
    if (!is_folder(source_.input)) return source_.input;
    std::vector<fs::path> files;
    for (const fs::path& file : files_below(source_.input, {".json"}))
      if (!file.has_parent_path() && file != kConversionFile) files.push_back(source_.input / file);
    if (files.size() == 1) return files[0];
    throw DataError(source_.input.string() + ": " + std::to_string(files.size()) +
                    " JSON files are there; name the one that Label Studio exported");
  }

  void read_task(const Json& task, const PictureFolder& pictures, const RecordPlace& place) {
    const auto annotations = task.find("annotations");
    if (annotations == task.end() || !annotations->is_array())
      throw DataError(
          "no list \"annotations\" (the export of the kind \"JSON\" has one, \"JSON-MIN\" has none)");
    const auto data = task.find("data");
    if (data == task.end()) throw DataError("\"data\" is missing");
    const auto picture =
        collector_.picture(find_task_picture(pictures, task_picture(*data)), std::nullopt, "train", place);
    if (!picture) return;
    const auto chosen = chosen_annotation(*annotations, place);
    if (!chosen) return;
    const Json& annotation = (*annotations)[*chosen];
    const auto results = annotation.find("result");
    if (results == annotation.end() || !results->is_array()) throw DataError("no list \"result\"");
    const std::string where = place.record + ".annotations[" + std::to_string(*chosen) + "].result[";
    for (std::size_t i = 0; i < results->size(); ++i) {
      const RecordPlace part{.file = file_, .record = where + std::to_string(i) + "]"};
      try {
        read_result((*results)[i], *picture, part);
      } catch (const DataError& error) {
        report_.left_out(part, "malformed", error.what());
      }
    }
  }

  /// The one that is marked as the truth, else the first; those of other people are left out.
  std::optional<std::size_t> chosen_annotation(const Json& annotations, const RecordPlace& place) {
    std::optional<std::size_t> chosen;
    for (std::size_t i = 0; i < annotations.size(); ++i) {
      const Json& annotation = annotations[i];
      if (!annotation.is_object()) throw DataError("\"annotations\" should hold objects");
      if (is_true(annotation, "was_cancelled")) continue;
      if (!chosen || (is_true(annotation, "ground_truth") && !is_true(annotations[*chosen], "ground_truth")))
        chosen = i;
    }
    for (std::size_t i = 0; i < annotations.size(); ++i) {
      if (chosen == i) continue;
      report_.left_out({.file = file_, .record = place.record + ".annotations[" + std::to_string(i) + "]"},
                       is_true(annotations[i], "was_cancelled") ? "cancelled" : "other_annotation");
    }
    return chosen;
  }

  void read_result(const Json& result, std::size_t picture, const RecordPlace& place) {
    if (!result.is_object()) throw DataError(std::string("should be an object, not ") + result.type_name());
    const std::string& type = detail::text_of(result, "type");
    if (type != "polygonlabels" && type != "brushlabels" && type != "rectanglelabels") {
      report_.left_out(place, type);
      return;
    }
    const AnnotatedPicture& on = collector_.at(picture);
    const auto size = detail::stated_size(result, "original_width", "original_height");
    if (size && (size->height != on.height || size->width != on.width)) {
      report_.left_out(place, "size_differs");
      return;
    }
    const auto turned = result.find("image_rotation");
    if (turned != result.end() && detail::finite_value(*turned, "\"image_rotation\"") != 0) {
      report_.left_out(place, "rotated_picture");
      return;
    }
    const auto value = result.find("value");
    if (value == result.end() || !value->is_object()) throw DataError("\"value\" should be an object");
    const auto labels = value->find(type);
    if (labels == value->end() || !labels->is_array() || labels->empty()) {
      report_.left_out(place, "no_name");
      return;
    }
    std::string kind = type.substr(0, type.size() - std::string_view("labels").size());
    const std::optional<Shape> shape = shape_of(*value, kind, on, place);
    if (!shape) return;
    if (kind == "rectangle") kind = "box";
    if (kind == "brush") kind = "mask";
    for (const Json& label : *labels) {
      if (!label.is_string()) throw DataError("\"" + type + "\" should hold texts");
      collector_.add(picture, {.name = label.get<std::string>(), .shape = *shape}, kind, place);
    }
  }

  /// Nothing for what cannot be expressed, which goes into the report.
  std::optional<Shape> shape_of(const Json& value, const std::string& kind, const AnnotatedPicture& on,
                                const RecordPlace& place) {
    Polygon polygon;
    if (kind == "brush") return encode_mask(brush_of(value, on.height, on.width));
    if (kind == "polygon") {
      if (value.contains("closed") && value.at("closed") == false) {
        report_.left_out(place, "open_polygon");
        return std::nullopt;
      }
      const auto points = value.find("points");
      if (points == value.end()) throw DataError("\"points\" is missing");
      polygon = detail::point_list(*points, 3);
    } else {
      const auto rotation = value.find("rotation");
      if (rotation != value.end() && detail::finite_value(*rotation, "\"rotation\"") != 0) {
        report_.left_out(place, "rotated_box");
        return std::nullopt;
      }
      const double x = detail::finite_member(value, "x"), y = detail::finite_member(value, "y");
      polygon = box_polygon(x, y, x + detail::finite_member(value, "width"),
                            y + detail::finite_member(value, "height"));
    }
    for (std::size_t i = 0; i < polygon.size(); ++i)
      polygon[i] *= (i % 2 == 0 ? on.width : on.height) / 100.0;
    return std::vector<Polygon>{std::move(polygon)};
  }

  const ReadSource& source_;
  ConversionReport& report_;
  PictureCollector collector_;
  std::string file_;
};

}  // namespace

AnnotationSet read_label_studio(const ReadSource& source, ConversionReport& report) {
  return LabelStudioReader(source, report).read();
}

}  // namespace pixelsail
