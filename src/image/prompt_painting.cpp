#include "image/prompt_painting.h"

#include <algorithm>

#include "pixelsail/error.h"

namespace pixelsail {

std::vector<std::int64_t> paint_regions(std::span<const PromptRegion> regions, const PreprocessConfig& config,
                                        PaintOrder order) {
  if (regions.empty()) return {};
  struct Painted {
    std::int64_t area;
    std::pair<int, std::vector<std::uint8_t>> patches;
  };
  const Size original{.width = regions.front().mask.width, .height = regions.front().mask.height};
  const Size resized = resized_size(original, config);
  std::vector<Painted> painted;
  for (const auto& [number, mask] : regions) {
    if (mask.width != original.width || mask.height != original.height)
      throw DataError("the mask of <Prompt" + std::to_string(number) + "> has another size than the others");
    const auto area = std::ranges::count_if(mask.data, [](std::uint8_t value) { return value != 0; });
    painted.push_back(
        {area, {number, mask_to_patches(mask, resized, config.patch_size, config.mask_source)}});
  }
  if (order == PaintOrder::kLargeFirst)
    std::ranges::stable_sort(painted, std::ranges::greater{}, &Painted::area);
  std::vector<std::pair<int, std::vector<std::uint8_t>>> prompts;
  for (Painted& one : painted) prompts.push_back(std::move(one.patches));
  return paint_prompts(prompts, resized.width / config.patch_size * (resized.height / config.patch_size));
}

}  // namespace pixelsail
