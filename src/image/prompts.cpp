#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <filesystem>

#include "image/codec.h"
#include "pixelsail/error.h"
#include "pixelsail/region.h"

namespace pixelsail {
namespace {

/// Keeps the integer arithmetic of lines inside 64 bits.
constexpr double kMaxCoordinate = 1e9;

[[noreturn]] void malformed(std::string_view text, const std::string& reason) {
  throw ConfigError("region \"" + std::string(text) + "\": " + reason);
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<double> parse_numbers(std::string_view list, std::string_view text) {
  std::vector<double> numbers;
  for (std::size_t start = 0; start <= list.size();) {
    const std::size_t comma = std::min(list.find(',', start), list.size());
    const std::string_view item = trim(list.substr(start, comma - start));
    double value = 0;
    const auto [end, error] = std::from_chars(item.data(), item.data() + item.size(), value);
    if (error != std::errc() || end != item.data() + item.size() || !(std::abs(value) <= kMaxCoordinate)) {
      malformed(text, std::string(item) + " is not a usable number");
    }
    numbers.push_back(value);
    start = comma + 1;
  }
  return numbers;
}

std::int64_t pixel_of(double coordinate) {
  if (!(std::abs(coordinate) <= kMaxCoordinate)) {
    throw DataError("a region has a coordinate that is not finite or beyond 1e9");
  }
  return static_cast<std::int64_t>(std::floor(coordinate));
}

/// Half-open range of the pixels whose centres lie in [start, start + length), at least one pixel.
std::pair<std::int64_t, std::int64_t> covered(double start, double length) {
  // The first pixel i with i + 0.5 >= v is ceil(v - 0.5) = -floor(0.5 - v).
  const std::int64_t first = -pixel_of(0.5 - start);
  const std::int64_t last = -pixel_of(0.5 - (start + length));
  if (first < last) {
    return {first, last};
  }
  const std::int64_t only = pixel_of(start + length / 2);
  return {only, only + 1};
}

void set_if_inside(Mask& mask, std::int64_t y, std::int64_t x) {
  if (y >= 0 && y < mask.height && x >= 0 && x < mask.width) {
    mask.at(static_cast<int>(y), static_cast<int>(x)) = 1;
  }
}

void draw(Mask& mask, const BoxRegion& box) {
  if (!(box.width >= 0) || !(box.height >= 0)) {
    throw DataError("a box region has a negative width or height");
  }
  const auto [left, right] = covered(box.x, box.width);
  const auto [top, bottom] = covered(box.y, box.height);
  for (std::int64_t y = std::max<std::int64_t>(top, 0); y < std::min<std::int64_t>(bottom, mask.height);
       ++y) {
    for (std::int64_t x = std::max<std::int64_t>(left, 0); x < std::min<std::int64_t>(right, mask.width);
         ++x) {
      set_if_inside(mask, y, x);
    }
  }
}

void draw(Mask& mask, const PointRegion& point) {
  set_if_inside(mask, pixel_of(point.y), pixel_of(point.x));
}

/// Bresenham's line, each pixel from its own index along the longer axis: parts outside cost nothing.
void draw_line(Mask& mask, std::int64_t x0, std::int64_t y0, std::int64_t x1, std::int64_t y1) {
  const bool steep = std::abs(y1 - y0) > std::abs(x1 - x0);
  if (steep) {
    std::swap(x0, y0);
    std::swap(x1, y1);
  }
  const std::int64_t run = std::abs(x1 - x0), rise = std::abs(y1 - y0);
  const std::int64_t x_sign = x1 < x0 ? -1 : 1, y_sign = y1 < y0 ? -1 : 1;
  const std::int64_t extent = steep ? mask.height : mask.width;
  // Steps at which the running coordinate lies in [0, extent).
  const std::int64_t enter = x_sign > 0 ? -x0 : x0 - extent + 1;
  const std::int64_t leave = x_sign > 0 ? extent - 1 - x0 : x0;
  for (std::int64_t i = std::max<std::int64_t>(enter, 0); i <= std::min(leave, run); ++i) {
    const std::int64_t x = x0 + x_sign * i;
    const std::int64_t y = y0 + y_sign * (run == 0 ? 0 : (2 * rise * i + run) / (2 * run));
    steep ? set_if_inside(mask, x, y) : set_if_inside(mask, y, x);
  }
}

void draw(Mask& mask, const ScribbleRegion& scribble) {
  for (std::size_t i = 0; i < scribble.points.size(); ++i) {
    const auto& [x0, y0] = scribble.points[i];
    const auto& [x1, y1] = scribble.points[std::min(i + 1, scribble.points.size() - 1)];
    draw_line(mask, pixel_of(x0), pixel_of(y0), pixel_of(x1), pixel_of(y1));
  }
}

void draw(Mask& mask, const Mask& given) {
  if (given.height != mask.height || given.width != mask.width || given.data.size() != mask.data.size()) {
    throw DataError("a region mask of " + std::to_string(given.width) + " x " + std::to_string(given.height) +
                    " pixels does not fit an image of " + std::to_string(mask.width) + " x " +
                    std::to_string(mask.height));
  }
  std::transform(given.data.begin(), given.data.end(), mask.data.begin(),
                 [](std::uint8_t value) -> std::uint8_t { return value != 0 ? 1 : 0; });
}

}  // namespace

Region parse_region(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    malformed(text, "must be box:x,y,w,h, point:x,y, scribble:x1,y1,x2,y2,... or mask:FILE");
  }
  const std::string_view kind = text.substr(0, colon), value = text.substr(colon + 1);
  if (kind == "mask") {
    if (value.empty()) {
      malformed(text, "the file name is missing");
    }
    return load_mask(std::filesystem::path(value));
  }
  if (kind != "box" && kind != "point" && kind != "scribble") {
    malformed(text, "unknown kind \"" + std::string(kind) + "\" (box, point, scribble, mask)");
  }
  const std::vector<double> numbers = parse_numbers(value, text);
  if (kind == "box") {
    if (numbers.size() != 4) {
      malformed(text, "a box has 4 numbers (x, y, width, height), not " + std::to_string(numbers.size()));
    }
    if (numbers[2] <= 0 || numbers[3] <= 0) {
      malformed(text, "width and height must be above zero");
    }
    return BoxRegion{numbers[0], numbers[1], numbers[2], numbers[3]};
  }
  if (kind == "point") {
    if (numbers.size() != 2) {
      malformed(text, "a point has 2 numbers (x, y), not " + std::to_string(numbers.size()));
    }
    return PointRegion{numbers[0], numbers[1]};
  }
  if (numbers.size() % 2 != 0) {
    malformed(text,
              "a scribble has pairs of numbers, this is " + std::to_string(numbers.size()) + " numbers");
  }
  ScribbleRegion scribble;
  for (std::size_t i = 0; i < numbers.size(); i += 2) {
    scribble.points.emplace_back(numbers[i], numbers[i + 1]);
  }
  return scribble;
}

Mask rasterize(const Region& region, int height, int width) {
  if (height < 1 || width < 1) {
    throw DataError("a region needs an image without a zero side");
  }
  Mask mask(height, width);
  std::visit([&](const auto& shape) { draw(mask, shape); }, region);
  if (std::find(mask.data.begin(), mask.data.end(), 1) == mask.data.end()) {
    throw DataError("a region covers no pixel of the image (" + std::to_string(width) + " x " +
                    std::to_string(height) + " pixels)");
  }
  return mask;
}

}  // namespace pixelsail
