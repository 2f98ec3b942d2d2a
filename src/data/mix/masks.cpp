#include "data/mix/masks.h"

#include <algorithm>

#include "data/mix/run_masks.h"
#include "data/unusable.h"
#include "io/rle.h"

namespace pixelsail::detail {
namespace {

/// Sides of an RLE object that does not fit; an empty text when it does or is none.
std::string other_size(const Json& part, int height, int width) {
  if (!part.is_object() || !part.contains("size")) return {};
  const Json& size = part["size"];
  if (!size.is_array() || size.size() != 2 || (size[0] == height && size[1] == width)) return {};
  return "run lengths of size " + size.dump() + " for " + std::to_string(height) + " x " +
         std::to_string(width);
}

void check_sizes(const Json& segmentation, int height, int width, const std::string& where) {
  std::string found = other_size(segmentation, height, width);
  if (segmentation.is_array())
    for (const Json& part : segmentation)
      if (found.empty()) found = other_size(part, height, width);
  if (!found.empty()) throw UnusableSample("mask_sizes_differ", where + ": " + found);
}

}  // namespace

Mask union_mask(const Json& segmentation, int height, int width, const std::string& where, Sample& sample) {
  check_pixels(height, width, where);
  check_sizes(segmentation, height, width, where);
  try {
    const SegmentationRuns runs = segmentation_runs(segmentation, height, width);
    if (runs.parts_overlap) note(sample, "overlap_added");
    return decode_mask(runs.runs);
  } catch (const DataError& error) {
    throw UnusableSample(kMalformedRecord, where + ": " + error.what());
  }
}

bool has_pixels(const Mask& mask) {
  return std::ranges::any_of(mask.data, [](std::uint8_t value) { return value != 0; });
}

std::int64_t count_pixels(const Mask& mask) {
  return std::ranges::count_if(mask.data, [](std::uint8_t value) { return value != 0; });
}

void join(Mask& mask, const Mask& other) {
  std::ranges::transform(mask.data, other.data, mask.data.begin(),
                         [](std::uint8_t a, std::uint8_t b) { return static_cast<std::uint8_t>(a | b); });
}

void note(Sample& sample, const std::string& what) {
  if (std::ranges::find(sample.notes, what) == sample.notes.end()) sample.notes.push_back(what);
}

std::string without_seg(std::string text, Sample& sample) {
  constexpr std::string_view kSeg = "[SEG]";
  for (std::size_t at = text.find(kSeg); at != std::string::npos; at = text.find(kSeg, at)) {
    text.erase(at, kSeg.size());
    note(sample, "seg_in_text");
  }
  return text;
}

int record_side(const Json& record, const char* key, const std::string& where) {
  constexpr std::int64_t kMaxSide = 65535;
  const std::int64_t side = json_int(record, key, where);
  if (side < 1 || side > kMaxSide)
    throw UnusableSample(kMalformedRecord, where + ": impossible " + key + " " + std::to_string(side));
  return static_cast<int>(side);
}

}  // namespace pixelsail::detail
