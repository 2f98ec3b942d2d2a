#include "data/example_builder.h"

#include <algorithm>

#include "pixelsail/error.h"
#include "pixelsail/image.h"

namespace pixelsail {
namespace {

void check_size(const Mask& mask, const Example& example, const std::string& what) {
  if (mask.height == example.image_height && mask.width == example.image_width) return;
  throw DataError(what + " is " + std::to_string(mask.width) + "x" + std::to_string(mask.height) +
                  ", the image " + std::to_string(example.image_width) + "x" +
                  std::to_string(example.image_height));
}

std::vector<PromptRegion> prompts_of(const Sample& sample, const Example& example) {
  std::vector<PromptRegion> regions;
  for (std::size_t k = 0; k < sample.prompts.size(); ++k) {
    const Mask& mask = sample.prompts[k];
    check_size(mask, example, "the mask of <Prompt" + std::to_string(k) + ">");
    if (std::ranges::all_of(mask.data, [](std::uint8_t value) { return value == 0; }))
      throw DataError("<Prompt" + std::to_string(k) + "> covers no pixel");
    regions.push_back({static_cast<int>(k), mask});
  }
  return regions;
}

/// Masks go with their [SEG] in order, so they must agree turn by turn, not only in sum.
void take_masks(const Sample& sample, bool scored_seg_only, Example& example) {
  std::size_t total = 0;
  for (std::size_t t = 0; t < sample.turns.size(); ++t) {
    const auto& [in_question, in_answer] = example.sequence.tokens.seg_counts.at(t);
    const auto segs = static_cast<std::size_t>(scored_seg_only ? in_answer : in_question + in_answer);
    const std::size_t masks = sample.turns[t].masks ? sample.turns[t].masks->size() : 0;
    example.seg_count_mismatch |= segs != masks;
    total += masks;
  }
  example.has_mask_loss = !example.seg_count_mismatch && total > 0;
  for (std::size_t t = 0; t < sample.turns.size(); ++t) {
    if (!sample.turns[t].masks) continue;
    for (const Mask& mask : *sample.turns[t].masks) {
      check_size(mask, example, "a mask of turn " + std::to_string(t));
      if (example.has_mask_loss) example.masks.push_back(mask);
    }
  }
}

}  // namespace

Example ExampleBuilder::build(const Sample& sample) const {
  try {
    Example example;
    example.id = sample.id;
    if (sample.turns.empty()) throw DataError("no question");
    std::shared_ptr<const Patches> patches;
    if (sample.decoded || !sample.image.empty()) {
      const std::shared_ptr<const Image> image =
          sample.decoded ? sample.decoded : std::make_shared<const Image>(load_image(sample.image));
      example.image_height = image->height;
      example.image_width = image->width;
      patches = processor.patches(*image);
    } else if (!sample.prompts.empty()) {
      throw DataError("regions without an image");
    }
    if (sample.prompts.size() > processor.special.prompts.size()) {
      throw DataError(std::to_string(sample.prompts.size()) + " regions, but the tokenizer has only " +
                      std::to_string(processor.special.prompts.size()) + " prompt tokens");
    }

    std::vector<Turn> turns;
    for (const SampleTurn& turn : sample.turns) turns.push_back({turn.question, turn.answer, {}});
    // Small prompts are painted last, so that large ones do not hide them.
    example.sequence = processor.sequence(turns, std::move(patches), static_cast<int>(sample.prompts.size()),
                                          prompts_of(sample, example), PaintOrder::kLargeFirst);
    take_masks(sample, scored_seg_only, example);
    return example;
  } catch (const Error& e) {
    throw_with_context(e, sample.id);
  }
}

}  // namespace pixelsail
