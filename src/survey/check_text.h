#pragma once

/// A check of training data for people and for programs.

#include <string>

#include "survey/dataset_check.h"

namespace pixelsail {

/// A paragraph a data set.
std::string data_check_text(const DataCheck& check);

/// {"faults": n, "datasets": [{"kind", "split", "root", "error", "records", "published", "looked_at", "usable",
/// "dropped_share", "faults": [{"reason", "count", "first": []}], "left_out_when_read": {}, "notes": {}, "tokens",
/// "scored_tokens", "masks": {"count", "min", "median", "p95", "max"}}], "teachers": [{"slot", "folder", "module",
/// "images", "error"}]}; n counts kinds of faults.
OrderedJson data_check_json(const DataCheck& check);

}  // namespace pixelsail
