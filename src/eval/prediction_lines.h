#pragma once

/// A file of predictions.

#include <filesystem>
#include <vector>

#include "io/json.h"

namespace pixelsail {

/// One JSON object a line, complete or not at all; folders are made. Bytes of an answer that are no UTF-8 become
/// U+FFFD. Throws RunError when it cannot be written.
void write_prediction_lines(const std::filesystem::path& file, const std::vector<OrderedJson>& lines);

}  // namespace pixelsail
