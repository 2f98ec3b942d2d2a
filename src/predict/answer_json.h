#pragma once

/// An answer as JSON: what pixelsail-predict writes and prints, and what lines of predictions say about it.

#include <cstddef>
#include <string>

#include "io/json.h"
#include "pixelsail/session.h"
#include "predict/items.h"

namespace pixelsail {

/// Text that JSON can hold: bytes of a cut-off character become U+FFFD.
std::string valid_utf8(std::string text);

/// {"answer", where there are masks "mask_count" and "mask_score" (of the first), "log_probability" (mean of the
/// tokens), "tokens"}: an answer whose masks stand elsewhere. The text is as the model gave it.
OrderedJson answer_summary(const Answer& answer);

/// {"answer","log_probability","tokens","masks":[{"file","score","pixels","rle":{"size","counts"}}]}.
OrderedJson answer_json(const Answer& answer);

/// Name of the file that the k-th mask is written to.
std::string mask_file_name(std::size_t k);

/// result.json: {"image","prompt","regions"} and the members of answer_json().
OrderedJson result_json(const PredictItem& item, const Answer& answer);

/// What is printed for one of several items: {"item","image","answer","masks" (how many)}.
OrderedJson printed_json(const PredictItem& item, const Answer& answer);

}  // namespace pixelsail
