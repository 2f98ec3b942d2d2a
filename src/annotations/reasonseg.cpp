#include "annotations/reasonseg.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

#include "annotations/annotation_file.h"
#include "core/input_file.h"
#include "image/image_size.h"
#include "io/file_kind.h"
#include "io/json.h"
#include "io/utf8.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// Code points of the bytes 0x80 to 0x9F of Windows-1252 (unicode.org, CP1252.TXT); 0: none.
constexpr std::array<std::uint32_t, 32> kWindows1252{
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

std::string utf8_of_windows1252(const std::string& bytes, const std::string& name) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    std::uint32_t code = byte;
    if (byte >= 0x80 && byte < 0xA0) {
      code = kWindows1252[byte - 0x80];
      if (code == 0) throw DataError(name + ": is neither UTF-8 nor Windows-1252");
    }
    detail::append_utf8(text, code);
  }
  return text;
}

Json read_annotation(const std::filesystem::path& path) {
  const std::string name = path.string();
  std::string text = read_input(path);
  refuse_foreign(text, name, true);
  if (detail::find_invalid_utf8(text) != std::string::npos) text = utf8_of_windows1252(text, name);
  return parse_json(text, name);
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

int coordinate(const Json& value, const std::string& where) {
  if (!value.is_number()) throw DataError(where + ": a point should hold two numbers");
  const double number = std::trunc(value.get<double>());
  if (!(std::abs(number) <= kMaxPolygonCoordinate)) throw DataError(where + ": an impossible coordinate");
  return static_cast<int>(number);
}

ReasonSegShape parse_shape(const Json& shape, const std::string& label, const std::string& where) {
  ReasonSegShape result{.ignored = label.find("ignore") != std::string::npos, .points = {}};
  for (const Json& point : json_list_at(shape, "points", where)) {
    if (!point.is_array() || point.size() != 2) throw DataError(where + ": a point should hold two numbers");
    result.points.push_back({.x = coordinate(point[0], where), .y = coordinate(point[1], where)});
  }
  if (result.points.empty()) throw DataError(where + ": has no points");
  return result;
}

ReasonSegSample load_sample(const std::filesystem::path& image, bool needs_text) {
  const std::filesystem::path path = std::filesystem::path(image).replace_extension(".json");
  const std::string name = path.string();
  const Json annotation = read_annotation(path);
  ReasonSegSample sample{.id = path.stem().string(), .image = image};
  const ImageSize size = read_image_size(image);
  sample.height = size.height;
  sample.width = size.width;
  const Json& texts = json_list_at(annotation, "text", name);
  if (needs_text && (texts.empty() || !texts[0].is_string()))
    throw DataError(name + ": \"text\" should hold a text");
  for (const Json& text : texts)
    if (text.is_string()) sample.texts.push_back(text.get<std::string>());
  if (!sample.texts.empty()) sample.text = sample.texts.front();
  const Json& is_sentence = json_at(annotation, "is_sentence", name);
  if (!is_sentence.is_boolean()) throw DataError(name + ": \"is_sentence\" should be true or false");
  sample.is_sentence = is_sentence.get<bool>();
  const Json& shapes = json_list_at(annotation, "shapes", name);
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const std::string where = name + ": shapes[" + std::to_string(i) + "]";
    const std::string label = lower(json_string(shapes[i], "label", where));
    if (label != "flag") sample.shapes.push_back(parse_shape(shapes[i], label, where));
  }
  return sample;
}

}  // namespace

std::filesystem::path reasonseg_folder(const std::filesystem::path& root, const std::string& split) {
  if (!stays_inside(split)) throw DataError("\"" + split + "\" is no split of ReasonSeg");
  return find_annotation_file(root, {"reasonseg", "ReasonSeg"}, split);
}

std::vector<std::filesystem::path> reasonseg_images(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> images;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().extension() == ".jpg") images.push_back(entry.path());
  if (error) throw DataError(folder.string() + ": cannot be read: " + error.message());
  std::ranges::sort(images);
  return images;
}

std::vector<ReasonSegSample> load_reasonseg(const std::filesystem::path& root, const std::string& split) {
  const std::filesystem::path folder = reasonseg_folder(root, split);
  std::set<std::filesystem::path> annotations;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().extension() == ".json") annotations.insert(entry.path());
  if (error) throw DataError(folder.string() + ": cannot be read: " + error.message());
  std::vector<ReasonSegSample> samples;
  for (const std::filesystem::path& image : reasonseg_images(folder)) {
    if (annotations.erase(std::filesystem::path(image).replace_extension(".json")) == 0)
      throw DataError(image.string() + ": has no .json beside it");
    samples.push_back(load_sample(image, true));
  }
  if (!annotations.empty()) throw DataError(annotations.begin()->string() + ": has no .jpg beside it");
  if (samples.empty()) throw DataError(folder.string() + ": holds no sample");
  return samples;
}

ReasonSegSample load_reasonseg_sample(const std::filesystem::path& image) {
  return load_sample(image, true);
}

ReasonSegSample load_reasonseg_texts(const std::filesystem::path& image) {
  return load_sample(image, false);
}

std::vector<std::uint8_t> reasonseg_values(const ReasonSegSample& sample) {
  const std::size_t pixels = static_cast<std::size_t>(sample.height) * static_cast<std::size_t>(sample.width);
  const auto draw = [&sample](std::vector<std::uint8_t>& values, const ReasonSegShape& shape,
                              std::uint8_t value) {
    fill_outlined_polygon(values, sample.height, sample.width, shape.points, value);
  };
  std::vector<std::pair<std::int64_t, std::size_t>> order;
  if (sample.shapes.size() > 1) {
    std::vector<std::uint8_t> alone(pixels);
    for (std::size_t i = 0; i < sample.shapes.size(); ++i) {
      std::ranges::fill(alone, std::uint8_t{0});
      draw(alone, sample.shapes[i], 1);
      order.emplace_back(std::ranges::count(alone, std::uint8_t{1}), i);
    }
    std::ranges::sort(order, std::ranges::greater{});
  } else if (!sample.shapes.empty()) {
    order.emplace_back(0, 0);
  }
  std::vector<std::uint8_t> values(pixels, 0);
  for (const auto& [area, i] : order)
    draw(values, sample.shapes[i], sample.shapes[i].ignored ? kReasonSegIgnored : std::uint8_t{1});
  return values;
}

}  // namespace pixelsail
