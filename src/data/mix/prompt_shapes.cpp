#include "data/mix/prompt_shapes.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "image/mask_outline.h"

namespace pixelsail::detail {
namespace {

constexpr std::int64_t kNearBorder = 16;

bool is_one_piece(const Mask& mask) {
  const auto width = static_cast<std::size_t>(mask.width);
  std::vector<std::uint8_t> left = mask.data;
  const auto first = std::ranges::find_if(left, [](std::uint8_t value) { return value != 0; });
  if (first == left.end()) return false;
  std::vector<std::size_t> open{static_cast<std::size_t>(first - left.begin())};
  *first = 0;
  const auto visit = [&](std::size_t place) {
    if (left[place] == 0) return;
    left[place] = 0;
    open.push_back(place);
  };
  while (!open.empty()) {
    const std::size_t at = open.back();
    open.pop_back();
    if (at % width > 0) visit(at - 1);
    if (at % width + 1 < width) visit(at + 1);
    if (at >= width) visit(at - width);
    if (at + width < left.size()) visit(at + width);
  }
  return std::ranges::all_of(left, [](std::uint8_t value) { return value == 0; });
}

Mask bounding_box(const Mask& mask) {
  const PixelBox around = box_around(mask);
  Mask box(mask.height, mask.width);
  for (int y = around.top; y <= around.bottom; ++y)
    for (int x = around.left; x <= around.right; ++x) box.at(y, x) = 1;
  return box;
}

/// Larger than any squared distance in a picture.
constexpr std::int64_t kFar = std::int64_t{1} << 40;

/// For each i the least of (i - j)^2 + f[j]: the lower envelope of parabolas, in one pass over them (Felzenszwalb,
/// Huttenlocher: Distance transforms of sampled functions).
void nearest(std::vector<std::int64_t>& f, std::vector<std::int64_t>& scratch,
             std::vector<std::size_t>& stems, std::vector<double>& borders) {
  const std::size_t n = f.size();
  std::size_t last = 0;
  stems[0] = 0;
  borders[0] = -std::numeric_limits<double>::infinity();
  for (std::size_t q = 1; q < n; ++q) {
    const auto crossing = [&](std::size_t p) {
      const auto a = static_cast<std::int64_t>(q), b = static_cast<std::int64_t>(p);
      return static_cast<double>((f[q] + a * a) - (f[p] + b * b)) / static_cast<double>(2 * (a - b));
    };
    double border = crossing(stems[last]);
    while (last > 0 && border <= borders[last]) border = crossing(stems[--last]);
    stems[++last] = q;
    borders[last] = border;
  }
  std::size_t k = 0;
  for (std::size_t i = 0; i < n; ++i) {
    while (k < last && borders[k + 1] < static_cast<double>(i)) ++k;
    const auto distance = static_cast<std::int64_t>(i) - static_cast<std::int64_t>(stems[k]);
    scratch[i] = std::min(kFar, distance * distance + f[stems[k]]);
  }
  f.swap(scratch);
}

/// Squared distance of each pixel to the nearest one without the mask.
std::vector<std::int64_t> squared_distances(const Mask& mask) {
  const auto height = static_cast<std::size_t>(mask.height), width = static_cast<std::size_t>(mask.width);
  std::vector<std::int64_t> distances(mask.data.size());
  std::ranges::transform(mask.data, distances.begin(), [](std::uint8_t v) { return v == 0 ? 0 : kFar; });
  const std::size_t longest = std::max(height, width);
  std::vector<std::int64_t> line, scratch;
  std::vector<std::size_t> stems(longest);
  std::vector<double> borders(longest);
  for (std::size_t x = 0; x < width; ++x) {
    line.resize(height);
    scratch.resize(height);
    for (std::size_t y = 0; y < height; ++y) line[y] = distances[y * width + x];
    nearest(line, scratch, stems, borders);
    for (std::size_t y = 0; y < height; ++y) distances[y * width + x] = line[y];
  }
  for (std::size_t y = 0; y < height; ++y) {
    line.assign(distances.begin() + static_cast<std::ptrdiff_t>(y * width),
                distances.begin() + static_cast<std::ptrdiff_t>((y + 1) * width));
    scratch.resize(width);
    nearest(line, scratch, stems, borders);
    std::ranges::copy(line, distances.begin() + static_cast<std::ptrdiff_t>(y * width));
  }
  return distances;
}

/// The same to the outside of the picture, for a mask that covers all of it.
std::vector<std::int64_t> squared_distances_to_border(const Mask& mask) {
  std::vector<std::int64_t> distances(mask.data.size());
  for (int y = 0; y < mask.height; ++y)
    for (int x = 0; x < mask.width; ++x) {
      const std::int64_t d = std::min({y + 1, x + 1, mask.height - y, mask.width - x});
      distances[static_cast<std::size_t>(y) * static_cast<std::size_t>(mask.width) +
                static_cast<std::size_t>(x)] = d * d;
    }
  return distances;
}

Mask point_inside(const Mask& mask, Draws& draws) {
  const bool is_full = std::ranges::all_of(mask.data, [](std::uint8_t value) { return value != 0; });
  const std::vector<std::int64_t> distances =
      is_full ? squared_distances_to_border(mask) : squared_distances(mask);
  std::vector<std::size_t> inner;
  for (std::size_t i = 0; i < distances.size(); ++i)
    if (distances[i] > kNearBorder * kNearBorder) inner.push_back(i);
  Mask point(mask.height, mask.width);
  const std::size_t place =
      inner.empty() ? static_cast<std::size_t>(std::ranges::max_element(distances) - distances.begin())
                    : inner[draws.index("point", inner.size())];
  point.data[place] = 1;
  return point;
}

}  // namespace

Mask reshaped(Mask mask, const PromptShares& shares, Draws& draws) {
  if (!is_one_piece(mask)) return mask;
  const DrawShare options[] = {{"mask", shares.mask}, {"box", shares.box}, {"point", shares.point}};
  switch (draws.weighted("prompt_shape", options)) {
    case 1:
      return bounding_box(mask);
    case 2:
      return point_inside(mask, draws);
    default:
      return mask;
  }
}

}  // namespace pixelsail::detail
