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

/// Patches under a published prompt. Its mask may have another size than the picture. Programs that read masks at their
/// corners (EVE's) stretch it to the picture; the others resize it by itself, and take it when that gives as many patches:
/// where rows and columns differ then, it lies elsewhere than it should, which is noted.
std::vector<std::uint8_t> patches_under(const Mask& mask, const Patches& patches,
                                        const PreprocessConfig& config, const std::string& name,
                                        Example& example) {
  if (config.mask_source == NearestSource::kCorner) {
    const Size whole{.width = patches.grid_w * config.patch_size,
                     .height = patches.grid_h * config.patch_size};
    return mask_to_patches(mask, whole, config.patch_size, config.mask_source);
  }
  const Size size = resized_size({.width = mask.width, .height = mask.height}, config);
  const int grid_h = size.height / config.patch_size, grid_w = size.width / config.patch_size;
  if (grid_h * grid_w != patches.grid_h * patches.grid_w)
    throw UnusableSample("prompt_grid_differs", "the mask of " + name + " gives " + std::to_string(grid_h) +
                                                    " x " + std::to_string(grid_w) + " patches, the image " +
                                                    std::to_string(patches.grid_h) + " x " +
                                                    std::to_string(patches.grid_w));
  if (grid_h != patches.grid_h) example.notes.push_back("prompt_misplaced");
  return mask_to_patches(mask, size, config.patch_size, config.mask_source);
}

std::string prompt_name(int number) {
  return "<Prompt" + std::to_string(number) + ">";
}

void check_not_empty(const Mask& mask, int number) {
  if (std::ranges::all_of(mask.data, [](std::uint8_t value) { return value == 0; }))
    throw DataError(prompt_name(number) + " covers no pixel");
}

/// Prompts of a published sample: in the order and with the numbers that the sample says.
std::vector<std::int64_t> paint_published(const Sample& sample, const PreprocessConfig& config,
                                          Example& example) {
  const Patches& patches = *example.sequence.patches;
  std::vector<std::pair<int, std::vector<std::uint8_t>>> prompts;
  for (std::size_t k = 0; k < sample.prompts.size(); ++k) {
    const int number = sample.prompt_numbers.at(k);
    check_not_empty(sample.prompts[k], number);
    prompts.emplace_back(number,
                         patches_under(sample.prompts[k], patches, config, prompt_name(number), example));
  }
  return prompts.empty() ? std::vector<std::int64_t>()
                         : paint_prompts(prompts, patches.grid_h * patches.grid_w);
}

std::vector<PromptRegion> prompts_of(const Sample& sample, const Example& example) {
  std::vector<PromptRegion> regions;
  for (std::size_t k = 0; k < sample.prompts.size(); ++k) {
    const int number = static_cast<int>(k);
    check_size(sample.prompts[k], example, "the mask of " + prompt_name(number));
    check_not_empty(sample.prompts[k], number);
    regions.push_back({number, sample.prompts[k]});
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
    if (builder.keep_picture) example.picture = image;
  } else if (!sample.prompts.empty()) {
    throw DataError("regions without an image");
  }
  check_prompt_count(sample, processor);

  std::vector<Turn> turns;
  for (const SampleTurn& turn : sample.turns) turns.push_back({turn.question, turn.answer, {}});
  const int prompts = sample.published ? kPromptTokens : static_cast<int>(sample.prompts.size());
  const std::vector<PromptRegion> regions =
      sample.published ? std::vector<PromptRegion>() : prompts_of(sample, example);
  // Small prompts are painted last, so that large ones do not hide them.
  example.sequence = processor.sequence(turns, std::move(patches), prompts, regions, PaintOrder::kLargeFirst,
                                        {.empty_questions = sample.published,
                                         .leave_out_turns = sample.published,
                                         .no_turns = builder.keep_unscored});
  if (sample.published)
    example.sequence.prompt_of_patch = paint_published(sample, processor.preprocess, example);
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
