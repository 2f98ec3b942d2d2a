// Labels of Ultralytics YOLO (docs.ultralytics.com/datasets): one line a thing, "class x1 y1 x2 y2 .." for an outline
// and "class x y width height" (of the middle) for a box, from 0 to 1 of the picture.

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/input_file.h"
#include "export/format.h"
#include "export/number_list.h"
#include "export/picture_collector.h"
#include "export/yolo_layout.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

/// Larger files hold something else.
constexpr std::uintmax_t kMaxLabelFile = std::uintmax_t{64} << 20;
/// How far coordinates may lie outside of the picture by rounding.
constexpr double kRounding = 1e-3;

class YoloReader {
 public:
  YoloReader(const ReadSource& source, ConversionReport& report)
      : source_(source),
        report_(report),
        collector_(report),
        layout_(detail::read_yolo_layout(source.input, source.images)) {}

  AnnotationSet read() {
    for (const auto& split : layout_.splits) {
      const std::vector<fs::path> pictures = files_below(split.folder, picture_endings());
      std::int64_t done = 0;
      for (const fs::path& picture : pictures) {
        read_picture(split, picture);
        if (source_.progress) source_.progress(++done, static_cast<std::int64_t>(pictures.size()));
      }
    }
    return collector_.take(source_.input);
  }

 private:
  void read_picture(const detail::YoloLayout::Split& split, const fs::path& below) {
    const fs::path file = split.folder / below;
    const fs::path labels = labels_of(file, below);
    const RecordPlace place{.file = relative(labels), .record = {}};
    const auto picture =
        collector_.picture(PictureFolder::Found{.name = below.generic_string(), .file = file}, std::nullopt,
                           split.name, {.file = relative(file), .record = {}});
    if (!picture) return;
    std::error_code missing;
    const std::uintmax_t size = fs::file_size(labels, missing);
    if (missing) return;  // a picture that shows none of the classes
    try {
      if (size > kMaxLabelFile) throw DataError("more than 64 MB");
      read_lines(read_input(labels), *picture, place.file);
    } catch (const DataError& error) {
      report_.left_out(place, "malformed", why_of(error, labels));
    }
  }

  /// With pictures that lie elsewhere the labels are beside data.yaml.
  fs::path labels_of(const fs::path& picture, const fs::path& below) const {
    if (source_.images.empty()) return detail::yolo_label_file(picture);
    fs::path text = layout_.root / "labels" / below;
    return text.replace_extension(".txt");
  }

  std::string relative(const fs::path& file) const {
    const fs::path below = file.lexically_relative(layout_.root);
    return below.empty() || *below.begin() == ".." ? file.filename().generic_string()
                                                   : below.generic_string();
  }

  void read_lines(const std::string& text, std::size_t picture, const std::string& file) {
    std::size_t number = 0;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      const std::string_view line = std::string_view(text).substr(begin, end - begin);
      begin = end + 1;
      ++number;
      if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
      const RecordPlace place{.file = file, .record = "line " + std::to_string(number)};
      try {
        read_line(line, picture, place);
      } catch (const DataError& error) {
        report_.left_out(place, "malformed", error.what());
      }
    }
  }

  void read_line(std::string_view line, std::size_t picture, const RecordPlace& place) {
    const std::vector<double> numbers = detail::number_list(line, " \t\r");
    if (layout_.has_keypoints) {
      report_.left_out(place, "keypoints");
      return;
    }
    if (numbers.size() != 5 && (numbers.size() < 7 || numbers.size() % 2 == 0))
      throw DataError(std::to_string(numbers.size()) + " numbers are neither an outline nor a box");
    if (numbers[0] != std::floor(numbers[0]) || std::abs(numbers[0]) > 1e9)
      throw DataError("a class is a whole number");
    const auto name = layout_.names.find(static_cast<std::int64_t>(numbers[0]));
    if (name == layout_.names.end()) {
      report_.left_out(place, "unknown_category",
                       "class " + std::to_string(static_cast<std::int64_t>(numbers[0])));
      return;
    }
    for (std::size_t i = 1; i < numbers.size(); ++i)
      if (numbers[i] < -kRounding || numbers[i] > 1 + kRounding)
        throw DataError("coordinates are from 0 to 1");
    const AnnotatedPicture& on = collector_.at(picture);
    const bool is_box = numbers.size() == 5;
    Polygon polygon = is_box ? box_polygon(numbers[1] - numbers[3] / 2, numbers[2] - numbers[4] / 2,
                                           numbers[1] + numbers[3] / 2, numbers[2] + numbers[4] / 2)
                             : Polygon(numbers.begin() + 1, numbers.end());
    for (std::size_t i = 0; i < polygon.size(); ++i) polygon[i] *= i % 2 == 0 ? on.width : on.height;
    collector_.add(picture, {.name = name->second, .shape = std::vector<Polygon>{std::move(polygon)}},
                   is_box ? "box" : "polygon", place);
  }

  const ReadSource& source_;
  ConversionReport& report_;
  PictureCollector collector_;
  detail::YoloLayout layout_;
};

}  // namespace

AnnotationSet read_yolo(const ReadSource& source, ConversionReport& report) {
  return YoloReader(source, report).read();
}

}  // namespace pixelsail
