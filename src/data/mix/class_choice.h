#pragma once

/// Which classes of a panoptic picture are asked for.

#include <cstdint>
#include <utility>
#include <vector>

#include "data/mix/panoptic.h"

namespace pixelsail::detail {

/// Segments that are no crowds. Throws UnusableSample (no_objects) when there is none.
std::vector<PanopticSegment> whole_objects(std::vector<PanopticSegment> segments);

/// A class and the ids of its segments, in file order.
using ChosenClass = std::pair<const PanopticClass*, std::vector<std::int64_t>>;

/// All classes, or a random `most` of them, in the order in which they first appear. Throws UnusableSample
/// (segment_without_pixels) when a chosen class has such a segment.
std::vector<ChosenClass> choose_classes(const std::vector<PanopticSegment>& segments, std::size_t most,
                                        const IdMap& map, Draws& draws);

}  // namespace pixelsail::detail
