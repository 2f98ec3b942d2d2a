#include "data/example_builder.h"

#include <algorithm>

#include "data/unusable.h"
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

/// A published mask may have another size than its picture when that gives the same patches.
void check_grid(const Mask& mask, const Patches& patches, const PreprocessConfig& config,
                const std::string& what) {
  const Size size = resized_size({.width = mask.width, .height = mask.height}, config);
  const int grid_h = size.height / config.patch_size, grid_w = size.width / config.patch_size;
  if (grid_h == patches.grid_h && grid_w == patches.grid_w) return;
  throw UnusableSample("prompt_grid_differs", what + " gives " + std::to_string(grid_h) + " x " +
                                                  std::to_string(grid_w) + " patches, the image " +
                                                  std::to_string(patches.grid_h) + " x " +
                                                  std::to_string(patches.grid_w));
}

std::vector<PromptRegion> prompts_of(const Sample& sample, const Example& example, const Patches& patches,
                                     const PreprocessConfig& config) {
  std::vector<PromptRegion> regions;
  for (std::size_t k = 0; k < sample.prompts.size(); ++k) {
    const int number = sample.prompt_numbers.empty() ? static_cast<int>(k) : sample.prompt_numbers.at(k);
    const Mask& mask = sample.prompts[k];
    const std::string name = "<Prompt" + std::to_string(number) + ">";
    if (sample.published) {
      check_grid(mask, patches, config, "the mask of " + name);
    } else {
      check_size(mask, example, "the mask of " + name);
    }
    if (std::ranges::all_of(mask.data, [](std::uint8_t value) { return value == 0; }))
      throw DataError(name + " covers no pixel");
    regions.push_back({number, mask});
  }
  return regions;
}

/// Masks go with their [SEG] in order, so they must agree turn by turn, not only in sum. Turns that were left out at the
/// end take their masks along.
void take_masks(const Sample& sample, bool scored_seg_only, Example& example) {
  const std::size_t turns = std::min(sample.turns.size(), example.sequence.tokens.seg_counts.size());
  std::size_t total = 0;
  for (std::size_t t = 0; t < turns; ++t) {
    const auto& [in_question, in_answer] = example.sequence.tokens.seg_counts.at(t);
    const auto segs = static_cast<std::size_t>(scored_seg_only ? in_answer : in_question + in_answer);
    const std::size_t masks = sample.turns[t].masks ? sample.turns[t].masks->size() : 0;
    example.seg_count_mismatch |= segs != masks;
    total += masks;
  }
  example.has_mask_loss = !example.seg_count_mismatch && total > 0;
  for (std::size_t t = 0; t < turns; ++t) {
    if (!sample.turns[t].masks) continue;
    for (const Mask& mask : *sample.turns[t].masks) {
      const std::string what = "a mask of turn " + std::to_string(t);
      if (!sample.published) {
        check_size(mask, example, what);
      } else if (!example.masks.empty() &&
                 (mask.height != example.masks[0].height || mask.width != example.masks[0].width)) {
        throw UnusableSample("mask_sizes_differ", what + " has another size than those before");
      }
      if (example.has_mask_loss) example.masks.push_back(mask);
    }
  }
}

std::shared_ptr<const Image> image_of(const Sample& sample) {
  if (sample.decoded) return sample.decoded;
  try {
    return std::make_shared<const Image>(load_image(sample.image));
  } catch (const DataError& error) {
    if (!sample.published) throw;
    throw UnusableSample("image_missing", error.what());
  }
}

std::shared_ptr<const Patches> patches_of(const Sample& sample, const Image& image,
                                          const Processor& processor) {
  try {
    return processor.patches(image);
  } catch (const DataError& error) {
    if (!sample.published) throw;
    throw UnusableSample("image_too_large", error.what());
  }
}

bool shows_image(const Sample& sample, const ChatTemplate& chat) {
  if (!sample.decoded && sample.image.empty()) return false;
  return sample.picture_in_question || chat.image_place != ChatTemplate::ImagePlace::kInQuestion;
}

void check_prompt_count(const Sample& sample, const Processor& processor) {
  if (sample.prompts.size() <= processor.special.prompts.size()) return;
  throw DataError(std::to_string(sample.prompts.size()) + " regions, but the tokenizer has only " +
                  std::to_string(processor.special.prompts.size()) + " prompt tokens");
}

Example build_example(const ExampleBuilder& builder, const Sample& sample) {
  const Processor& processor = builder.processor;
  Example example;
  example.id = sample.id;
  example.notes = sample.notes;
  if (sample.turns.empty() && !sample.published) throw DataError("no question");
  if (sample.turns.empty() && !builder.keep_unscored)
    throw UnusableSample("nothing_scored", "the conversation has no answer");
  std::shared_ptr<const Patches> patches;
  if (shows_image(sample, *processor.chat)) {
    const std::shared_ptr<const Image> image = image_of(sample);
    example.image_height = image->height;
    example.image_width = image->width;
    patches = patches_of(sample, *image, processor);
  } else if (!sample.prompts.empty()) {
    throw DataError("regions without an image");
  }
  check_prompt_count(sample, processor);

  std::vector<Turn> turns;
  for (const SampleTurn& turn : sample.turns) turns.push_back({turn.question, turn.answer, {}});
  const std::vector<PromptRegion> regions =
      patches ? prompts_of(sample, example, *patches, processor.preprocess) : std::vector<PromptRegion>();
  // Small prompts are painted last, so that large ones do not hide them.
  const auto order = sample.prompt_numbers.empty() ? PaintOrder::kLargeFirst : PaintOrder::kGiven;
  const int prompts = sample.published ? kPromptTokens : static_cast<int>(sample.prompts.size());
  example.sequence = processor.sequence(turns, std::move(patches), prompts, regions, order,
                                        {.empty_questions = sample.published,
                                         .leave_out_turns = sample.published,
                                         .no_turns = builder.keep_unscored});
  if (example.sequence.tokens.seg_counts.size() < sample.turns.size())
    example.notes.push_back("turns_left_out");
  take_masks(sample, builder.scored_seg_only, example);
  return example;
}

}  // namespace

Example ExampleBuilder::build(const Sample& sample) const {
  try {
    return build_example(*this, sample);
  } catch (const UnusableSample& e) {
    throw with_context(e, sample.id);
  } catch (const SequenceTooLong& e) {
    if (!sample.published) throw_with_context(e, sample.id);
    throw with_context(UnusableSample("too_long", e.what()), sample.id);
  } catch (const DataError& e) {
    if (!sample.published) throw_with_context(e, sample.id);
    throw with_context(UnusableSample(kMalformedRecord, e.what()), sample.id);
  } catch (const Error& e) {
    throw_with_context(e, sample.id);
  }
}

}  // namespace pixelsail
