#pragma once

/// One answered expression, from its line in a file of predictions:
///   {"ref_id":1,"sent_id":2,"image_id":3,"mask":{"size":[h,w],"counts":"..."}}
/// `mask` is null when the answer holds no [SEG]; of several [SEG] the first counts. Other members are not
/// looked at.

#include <cstdint>
#include <optional>

#include "io/json.h"
#include "pixelsail/mask.h"

namespace pixelsail {

struct Prediction {
  std::int64_t ref_id = 0, sent_id = 0, image_id = 0;
  std::optional<Rle> mask;
  /// Line of the file it was read from, for messages; 0 for none.
  std::int64_t line = 0;
};

/// Throws DataError saying what is missing or wrong.
Prediction prediction_from_json(const Json& value);

}  // namespace pixelsail
