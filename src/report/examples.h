#pragma once

/// Answers worth looking at, with pictures.

#include <cstdint>
#include <optional>

#include "pixelsail/image.h"
#include "report/job_result.h"

namespace pixelsail {

/// "examples" of report_page.h: the `count` best and worst answers and as many at random (the same for the
/// same questions). The picture shows regions and true masks on the left, predicted masks on the right, as
/// JPEG. Pictures that cannot be read are null.
OrderedJson example_json(const JobResult& result, const QuestionSet& set, std::int64_t count);

/// Answers spread over the whole set, from different images, beside the true masks: image/contact_sheet.h.
/// Nothing for benchmarks without masks, or when no image could be read.
std::optional<Image> example_sheet(const JobResult& result, const QuestionSet& set, std::int64_t count);

}  // namespace pixelsail
