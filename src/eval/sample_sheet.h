#pragma once

/// The contact sheet of an evaluation: some images with expression, ground truth and prediction.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "data/refer.h"
#include "pixelsail/image.h"
#include "score/prediction.h"

namespace pixelsail {

/// Indices of `count` expressions (fewer when there are fewer images) of different images spread over the
/// whole list, kinds taken in turn. The choice depends on the expressions only.
std::vector<std::size_t> pick_samples(std::span<const ReferExpression> expressions, std::int64_t count);

/// `predictions` in any order; expressions without one show no prediction. Throws DataError for an unreadable
/// image.
std::optional<Image> sample_sheet(const ReferData& data, std::span<const ReferExpression> expressions,
                                  std::span<const Prediction> predictions, PolygonMerge merge,
                                  std::int64_t count);

}  // namespace pixelsail
