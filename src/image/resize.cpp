#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "image/preprocess.h"
#include "image/resample.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr int kWeightBits = 22;
constexpr std::int32_t kHalf = 1 << (kWeightBits - 1);

/// Which source positions feed each target position, and with what fixed-point weight.
struct WeightTable {
  struct Range {
    int first = 0, count = 0;
  };
  std::vector<Range> ranges;          ///< one a target position
  int stride = 0;                     ///< room for weights per target position
  std::vector<std::int32_t> weights;  ///< [target, stride]
};

WeightTable make_weights(int source_size, int target_size, const detail::FilterKernel& kernel) {
  const double scale = static_cast<double>(source_size) / target_size;
  const double stretch = std::max(scale, 1.0);  // antialiasing: the filter grows when shrinking
  const double support = kernel.support * stretch;
  const double inverse_stretch = 1.0 / stretch;

  WeightTable table;
  table.ranges.resize(static_cast<std::size_t>(target_size));
  table.stride = static_cast<int>(std::ceil(support)) * 2 + 1;
  table.weights.assign(static_cast<std::size_t>(target_size) * static_cast<std::size_t>(table.stride), 0);
  std::vector<double> exact(static_cast<std::size_t>(table.stride));
  for (int target = 0; target < target_size; ++target) {
    const double center = (target + 0.5) * scale;
    const int first = std::max(static_cast<int>(center - support + 0.5), 0);
    const int count = std::min(static_cast<int>(center + support + 0.5), source_size) - first;
    double sum = 0;
    for (int i = 0; i < count; ++i) {
      exact[i] = kernel.weight((i + first - center + 0.5) * inverse_stretch);
      sum += exact[i];
    }
    std::int32_t* weights = table.weights.data() + static_cast<std::size_t>(target) * table.stride;
    for (int i = 0; i < count; ++i) {
      const double weight = (sum != 0 ? exact[i] / sum : exact[i]) * (1 << kWeightBits);
      weights[i] = static_cast<std::int32_t>(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
    table.ranges[target] = {first, count};
  }
  return table;
}

std::uint8_t clip(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> kWeightBits, 0, 255));
}

Image resample_x(const Image& image, int width, const detail::FilterKernel& kernel) {
  const WeightTable table = make_weights(image.width, width, kernel);
  Image result(image.height, width);
  for (int y = 0; y < image.height; ++y) {
    const std::uint8_t* row = image.pixel(y, 0);
    std::uint8_t* out = result.pixel(y, 0);
    for (int x = 0; x < width; ++x, out += 3) {
      const auto [first, count] = table.ranges[x];
      const std::int32_t* weights = table.weights.data() + static_cast<std::size_t>(x) * table.stride;
      const std::uint8_t* in = row + static_cast<std::size_t>(first) * 3;
      std::int32_t red = kHalf, green = kHalf, blue = kHalf;
      for (int i = 0; i < count; ++i, in += 3) {
        red += in[0] * weights[i];
        green += in[1] * weights[i];
        blue += in[2] * weights[i];
      }
      out[0] = clip(red);
      out[1] = clip(green);
      out[2] = clip(blue);
    }
  }
  return result;
}

Image resample_y(const Image& image, int height, const detail::FilterKernel& kernel) {
  const WeightTable table = make_weights(image.height, height, kernel);
  Image result(height, image.width);
  const std::size_t row_bytes = static_cast<std::size_t>(image.width) * 3;
  std::vector<std::int32_t> sums(row_bytes);
  for (int y = 0; y < height; ++y) {
    std::fill(sums.begin(), sums.end(), kHalf);
    const auto [first, count] = table.ranges[y];
    for (int i = 0; i < count; ++i) {
      const std::int32_t weight = table.weights[static_cast<std::size_t>(y) * table.stride + i];
      const std::uint8_t* in = image.pixel(first + i, 0);
      for (std::size_t k = 0; k < row_bytes; ++k) {
        sums[k] += in[k] * weight;
      }
    }
    std::uint8_t* out = result.pixel(y, 0);
    for (std::size_t k = 0; k < row_bytes; ++k) {
      out[k] = clip(sums[k]);
    }
  }
  return result;
}

void check_sides(int width, int height, Size target) {
  if (width < 1 || height < 1 || target.width < 1 || target.height < 1) {
    throw DataError("cannot resize " + std::to_string(width) + " x " + std::to_string(height) +
                    " pixels to " + std::to_string(target.width) + " x " + std::to_string(target.height));
  }
}

std::vector<int> nearest_sources(int source_size, int target_size, NearestSource rule) {
  std::vector<int> sources(static_cast<std::size_t>(target_size));
  if (rule == NearestSource::kCorner) {
    const float scale = static_cast<float>(source_size) / static_cast<float>(target_size);
    for (int i = 0; i < target_size; ++i) {
      sources[i] = std::min(static_cast<int>(static_cast<float>(i) * scale), source_size - 1);
    }
    return sources;
  }
  const double step = static_cast<double>(source_size) / target_size;
  double position = step * 0.5;
  for (int& source : sources) {
    source = std::min(static_cast<int>(position), source_size - 1);
    position += step;
  }
  return sources;
}

/// Keys' cubic convolution (IEEE ASSP 29, 1981) with a = -0.5.
double cubic(double distance) {
  const double x = std::abs(distance);
  if (x < 1.0) return (1.5 * x - 2.5) * x * x + 1.0;
  return x < 2.0 ? (((x - 5.0) * x + 8.0) * x - 4.0) * -0.5 : 0.0;
}

}  // namespace

namespace detail {

const FilterKernel kTriangle{1.0, [](double distance) { return std::max(1.0 - std::abs(distance), 0.0); }};
const FilterKernel kCubic{2, cubic};

Image resample(const Image& image, Size size, const FilterKernel& kernel) {
  check_sides(image.width, image.height, size);
  if (size == Size{image.width, image.height}) {
    return image;
  }
  if (size.width == image.width) {
    return resample_y(image, size.height, kernel);
  }
  Image narrowed = resample_x(image, size.width, kernel);
  return size.height == image.height ? narrowed : resample_y(narrowed, size.height, kernel);
}

}  // namespace detail

Image resize_bilinear(const Image& image, Size size) {
  return detail::resample(image, size, detail::kTriangle);
}

Image resize_bicubic(const Image& image, Size size) {
  return detail::resample(image, size, detail::kCubic);
}

Mask resize_nearest(const Mask& mask, Size size, NearestSource source) {
  check_sides(mask.width, mask.height, size);
  const std::vector<int> columns = nearest_sources(mask.width, size.width, source);
  const std::vector<int> rows = nearest_sources(mask.height, size.height, source);
  Mask result(size.height, size.width);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      result.at(y, x) = mask.at(rows[y], columns[x]);
    }
  }
  return result;
}

}  // namespace pixelsail
