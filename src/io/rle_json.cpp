#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "io/json_number.h"
#include "io/pickle/pickle_text.h"
#include "io/rle.h"
#include "io/rle_check.h"
#include "io/segmentation_rle.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

using nlohmann::json;

/// A whole number from 0 to `max`; nothing when it is something else.
std::optional<std::uint64_t> whole_number(const json& value, std::uint64_t max) {
  const auto number = whole_json_number(value);
  if (!number || *number < 0 || static_cast<std::uint64_t>(*number) > max) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

int side(const json& value) {
  const auto number = whole_number(value, std::numeric_limits<int>::max());
  if (!number) throw DataError("RLE: \"size\" should hold two whole numbers");
  return static_cast<int>(*number);
}

/// str(rle["counts"]) of pycocotools' bytes is "b'...'", with every backslash doubled. No run-length text holds a
/// quote.
std::string plain_counts(const std::string& text) {
  const bool is_repr = text.size() >= 3 && text[0] == 'b' && (text[1] == '\'' || text[1] == '"');
  std::string bytes;
  if (!is_repr) return text;
  if (!detail::parse_pickle_string(std::string_view(text).substr(1), bytes))
    throw DataError(
        "RLE: \"counts\" begins with b' like Python's str() of bytes, but is none; write "
        "counts.decode()");
  return bytes;
}

Rle from_polygon(const json& polygon, int height, int width) {
  std::vector<double> xy;
  xy.reserve(polygon.size());
  for (const json& number : polygon) {
    if (!number.is_number())
      throw DataError(std::string("polygon: holds ") + number.type_name() + ", not numbers");
    xy.push_back(number.get<double>());
  }
  return polygon_to_rle(xy, height, width);
}

Rle one_part(const json& part, int height, int width) {
  if (part.is_array()) return from_polygon(part, height, width);
  Rle rle = rle_from_json(part);
  if (rle.height != height || rle.width != width) {
    throw DataError("RLE: mask of " + std::to_string(rle.height) + " x " + std::to_string(rle.width) +
                    " for a " + std::to_string(height) + " x " + std::to_string(width) + " image");
  }
  return rle;
}

/// Adds 1 to every pixel of the mask. uint8 wraps at 256 overlapping polygons, as in the published
/// evaluators.
void add_runs(const Rle& rle, std::vector<std::uint8_t>& values) {
  const std::size_t height = static_cast<std::size_t>(rle.height),
                    width = static_cast<std::size_t>(rle.width);
  std::size_t position = 0;
  for (std::size_t i = 0; i < rle.counts.size(); ++i) {
    const std::size_t end = position + rle.counts[i];
    if (i % 2 == 1) {
      for (; position < end; ++position) ++values[position % height * width + position / height];
    }
    position = end;
  }
}

}  // namespace

std::vector<Rle> detail::segmentation_parts(const json& segmentation, int height, int width) {
  checked_area(height, width);
  if (segmentation.is_object()) return {one_part(segmentation, height, width)};
  if (!segmentation.is_array()) {
    throw DataError(std::string("segmentation: should be a list of polygons or an RLE object, not ") +
                    segmentation.type_name());
  }
  std::vector<Rle> parts;
  parts.reserve(segmentation.size());
  for (const json& part : segmentation) parts.push_back(one_part(part, height, width));
  return parts;
}

Rle rle_from_json(const json& value) {
  if (!value.is_object()) throw DataError(std::string("RLE: should be an object, not ") + value.type_name());
  const auto size = value.find("size");
  if (size == value.end() || !size->is_array() || size->size() != 2) {
    throw DataError("RLE: \"size\" should be [height, width]");
  }
  const int height = side((*size)[0]), width = side((*size)[1]);
  const auto counts = value.find("counts");
  if (counts == value.end()) throw DataError("RLE: \"counts\" is missing");
  if (counts->is_string())
    return rle_from_string(plain_counts(counts->get_ref<const std::string&>()), height, width);
  if (!counts->is_array()) {
    throw DataError(std::string("RLE: \"counts\" should be text or a list, not ") + counts->type_name());
  }
  const std::uint64_t area = detail::checked_area(height, width);
  Rle rle{.height = height, .width = width, .counts = {}};
  rle.counts.reserve(counts->size());
  for (const json& count : *counts) {
    const auto run = whole_number(count, area);
    if (!run) throw DataError("RLE: run " + std::to_string(rle.counts.size()) + " has an impossible length");
    rle.counts.push_back(static_cast<std::uint32_t>(*run));
  }
  detail::check_runs(rle);
  return rle;
}

json rle_to_json(const Rle& rle) {
  return json{{"size", {rle.height, rle.width}}, {"counts", rle_to_string(rle)}};
}

PolygonMerge polygon_merge_from_string(std::string_view name) {
  if (name == "union") return PolygonMerge::kUnion;
  if (name == "lisa_sum") return PolygonMerge::kLisaSum;
  if (name == "sa2va_rle") return PolygonMerge::kSa2vaRle;
  throw ConfigError("unknown way to merge polygons \"" + std::string(name) +
                    "\" (union, lisa_sum, sa2va_rle)");
}

std::vector<std::uint8_t> segmentation_values(const json& segmentation, int height, int width,
                                              PolygonMerge merge) {
  const std::vector<Rle> parts = detail::segmentation_parts(segmentation, height, width);
  if (parts.empty()) return std::vector<std::uint8_t>(detail::checked_area(height, width), 0);
  if (merge == PolygonMerge::kUnion) return decode_mask(merge_rles(parts)).data;
  std::vector<std::uint8_t> values(detail::checked_area(height, width), 0);
  for (const Rle& part : parts) add_runs(part, values);
  if (merge == PolygonMerge::kSa2vaRle) return decode_mask(encode_values(values, height, width)).data;
  return values;
}

SegmentationRuns segmentation_runs(const json& segmentation, int height, int width) {
  const std::vector<Rle> parts = detail::segmentation_parts(segmentation, height, width);
  if (parts.empty()) {
    const auto area = static_cast<std::uint32_t>(detail::checked_area(height, width));
    return {.runs = Rle{.height = height, .width = width, .counts = {area}}};
  }
  SegmentationRuns result{.runs = merge_rles(parts)};
  std::uint64_t sum = 0;
  for (const Rle& part : parts) sum += rle_area(part);
  result.parts_overlap = sum != rle_area(result.runs);
  return result;
}

Mask segmentation_mask(const json& segmentation, int height, int width, PolygonMerge merge) {
  Mask mask;
  mask.data = segmentation_values(segmentation, height, width, merge);
  mask.height = height;
  mask.width = width;
  if (merge == PolygonMerge::kLisaSum) {
    for (std::uint8_t& value : mask.data) value = value == 1;
  }
  return mask;
}

}  // namespace pixelsail
