#pragma once

/// COCO run-length masks and polygons, bit-equal to pycocotools (common/maskApi.c).

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pixelsail/mask.h"

namespace pixelsail {

/// The compressed text form <-> runs. Throws DataError on bytes that are no RLE or runs that do not fill the
/// mask.
std::string rle_to_string(const Rle& rle);
Rle rle_from_string(std::string_view counts, int height, int width);

Rle encode_mask(const Mask& mask);
/// Like rleEncode on an array with values above 1: a run starts at every value change (evaluation quirk
/// "sa2va_rle").
Rle encode_values(std::span<const std::uint8_t> row_major, int height, int width);
Mask decode_mask(const Rle& rle);

/// One closed polygon x1,y1,x2,y2,...; parts outside are clipped exactly as pycocotools clips them.
Rle polygon_to_rle(std::span<const double> xy, int height, int width);
/// Axis-aligned box as pycocotools frBbox.
Rle box_to_rle(double x, double y, double width, double height, int image_height, int image_width);

/// Union of masks of one size.
Rle merge_rles(const std::vector<Rle>& rles);
std::uint64_t rle_area(const Rle& rle);
/// Number of pixels in both.
std::uint64_t rle_intersection(const Rle& a, const Rle& b);

/// {"size":[h,w],"counts":"..."} (compressed) or counts as a list of ints (uncompressed).
/// Throws DataError on anything else.
Rle rle_from_json(const nlohmann::json& value);
nlohmann::json rle_to_json(const Rle& rle);

/// How several polygons of one annotation become one mask.
///   kUnion    true union
///   kLisaSum  polygons are added up: pixels with a sum above 1 belong to no class
///   kSa2vaRle the sum goes through encode_values and back
enum class PolygonMerge { kUnion, kLisaSum, kSa2vaRle };
PolygonMerge polygon_merge_from_string(std::string_view name);

/// A COCO `segmentation` (list of polygons, or RLE object) as values per pixel: 0, 1, and for kLisaSum also
/// the higher sums. Row-major, height*width.
std::vector<std::uint8_t> segmentation_values(const nlohmann::json& segmentation, int height, int width,
                                              PolygonMerge merge);
/// The union of a segmentation's parts as runs, and whether two of them share a pixel. Without such pixels
/// every PolygonMerge gives the union.
struct SegmentationRuns {
  Rle runs;
  bool parts_overlap = false;
};
SegmentationRuns segmentation_runs(const nlohmann::json& segmentation, int height, int width);
/// The same as a binary mask (kLisaSum: pixels whose sum is exactly 1).
Mask segmentation_mask(const nlohmann::json& segmentation, int height, int width,
                       PolygonMerge merge = PolygonMerge::kUnion);

}  // namespace pixelsail
