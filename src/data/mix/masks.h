#pragma once

/// Masks of the training mix: parts of one object are joined; that they overlapped is noted.

#include <cstdint>
#include <string>

#include "data/dataset.h"
#include "io/json.h"
#include "pixelsail/mask.h"

namespace pixelsail::detail {

/// A segmentation (polygons, run lengths, or a list of either) as one mask. `note` gets "overlap_added" when parts share
/// pixels, which the published training counts twice. Throws UnusableSample: mask_sizes_differ for run lengths
/// of another size, malformed_record for what is no segmentation.
Mask union_mask(const Json& segmentation, int height, int width, const std::string& where, Sample& note);

bool has_pixels(const Mask& mask);
std::int64_t count_pixels(const Mask& mask);

/// Adds the pixels of `other`, which has the same size.
void join(Mask& mask, const Mask& other);

/// Adds a note once.
void note(Sample& sample, const std::string& what);

/// Takes marks that stand for a mask out of a text of the data: "[SEG]" there belongs to no mask. Noted.
std::string without_seg(std::string text, Sample& sample);

/// A side of a picture as a record says it. Throws UnusableSample (malformed_record).
int record_side(const Json& record, const char* key, const std::string& where);

}  // namespace pixelsail::detail
