#pragma once

/// One answered expression and its line in predictions.jsonl:
///   {"ref_id":1,"sent_id":2,"image_id":3,"answer":"...","mask":{"size":[h,w],"counts":"..."}}
/// `mask` is null when the answer holds no [SEG]; of several [SEG] the first counts. Further members are
/// optional.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/json.h"
#include "pixelsail/mask.h"

namespace pixelsail {

struct Prediction {
  std::int64_t ref_id = 0, sent_id = 0, image_id = 0;
  std::string question, answer;
  std::optional<Rle> mask;
  /// Masks the answer came with (one per [SEG]).
  std::int64_t mask_count = 0;
  /// Mean probability inside the first mask, mean log-probability of the generated tokens, number of these.
  double mask_score = 0, token_log_probability = 0;
  std::int64_t token_count = 0;
  /// Not empty: why this sample could not be answered. It then counts as a prediction without a mask.
  std::string error;
  /// Line of the file it was read from, 0 for none.
  std::int64_t line = 0;
};

/// The line, without the newline. Bytes of the answer that are no UTF-8 (a cut-off character) become U+FFFD.
std::string prediction_to_line(const Prediction& prediction);
/// Throws DataError saying what is missing or wrong.
Prediction prediction_from_json(const Json& value);
/// All lines of a file. Throws DataError "file:line: reason".
std::vector<Prediction> read_predictions(const std::filesystem::path& path);

/// What a report says about a set of answers beside its scores.
struct PredictionCounts {
  std::int64_t failed = 0;          ///< samples with an error
  std::int64_t no_mask = 0;         ///< answers without [SEG] (failed ones not counted)
  std::int64_t several_masks = 0;   ///< answers with more than one [SEG]
  std::int64_t empty_mask = 0;      ///< the first mask has no pixel
  double mean_tokens = 0;           ///< generated tokens an answer
  std::int64_t longest_answer = 0;  ///< in tokens
};
PredictionCounts count_predictions(std::span<const Prediction> predictions);

}  // namespace pixelsail
