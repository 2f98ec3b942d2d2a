#include "synth/things/color_words.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>

namespace pixelsail {
namespace {

using enum Color;

constexpr double kSaid = 0.55;      ///< share of the pixels that surely have a colour that is said
constexpr double kOther = 0.30;     ///< share that any other colour may have beside it
constexpr double kDoubtful = 0.18;  ///< share from which somebody might name a colour

/// What one pixel may be called; `sure` where everybody agrees.
struct Shade {
  std::optional<Color> sure;
  unsigned maybe = 0;
};

constexpr unsigned bit(Color color) {
  return 1U << static_cast<unsigned>(color);
}

Shade surely(Color color, std::initializer_list<Color> others = {}) {
  Shade shade{color, bit(color)};
  for (const Color other : others) shade.maybe |= bit(other);
  return shade;
}

Shade perhaps(std::initializer_list<Color> colors) {
  Shade shade;
  for (const Color color : colors) shade.maybe |= bit(color);
  return shade;
}

/// Hue in degrees, saturation and value in 0..1 (HSV).
struct Hsv {
  double h, s, v;
};

Hsv to_hsv(const std::uint8_t* rgb) {
  const double r = rgb[0] / 255.0, g = rgb[1] / 255.0, b = rgb[2] / 255.0;
  const double high = std::max({r, g, b}), low = std::min({r, g, b}), range = high - low;
  double h = 0;
  if (range > 0) {
    h = high == r ? (g - b) / range : high == g ? 2 + (b - r) / range : 4 + (r - g) / range;
    h = (h < 0 ? h + 6 : h) * 60;
  }
  return {h, high > 0 ? range / high : 0, high};
}

Shade gray_shade(double v) {
  if (v > 0.86) return surely(kWhite);
  if (v > 0.70) return perhaps({kWhite, kGray});
  return v > 0.36 ? surely(kGray) : perhaps({kGray, kBlack});
}

/// Between red and yellow, where darkness makes brown and paleness makes beige.
Shade warm_shade(const Hsv& c) {
  if (c.s < 0.45 && c.v > 0.65) return perhaps({kBrown, kYellow, kOrange, kPink, kWhite});
  if (c.v < 0.62) return surely(kBrown);
  if (c.h < 18) return perhaps({kRed, kOrange, kBrown});
  if (c.h < 38) return c.v > 0.82 && c.s > 0.62 ? surely(kOrange) : perhaps({kOrange, kBrown, kYellow});
  return c.v < 0.78 ? perhaps({kYellow, kBrown}) : perhaps({kYellow, kOrange});
}

Shade hue_shade(const Hsv& c) {
  const double h = c.h;
  if (h < 11 || h >= 346) {
    if (c.s < 0.5 && c.v > 0.6) return perhaps({kPink, kRed, kBrown});
    return c.v < 0.42 ? perhaps({kRed, kBrown}) : surely(kRed);
  }
  if (h < 47) return warm_shade(c);
  if (h < 65) {
    if (c.v < 0.6) return perhaps({kBrown, kYellow, kGreen});
    return c.s < 0.4 ? perhaps({kYellow, kWhite}) : surely(kYellow);
  }
  if (h < 82) return perhaps({kYellow, kGreen});
  if (h < 158) return c.s < 0.28 ? perhaps({kGreen, kGray}) : surely(kGreen);
  if (h < 190) return perhaps({kGreen, kBlue});
  if (h < 248) return c.s < 0.3 ? perhaps({kBlue, kGray, kWhite}) : surely(kBlue);
  if (h < 262) return perhaps({kBlue, kPurple});
  if (h < 300) return surely(kPurple);
  if (h < 322) return perhaps({kPurple, kPink});
  return c.v > 0.7 && c.s < 0.75 ? surely(kPink) : perhaps({kPink, kRed, kPurple});
}

Shade shade_of(const std::uint8_t* rgb) {
  const Hsv c = to_hsv(rgb);
  if (c.v < 0.18) return surely(kBlack);
  if (c.v < 0.34) {
    Shade shade = c.s < 0.5 ? perhaps({kBlack, kGray}) : perhaps({kBlack});
    if (c.s >= 0.25) shade.maybe |= hue_shade(c).maybe;
    return shade;
  }
  if (c.s < 0.11) return gray_shade(c.v);
  if (c.s < 0.2) {
    Shade shade = gray_shade(c.v);
    shade.sure.reset();
    shade.maybe |= hue_shade(c).maybe;
    return shade;
  }
  return hue_shade(c);
}

}  // namespace

ColorWords color_words(const RgbaImage& picture) {
  std::array<double, kThingColorCount> sure{}, maybe{};
  double total = 0;
  for (std::size_t i = 0; i + 3 < picture.rgba.size(); i += 4) {
    if (picture.rgba[i + 3] < 128) continue;
    total += 1;
    const Shade shade = shade_of(&picture.rgba[i]);
    if (shade.sure) sure[static_cast<std::size_t>(*shade.sure)] += 1;
    for (std::size_t color = 0; color < maybe.size(); ++color) maybe[color] += (shade.maybe >> color) & 1U;
  }
  ColorWords words;
  if (total == 0) return words;
  const auto most = static_cast<std::size_t>(std::max_element(sure.begin(), sure.end()) - sure.begin());
  bool alone = sure[most] > kSaid * total;
  for (std::size_t color = 0; color < maybe.size(); ++color)
    alone = alone && (color == most || maybe[color] < kOther * total);
  if (alone) words.color = static_cast<Color>(most);
  for (std::size_t color = 0; color < maybe.size(); ++color) {
    if (maybe[color] > kDoubtful * total && !(alone && color == most)) words.doubtful |= 1U << color;
  }
  return words;
}

}  // namespace pixelsail
