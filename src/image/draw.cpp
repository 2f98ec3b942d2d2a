#include "image/draw.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

cv::Mat view(Image& image) {
  return {image.height, image.width, CV_8UC3, image.rgb.data()};
}
cv::Mat view(const Image& image) {
  return {image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.rgb.data())};
}

std::uint8_t mix(double a, double b, double amount) {
  return static_cast<std::uint8_t>(std::lround(a + (b - a) * amount));
}

void tint(Image& image, const Mask& mask, Color color, double alpha) {
  std::array<std::array<std::uint8_t, 256>, 3> table{};
  for (int value = 0; value < 256; ++value) {
    table[0][value] = mix(value, color.red, alpha);
    table[1][value] = mix(value, color.green, alpha);
    table[2][value] = mix(value, color.blue, alpha);
  }
  for (std::size_t i = 0; i < mask.data.size(); ++i) {
    if (mask.data[i] != 0) {
      for (std::size_t channel = 0; channel < 3; ++channel) {
        std::uint8_t& value = image.rgb[i * 3 + channel];
        value = table[channel][value];
      }
    }
  }
}

/// A line in the mask's colour between two thin dark ones: readable on any ground.
void outline(Image& image, const Mask& mask, Color color) {
  // A frame of zeros keeps masks that touch the border closed inside the picture.
  cv::Mat binary;
  cv::Mat ones;
  cv::compare(cv::Mat(mask.height, mask.width, CV_8UC1, const_cast<std::uint8_t*>(mask.data.data())), 0, ones,
              cv::CMP_NE);
  cv::copyMakeBorder(ones, binary, 1, 1, 1, 1, cv::BORDER_CONSTANT, 0);
  std::vector<std::vector<cv::Point>> contours;
  cv::findContours(binary, contours, cv::RETR_CCOMP, cv::CHAIN_APPROX_NONE, cv::Point(-1, -1));
  cv::Mat canvas = view(image);
  const int thickness =
      std::max(1, static_cast<int>(std::lround(std::max(image.height, image.width) / 320.0)));
  const Color dark = blend(color, {0, 0, 0}, 0.55);
  const Color light = blend(color, {255, 255, 255}, 0.25);
  if (std::max(image.height, image.width) > 200) {
    cv::drawContours(canvas, contours, -1, cv::Scalar(dark.red, dark.green, dark.blue), thickness + 2,
                     cv::LINE_AA);
  }
  cv::drawContours(canvas, contours, -1, cv::Scalar(light.red, light.green, light.blue), thickness,
                   cv::LINE_AA);
}

void check_fits(const Image& image, const Mask& mask) {
  if (mask.height != image.height || mask.width != image.width || mask.height < 1 || mask.width < 1) {
    throw DataError("cannot draw a mask of " + std::to_string(mask.width) + " x " +
                    std::to_string(mask.height) + " pixels on an image of " + std::to_string(image.width) +
                    " x " + std::to_string(image.height));
  }
}

void check_sides(int height, int width) {
  if (height < 1 || width < 1) {
    throw DataError("a drawing of " + std::to_string(width) + " x " + std::to_string(height) +
                    " pixels has a zero side");
  }
}

}  // namespace

Color blend(Color a, Color b, double amount) {
  return {mix(a.red, b.red, amount), mix(a.green, b.green, amount), mix(a.blue, b.blue, amount)};
}

Color item_color(std::size_t index) {
  static constexpr std::array<Color, 10> kPicked{{{228, 46, 64},
                                                  {30, 119, 214},
                                                  {36, 158, 78},
                                                  {245, 139, 10},
                                                  {132, 64, 214},
                                                  {0, 163, 173},
                                                  {219, 48, 150},
                                                  {138, 98, 58},
                                                  {92, 110, 132},
                                                  {158, 176, 18}}};
  if (index < kPicked.size()) {
    return kPicked[index];
  }
  constexpr double kGoldenRatio = 0.6180339887498949;
  const double hue = std::fmod(static_cast<double>(index) * kGoldenRatio, 1.0) * 6.0;
  const auto channel = [&](double shift) {
    const double k = std::fmod(hue + shift, 6.0);  // HSV with saturation 0.8, value 0.85
    return static_cast<std::uint8_t>(
        std::lround(255 * 0.85 * (1 - 0.8 * std::max(0.0, std::min({k, 4 - k, 1.0})))));
  };
  return {channel(5), channel(3), channel(1)};
}

Image draw_overlay(const Image& image, const std::vector<Mask>& masks, double alpha) {
  Image result = image;
  for (const Mask& mask : masks) {
    check_fits(image, mask);
  }
  for (std::size_t i = 0; i < masks.size(); ++i) {
    tint(result, masks[i], item_color(i), std::clamp(alpha, 0.0, 1.0));
  }
  for (std::size_t i = 0; i < masks.size(); ++i) {
    outline(result, masks[i], item_color(i));
  }
  return result;
}

Image draw_overlay(const Image& image, const Mask& mask, Color color, double alpha) {
  check_fits(image, mask);
  Image result = image;
  tint(result, mask, color, std::clamp(alpha, 0.0, 1.0));
  outline(result, mask, color);
  return result;
}

Image blank_image(int height, int width, Color color) {
  check_sides(height, width);
  Image image(height, width);
  view(image).setTo(cv::Scalar(color.red, color.green, color.blue));
  return image;
}

void paste(Image& canvas, const Image& picture, int x, int y) {
  const int left = std::max(x, 0), right = std::min(x + picture.width, canvas.width);
  if (left >= right) {
    return;
  }
  for (int row = std::max(y, 0); row < std::min(y + picture.height, canvas.height); ++row) {
    std::memcpy(canvas.pixel(row, left), picture.pixel(row - y, left - x),
                static_cast<std::size_t>(right - left) * 3);
  }
}

void fill_rectangle(Image& canvas, int x, int y, int width, int height, Color color) {
  const int left = std::max(x, 0), top = std::max(y, 0);
  const int w = std::min(x + width, canvas.width) - left, h = std::min(y + height, canvas.height) - top;
  if (w > 0 && h > 0) {
    paste(canvas, blank_image(h, w, color), left, top);
  }
}

Image scale_for_display(const Image& image, int width, int height) {
  check_sides(image.height, image.width);
  check_sides(height, width);
  const bool shrinks =
      static_cast<std::int64_t>(width) * height < static_cast<std::int64_t>(image.width) * image.height;
  Image result(height, width);
  cv::Mat target = view(result);
  cv::resize(view(image), target, target.size(), 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_CUBIC);
  return result;
}

Mask scale_for_display(const Mask& mask, int width, int height) {
  check_sides(mask.height, mask.width);
  check_sides(height, width);
  cv::Mat soft(mask.height, mask.width, CV_32FC1);
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      soft.at<float>(y, x) = mask.at(y, x) != 0 ? 1.0F : 0.0F;
    }
  }
  const bool shrinks = width < mask.width || height < mask.height;
  cv::Mat scaled;
  cv::resize(soft, scaled, cv::Size(width, height), 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
  Mask result(height, width);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      result.at(y, x) = scaled.at<float>(y, x) >= 0.5F ? 1 : 0;
    }
  }
  return result;
}

}  // namespace pixelsail
