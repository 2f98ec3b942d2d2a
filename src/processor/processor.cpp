#include "processor/processor.h"

#include <algorithm>

#include "image/image_fit.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

bool stands_for_nothing(const Region& region, std::size_t number, const std::string& question) {
  const auto* mask = std::get_if<Mask>(&region);
  if (mask == nullptr || std::ranges::any_of(mask->data, [](std::uint8_t value) { return value != 0; }))
    return false;
  return question.find("<Prompt" + std::to_string(number) + ">") == std::string::npos;
}

}  // namespace

std::shared_ptr<const Patches> Processor::patches(const Image& image) const {
  check_image_fits({.width = image.width, .height = image.height}, preprocess, max_length,
                   [this](int grid_h, int grid_w) { return chat->image_tokens(grid_h, grid_w); });
  return std::make_shared<const Patches>(preprocess_image(image, preprocess));
}

Sequence Processor::sequence(const std::vector<Turn>& turns, std::shared_ptr<const Patches> image,
                             int prompt_count, std::span<const PromptRegion> regions, PaintOrder order,
                             const TurnRules& rules) const {
  Sequence sequence;
  if (image != nullptr) sequence.patches = std::move(image);
  const Patches& patches = *sequence.patches;
  sequence.tokens = build_sequence(*tokenizer, special, turns, patches.grid_h, patches.grid_w, prompt_count,
                                   max_length, *chat, rules);
  sequence.prompt_of_patch = paint(regions, order);
  return sequence;
}

std::vector<PromptRegion> visual_prompts(std::span<const Region> regions, const std::string& question,
                                         int height, int width) {
  std::vector<PromptRegion> prompts;
  for (std::size_t k = 0; k < regions.size(); ++k) {
    if (stands_for_nothing(regions[k], k, question)) continue;
    prompts.push_back({static_cast<int>(k), rasterize(regions[k], height, width)});
  }
  return prompts;
}

}  // namespace pixelsail
