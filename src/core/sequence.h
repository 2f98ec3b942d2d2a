#pragma once

/// What crosses from texts and pictures into the model: one sequence of tokens with its patches. Plain data;
/// nobody who makes or reads it needs to know the other side.

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace pixelsail {

/// Visual prompts of one sequence: tokens <Prompt0> .. <Prompt14>.
inline constexpr int kPromptTokens = 15;
/// Label of a token that is not scored.
inline constexpr std::int64_t kIgnoredLabel = -100;
/// Prompt number of a patch that lies under no visual prompt (the value of the published code).
inline constexpr std::int64_t kNoPrompt = -2;

/// L tokens.
struct TokenSequence {
  std::vector<std::int64_t> ids;  ///< [L]
  /// [L] the id where it is scored (answer and its end token), else kIgnoredLabel; not shifted.
  std::vector<std::int64_t> labels;
  std::vector<std::int64_t> row_position;     ///< [L] 2-D positions, rows
  std::vector<std::int64_t> column_position;  ///< [L] and columns
  /// [begin, end) from <vision> to </vision> inclusive; equal: no image.
  std::int64_t image_begin = 0, image_end = 0;
  /// Index of the first patch token. Patch (r, c) is r * row_stride + c behind it.
  std::int64_t first_patch = 0;
  /// Tokens from the first patch of one row to the first of the next: w, with row separators w + 1; 0 without
  /// an image.
  std::int64_t row_stride = 0;
  std::int64_t prompt_length = 0;  ///< tokens before the first generated one
  /// For each turn, the number of [SEG] in its question and in its answer.
  std::vector<std::pair<int, int>> seg_counts;
};

/// An image of h x w patches in row-major grid order, each flattened (channel, y, x).
struct Patches {
  int grid_h = 0, grid_w = 0;
  int dim = 0;                ///< 3 * P * P
  std::vector<float> values;  ///< [grid_h * grid_w, dim]
};

struct Sequence {
  TokenSequence tokens;
  /// Shared by the sequences of one image; never null in what Processor makes, empty without an image.
  std::shared_ptr<const Patches> patches = std::make_shared<const Patches>();
  /// [h*w] number of the visual prompt that lies on each patch, kNoPrompt where there is none; empty: none.
  std::vector<std::int64_t> prompt_of_patch;
};

}  // namespace pixelsail
