#pragma once

/// Sample -> Example.

#include <memory>

#include "data/dataset.h"
#include "data/example.h"

namespace pixelsail {

/// Everything that turns a Sample into an Example.
struct ExampleBuilder {
  std::shared_ptr<const Tokenizer> tokenizer;
  SpecialTokens special;
  PreprocessConfig preprocess;
  std::int64_t max_length = 8192;
  /// The family for whose model the examples are; never null, and outlives the builder.
  const ChatTemplate* chat = &chat_template("pixelsail");
  /// Masks belong to the [SEG] of answers only, not to those of questions.
  bool scored_seg_only = false;
  /// Decodes, resizes, patchifies, tokenizes, paints prompts (large to small, as training does) and counts
  /// [SEG]. Throws DataError with the sample's id, among others for an image that alone takes more than
  /// max_length tokens, naming a max_side that fits.
  Example build(const Sample& sample) const;
};

}  // namespace pixelsail
