// CVAT for images 1.1 (docs.cvat.ai/docs/other/xml_format): <annotations> with an <image> for each picture, and in it
// <polygon points="x,y;x,y">, <box xtl ytl xbr ybr [rotation]> and <mask rle left top width height>, whose runs go row
// by row and begin with what is outside.

#include <pugixml.hpp>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/input_file.h"
#include "export/format.h"
#include "export/number_list.h"
#include "export/picture_collector.h"
#include "io/rle.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

/// A tree in memory is many times as large as its text.
constexpr std::uintmax_t kMaxFile = std::uintmax_t{1} << 30;
constexpr int kMaxSide = 1 << 20;

double number_of(const pugi::xml_node& node, const char* name) {
  const pugi::xml_attribute attribute = node.attribute(name);
  if (!attribute) throw DataError(std::string(name) + " is missing");
  return detail::whole_number_text(attribute.value());
}

int side_of(const pugi::xml_node& node, const char* name) {
  const double value = number_of(node, name);
  if (value != static_cast<int>(std::min<double>(std::max(value, -1.0 * kMaxSide), kMaxSide)))
    throw DataError(std::string(name) + " should be a whole number of pixels");
  return static_cast<int>(value);
}

Polygon points_of(const pugi::xml_node& node) {
  const std::string_view text = node.attribute("points").value();
  Polygon polygon;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(';', begin), text.size());
    const std::vector<double> point = detail::number_list(text.substr(begin, end - begin), ", ");
    if (point.size() != 2) throw DataError("points should be x,y pairs with ; between");
    polygon.insert(polygon.end(), point.begin(), point.end());
    begin = end + 1;
  }
  if (polygon.size() < 6) throw DataError("a polygon with less than three corners");
  return polygon;
}

Rle mask_of(const pugi::xml_node& node, int height, int width) {
  const int left = side_of(node, "left"), top = side_of(node, "top");
  const int part_width = side_of(node, "width"), part_height = side_of(node, "height");
  if (left < 0 || top < 0 || part_width < 1 || part_height < 1 || left + part_width > width ||
      top + part_height > height)
    throw DataError("a mask that goes beyond the picture");
  const std::int64_t area = std::int64_t{part_width} * part_height;
  Mask mask(height, width);
  std::int64_t position = 0;
  bool is_set = false;
  for (const double run : detail::number_list(node.attribute("rle").value(), ", ")) {
    if (!(run >= 0) || run > static_cast<double>(area - position) ||
        run != static_cast<double>(static_cast<std::int64_t>(run)))
      throw DataError("run lengths that do not fit the mask");
    const std::int64_t end = position + static_cast<std::int64_t>(run);
    for (; position < end; ++position) {
      if (!is_set) continue;
      mask.at(top + static_cast<int>(position / part_width), left + static_cast<int>(position % part_width)) =
          1;
    }
    is_set = !is_set;
  }
  if (position != area) throw DataError("run lengths that do not fill the mask");
  return encode_mask(mask);
}

class CvatReader {
 public:
  CvatReader(const ReadSource& source, ConversionReport& report)
      : source_(source), report_(report), collector_(report) {}

  AnnotationSet read() {
    const fs::path file = is_folder(source_.input) ? source_.input / "annotations.xml" : source_.input;
    file_ = file.filename().string();
    pugi::xml_document document;
    load(file, document);
    const pugi::xml_node root = document.child("annotations");
    if (!root) throw DataError(file.string() + ": is no file of CVAT: no <annotations>");
    const fs::path folder = file.parent_path();
    const PictureFolder pictures(source_.images.empty() ? std::vector<fs::path>{folder / "images", folder}
                                                        : std::vector{source_.images});
    std::int64_t done = 0;
    for (const pugi::xml_node node : root.children()) {
      const std::string_view kind = node.name();
      if (kind == "image") {
        read_image(node, pictures);
        if (source_.progress) source_.progress(++done, 0);
      } else if (kind == "track") {
        report_.left_out({.file = file_, .record = "track " + std::string(node.attribute("id").value())},
                         "track", "a thing in a video");
      }
    }
    return collector_.take(source_.input);
  }

 private:
  static void load(const fs::path& file, pugi::xml_document& document) {
    std::error_code ignored;
    const std::uintmax_t size = fs::file_size(file, ignored);
    if (!ignored && size > kMaxFile) throw DataError(file.string() + ": more than 1 GiB; export it in parts");
    const std::string text = read_input(file);
    const pugi::xml_parse_result result = document.load_buffer(text.data(), text.size());
    if (!result)
      throw DataError(file.string() + ": byte " + std::to_string(result.offset) + ": " +
                      result.description());
  }

  static std::optional<ImageSize> size_of(const pugi::xml_node& image) {
    if (!image.attribute("width") && !image.attribute("height")) return std::nullopt;
    return ImageSize{.height = side_of(image, "height"), .width = side_of(image, "width")};
  }

  void read_image(const pugi::xml_node& image, const PictureFolder& pictures) {
    const std::string name = image.attribute("name").value();
    const RecordPlace place{.file = file_, .record = "image " + name};
    try {
      const std::string subset = image.attribute("subset").value();
      const bool is_default = subset.empty() || subset == "default";
      const auto picture =
          collector_.picture(pictures.find(name), size_of(image), is_default ? "train" : subset, place);
      if (!picture) return;
      std::size_t number = 0;
      for (const pugi::xml_node shape : image.children()) {
        if (shape.type() != pugi::node_element) continue;
        const RecordPlace part{.file = file_,
                               .record = place.record + " " + shape.name() + " " + std::to_string(number++)};
        try {
          read_shape(shape, *picture, part);
        } catch (const DataError& error) {
          report_.left_out(part, "malformed", error.what());
        }
      }
    } catch (const DataError& error) {
      report_.left_out(place, "malformed", error.what());
    }
  }

  void read_shape(const pugi::xml_node& shape, std::size_t picture, const RecordPlace& place) {
    const std::string_view kind = shape.name();
    AnnotatedThing thing{.name = shape.attribute("label").value(), .shape = {}};
    if (kind == "polygon") {
      thing.shape = std::vector<Polygon>{points_of(shape)};
    } else if (kind == "box") {
      if (shape.attribute("rotation") && number_of(shape, "rotation") != 0) {
        report_.left_out(place, "rotated_box");
        return;
      }
      thing.shape = std::vector<Polygon>{box_polygon(number_of(shape, "xtl"), number_of(shape, "ytl"),
                                                     number_of(shape, "xbr"), number_of(shape, "ybr"))};
    } else if (kind == "mask") {
      thing.shape = mask_of(shape, collector_.at(picture).height, collector_.at(picture).width);
    } else {
      report_.left_out(place, is_usable_name(kind) ? std::string(kind) : "unknown_shape");
      return;
    }
    collector_.add(picture, std::move(thing), kind, place);
  }

  const ReadSource& source_;
  ConversionReport& report_;
  PictureCollector collector_;
  std::string file_;
};

}  // namespace

AnnotationSet read_cvat(const ReadSource& source, ConversionReport& report) {
  return CvatReader(source, report).read();
}

}  // namespace pixelsail
