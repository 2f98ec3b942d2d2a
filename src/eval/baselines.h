#pragma once

/// Predictions that need no model: what a score is to be compared with.

#include <span>
#include <string>
#include <vector>

#include "data/refer.h"
#include "score/prediction.h"

namespace pixelsail {

/// Names that `baselines` of an evaluation may hold.
const std::vector<std::string>& baseline_names();

/// "select_all": the union of every annotation of the image, whatever is asked.
/// Throws ConfigError for an unknown name.
std::vector<Prediction> baseline_predictions(const std::string& name, const ReferData& data,
                                             std::span<const ReferExpression> expressions);

}  // namespace pixelsail
