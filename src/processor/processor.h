#pragma once

/// Image, turns and regions -> the sequence that the model reads. Training and answers both go through here.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/sequence.h"
#include "image/preprocess.h"
#include "image/prompt_painting.h"
#include "pixelsail/image.h"
#include "pixelsail/region.h"
#include "text/chat.h"

namespace pixelsail {

struct Processor {
  std::shared_ptr<const Tokenizer> tokenizer;
  SpecialTokens special;
  PreprocessConfig preprocess;
  /// How the family of the model writes a conversation; never null, and outlives the processor.
  const ChatTemplate* chat = &chat_template("pixelsail");
  std::int64_t max_length = 8192;  ///< tokens of a sequence

  /// Resizes and patchifies. Throws DataError for an image that alone takes more than max_length tokens, naming
  /// a max_side that fits.
  std::shared_ptr<const Patches> patches(const Image& image) const;

  /// Prompt number of each patch, [h*w], kNoPrompt where there is none; empty for no regions. Throws as
  /// paint_regions() does.
  std::vector<std::int64_t> paint(std::span<const PromptRegion> regions, PaintOrder order) const {
    return paint_regions(regions, preprocess, order);
  }

  /// Turns about an image whose patches are given (null: none). `prompt_count`: the texts may name <Prompt0> to
  /// <Prompt{prompt_count - 1}>; `regions` are those of them that cover something. Throws DataError as
  /// build_sequence() and paint() do.
  Sequence sequence(const std::vector<Turn>& turns, std::shared_ptr<const Patches> image, int prompt_count,
                    std::span<const PromptRegion> regions, PaintOrder order,
                    const TurnRules& rules = {}) const;
};

/// The pixels of the regions that a user points at, numbered by their places. A mask without a pixel whose
/// number the question does not name stands for nothing and is left out. Throws as rasterize() does.
std::vector<PromptRegion> visual_prompts(std::span<const Region> regions, const std::string& question,
                                         int height, int width);

}  // namespace pixelsail
