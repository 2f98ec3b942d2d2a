#include "io/segmentation_rle.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "io/rle_check.h"

namespace pixelsail {
namespace {

/// A pixel, down the columns, from which on one part more (or less) covers the picture.
struct Step {
  std::uint32_t pixel = 0;
  int change = 0;
};

std::vector<Step> steps_of(const std::vector<Rle>& parts) {
  std::vector<Step> steps;
  for (const Rle& part : parts) {
    std::uint32_t pixel = 0;
    for (std::size_t i = 0; i < part.counts.size(); ++i) {
      const std::uint32_t end = pixel + part.counts[i];
      if (i % 2 == 1 && end > pixel) {
        steps.push_back({pixel, 1});
        steps.push_back({end, -1});
      }
      pixel = end;
    }
  }
  std::ranges::sort(steps, {}, &Step::pixel);
  return steps;
}

/// Runs from the pixels at which a mask changes.
class RunWriter {
 public:
  RunWriter(int height, int width) : rle_{.height = height, .width = width, .counts = {}} {}

  void toggle_at(std::uint32_t pixel) { rle_.counts.push_back(pixel - std::exchange(before_, pixel)); }
  Rle finish(std::uint32_t area) {
    toggle_at(area);
    return std::move(rle_);
  }

 private:
  Rle rle_;
  std::uint32_t before_ = 0;
};

}  // namespace

Rle segmentation_rle(const nlohmann::json& segmentation, int height, int width, PolygonMerge merge) {
  const std::vector<Rle> parts = detail::segmentation_parts(segmentation, height, width);
  const auto area = static_cast<std::uint32_t>(detail::checked_area(height, width));
  const std::vector<Step> steps = steps_of(parts);
  RunWriter runs(height, width);
  int sum = 0;
  std::uint8_t value = 0;
  bool is_inside = false;
  for (std::size_t i = 0; i < steps.size();) {
    const std::uint32_t pixel = steps[i].pixel;
    for (; i < steps.size() && steps[i].pixel == pixel; ++i) sum += steps[i].change;
    if (pixel == area) break;
    // As in segmentation_values(): sums wrap like the uint8 of the published evaluators, whose encoder begins a run at
    // every change of value.
    const auto now = static_cast<std::uint8_t>(sum);
    const bool was_inside = is_inside;
    if (merge == PolygonMerge::kSa2vaRle) {
      is_inside = is_inside != (now != value);
    } else {
      is_inside = merge == PolygonMerge::kLisaSum ? now == 1 : sum > 0;
    }
    value = now;
    if (is_inside != was_inside) runs.toggle_at(pixel);
  }
  return runs.finish(area);
}

}  // namespace pixelsail
