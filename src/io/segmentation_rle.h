#pragma once

/// Parts of a COCO segmentation joined as runs: time and memory go by the outlines, not by the pixels of the picture
/// that a file claims.

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "io/rle.h"

namespace pixelsail {
namespace detail {

/// The polygons (or RLE objects) of a segmentation, one mask each. Throws DataError as segmentation_runs() does.
std::vector<Rle> segmentation_parts(const nlohmann::json& segmentation, int height, int width);

}  // namespace detail

/// encode_mask(segmentation_mask(...)) without the pixels. Throws as segmentation_runs() does.
Rle segmentation_rle(const nlohmann::json& segmentation, int height, int width, PolygonMerge merge);

}  // namespace pixelsail
