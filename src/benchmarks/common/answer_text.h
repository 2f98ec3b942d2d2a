#pragma once

/// What the published evaluation scripts do to answers before they are scored.

#include <string>
#include <string_view>
#include <vector>

namespace pixelsail {

/// RefCOCOg region captions: end-of-text marks, ".", ":", "<Prompt0>", tags, "[SEG]" and what stands in front
/// of a last "ASSISTANT: " are taken out, runs of blanks become one, blanks and "'" go off the ends.
std::string clean_region_caption(std::string_view answer);

/// Tables of questions: end marks of chat templates are taken out, blanks go off the ends.
std::string clean_table_answer(std::string_view answer);

struct GroundedCaption {
  std::string caption;               ///< without tags and "[SEG]"
  std::vector<std::string> phrases;  ///< what stands between <p> and </p>
};

/// Grounded captions "<p> phrase </p> [SEG] ..".
GroundedCaption split_grounded_caption(std::string_view answer);

}  // namespace pixelsail
