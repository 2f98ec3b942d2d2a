#include <algorithm>

#include "benchmarks/common/check_parts.h"
#include "io/segmentation_rle.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr const char* kBrokenMask = "masks do not decode";
constexpr const char* kOtherMaskSize = "masks have another size than their picture";
/// Numbers of a triangle.
constexpr std::size_t kFewestNumbers = 6;

}  // namespace

bool is_blank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n\v\f") == std::string::npos;
}

bool guarded(BenchmarkCheck& check, const std::string& what, const std::function<void()>& read) {
  try {
    read();
    return true;
  } catch (const Error& e) {
    check.fault(what, e.what());
    return false;
  }
}

int side_member(const Json& object, const char* key, const std::string& where) {
  constexpr std::int64_t kMaxSide = 65535;
  const std::int64_t value = json_int(object, key, where);
  if (value < 1 || value > kMaxSide)
    throw DataError(where + ": impossible " + key + " " + std::to_string(value));
  return static_cast<int>(value);
}

std::string text_member(const Json& object, const char* key, BenchmarkCheck& check, const std::string& what,
                        const std::string& where) {
  const auto found = object.find(key);
  if (found != object.end() && found->is_string()) {
    auto text = found->get<std::string>();
    if (!is_blank(text)) return text;
  }
  check.fault(what, where + ": \"" + key + "\"");
  return {};
}

std::optional<std::pair<int, int>> MaskCheck::add(const Json& segmentation, int height, int width,
                                                  MaskUse use, const std::string& where) {
  ++masks_;
  try {
    if (height == 0) {
      const Rle rle = rle_from_json(segmentation);
      height = rle.height;
      width = rle.width;
    }
    if (!look_at_parts(segmentation, height, width, where)) return std::nullopt;
    const SegmentationRuns joined = segmentation_runs(segmentation, height, width);
    if (rle_area(joined.runs) == 0) {
      if (use == MaskUse::kRegion) check_.fault("regions to be shown are empty", where);
      if (use == MaskUse::kTarget) check_.note("target masks are empty", where);
    }
    if (merges_ == MergeNotes::kWanted && joined.parts_overlap)
      look_at_merges(segmentation, joined.runs, where);
    return std::pair(height, width);
  } catch (const Error& e) {
    check_.fault(kBrokenMask, where + ": " + e.what());
    return std::nullopt;
  }
}

bool MaskCheck::look_at_parts(const Json& segmentation, int height, int width, const std::string& where) {
  const auto fits = [&](const Json& part) {
    if (!part.is_object()) return true;
    const Rle rle = rle_from_json(part);
    if (rle.height == height && rle.width == width) return true;
    check_.fault(kOtherMaskSize, where + ": " + std::to_string(rle.height) + " x " +
                                     std::to_string(rle.width) + ", the picture " + std::to_string(height) +
                                     " x " + std::to_string(width));
    return false;
  };
  if (!segmentation.is_array()) return fits(segmentation);
  for (const Json& part : segmentation) {
    if (part.is_array() && part.size() < kFewestNumbers)
      check_.note("polygons have fewer than 6 numbers", where);
    if (!fits(part)) return false;
  }
  return true;
}

void MaskCheck::look_at_merges(const Json& segmentation, const Rle& joined, const std::string& where) {
  ++overlapping_;
  const Rle whole = segmentation_rle(segmentation, joined.height, joined.width, PolygonMerge::kUnion);
  const auto differs = [&](PolygonMerge merge) {
    return segmentation_rle(segmentation, joined.height, joined.width, merge) != whole;
  };
  const bool lisa = differs(PolygonMerge::kLisaSum), sa2va = differs(PolygonMerge::kSa2vaRle);
  lisa_sum_ += lisa ? 1 : 0;
  sa2va_rle_ += sa2va ? 1 : 0;
  if (lisa) check_.note("masks are another with gt_merge lisa_sum than their union", where);
  if (sa2va) check_.note("masks are another with gt_merge sa2va_rle than their union", where);
}

void MaskCheck::finish() {
  check_.count("masks", masks_);
  if (merges_ == MergeNotes::kNone) return;
  check_.count("masks with overlapping parts", overlapping_);
  check_.count("masks that lisa_sum changes", lisa_sum_);
  check_.count("masks that sa2va_rle changes", sa2va_rle_);
}

}  // namespace pixelsail
