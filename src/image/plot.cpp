#include "image/plot.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "image/draw.h"
#include "image/plot_axis.h"
#include "image/text.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// Lines are drawn this much larger and averaged down.
constexpr int kOversampling = 2;

constexpr Color kPaper{255, 255, 255};
constexpr Color kGrid{232, 234, 237};
constexpr Color kFrame{150, 154, 160};
constexpr TextStyle kTitle{13, true, {28, 31, 37}};
constexpr TextStyle kLabel{10, false, {70, 74, 82}};
constexpr TextStyle kLegend{10, false, {40, 44, 52}};

struct PlotArea {
  int left = 0, top = 0, right = 0, bottom = 0;
  detail::Axis x, y;
  double x_pixel(double value) const { return left + x.position(value) * (right - left); }
  double y_pixel(double value) const { return bottom - y.position(value) * (bottom - top); }
};

/// Exponential running mean over about `span` points, without the bias of a zero start; gaps stay gaps.
std::vector<double> smooth(const std::vector<double>& values, double span) {
  const double keep = 1.0 - 2.0 / (std::max(span, 1.0) + 1.0);
  double sum = 0, weight = 0;
  std::vector<double> result(values.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) {
      sum = keep * sum + values[i];
      weight = keep * weight + 1;
      result[i] = sum / weight;
    }
  }
  return result;
}

/// The curves without what cannot be drawn: such values become NaN.
std::vector<Curve> drawable(std::vector<Curve> curves, bool log_y) {
  for (Curve& curve : curves) {
    if (curve.x.size() != curve.y.size()) {
      throw DataError("curve \"" + curve.name + "\" has " + std::to_string(curve.x.size()) + " x and " +
                      std::to_string(curve.y.size()) + " y values");
    }
    for (std::size_t i = 0; i < curve.x.size(); ++i) {
      if (!std::isfinite(curve.x[i]) || (log_y && !(curve.y[i] > 0))) {
        curve.y[i] = std::numeric_limits<double>::quiet_NaN();
      }
    }
  }
  return curves;
}

void set_axes(PlotArea& area, const std::vector<Curve>& curves, bool log_y) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  double x_low = kInfinity, x_high = -kInfinity, y_low = kInfinity, y_high = -kInfinity;
  for (const Curve& curve : curves) {
    for (std::size_t i = 0; i < curve.x.size(); ++i) {
      if (std::isfinite(curve.y[i])) {
        x_low = std::min(x_low, curve.x[i]);
        x_high = std::max(x_high, curve.x[i]);
        y_low = std::min(y_low, curve.y[i]);
        y_high = std::max(y_high, curve.y[i]);
      }
    }
  }
  if (x_low > x_high) {
    x_low = 0, x_high = 1, y_low = log_y ? 0.1 : 0, y_high = 1;
  }
  area.x = detail::linear_axis(x_low, x_high, (area.right - area.left) / 110, false);
  area.y = log_y ? detail::log_axis(y_low, y_high)
                 : detail::linear_axis(y_low, y_high, (area.bottom - area.top) / 60, true);
}

/// A line through the points on a canvas kOversampling times as large; NaN breaks it.
void draw_line(cv::Mat& canvas, const PlotArea& area, const std::vector<double>& x,
               const std::vector<double>& y, Color color, int thickness) {
  constexpr int kShift = 4;  // fractional bits of OpenCV's coordinates
  const auto fixed = [&](double value) {
    return static_cast<int>(std::lround(value * kOversampling * (1 << kShift)));
  };
  std::vector<cv::Point> points;
  const auto flush = [&] {
    if (points.size() == 1) {
      points.push_back(points[0]);
    }
    if (!points.empty()) {
      cv::polylines(canvas, points, false, cv::Scalar(color.red, color.green, color.blue), thickness,
                    cv::LINE_AA, kShift);
    }
    points.clear();
  };
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::isfinite(y[i])) {
      points.emplace_back(fixed(area.x_pixel(x[i])), fixed(area.y_pixel(y[i])));
    } else {
      flush();
    }
  }
  flush();
}

Image draw_lines(const std::vector<Curve>& curves, const std::vector<std::vector<double>>& means,
                 const PlotArea& area, const PlotOptions& options) {
  cv::Mat canvas(options.height * kOversampling, options.width * kOversampling, CV_8UC3,
                 cv::Scalar(kPaper.red, kPaper.green, kPaper.blue));
  const auto rule = [&](double x0, double y0, double x1, double y1, Color color) {
    draw_line(canvas, {0, 0, 1, 1, {}, {}}, {x0, x1}, {1 - y0, 1 - y1}, color, kOversampling);
  };
  for (const double tick : area.y.ticks) {
    rule(area.left, area.y_pixel(tick), area.right, area.y_pixel(tick), kGrid);
  }
  for (const double tick : area.x.ticks) {
    rule(area.x_pixel(tick), area.top, area.x_pixel(tick), area.bottom, kGrid);
  }
  const bool smoothed = options.smoothing > 0;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const Color color = smoothed ? blend(item_color(i), kPaper, 0.72) : item_color(i);
    draw_line(canvas, area, curves[i].x, curves[i].y, color, smoothed ? kOversampling : 2 * kOversampling);
  }
  for (std::size_t i = 0; smoothed && i < curves.size(); ++i) {
    draw_line(canvas, area, curves[i].x, means[i], item_color(i), 2 * kOversampling);
  }
  rule(area.left, area.top, area.left, area.bottom, kFrame);
  rule(area.left, area.bottom, area.right, area.bottom, kFrame);
  Image image(options.height, options.width);
  cv::Mat target(image.height, image.width, CV_8UC3, image.rgb.data());
  cv::resize(canvas, target, target.size(), 0, 0, cv::INTER_AREA);
  return image;
}

void draw_labels(Image& image, const PlotArea& area, const std::string& title, const std::string& x_label,
                 const std::string& y_label) {
  draw_text(image, title, area.left, 34, kTitle);
  for (const double tick : area.y.ticks) {
    const std::string label = detail::tick_label(tick);
    draw_text(image, label, area.left - 10 - text_width(label, kLabel),
              static_cast<int>(std::lround(area.y_pixel(tick))) + kLabel.size / 2, kLabel);
  }
  for (const double tick : area.x.ticks) {
    const std::string label = detail::tick_label(tick);
    draw_text(image, label, static_cast<int>(std::lround(area.x_pixel(tick))) - text_width(label, kLabel) / 2,
              area.bottom + 12 + kLabel.size, kLabel);
  }
  draw_text(image, x_label, (area.left + area.right - text_width(x_label, kLabel)) / 2, image.height - 18,
            kLabel);
  draw_text_upwards(image, y_label, 26, (area.top + area.bottom + text_width(y_label, kLabel)) / 2, kLabel);
}

struct LegendEntry {
  std::string text;
  Color color;
  int x = 0, row = 0;
};

constexpr int kLegendSample = 22, kLegendRow = 24;

/// Entries from left to right between `left` and `right`, in as many rows as needed.
std::vector<LegendEntry> lay_out_legend(const std::vector<Curve>& curves,
                                        const std::vector<std::vector<double>>& means, int left, int right) {
  std::vector<LegendEntry> entries;
  int x = left, row = 0;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    std::string text = curves[i].name;
    const auto last =
        std::find_if(means[i].rbegin(), means[i].rend(), [](double v) { return std::isfinite(v); });
    if (last != means[i].rend()) {
      char number[32];
      std::snprintf(number, sizeof(number), "  %.3g", *last);
      text += number;
    }
    const int width = kLegendSample + 8 + text_width(text, kLegend);
    if (x > left && x + width > right) {
      x = left;
      ++row;
    }
    entries.push_back({text, item_color(i), x, row});
    x += width + 24;
  }
  return entries;
}

}  // namespace

Image plot_curves(const std::vector<Curve>& curves, const std::string& title, const std::string& x_label,
                  const PlotOptions& options) {
  if (options.width < 200 || options.height < 150) {
    throw DataError("a chart needs at least 200 x 150 pixels");
  }
  const std::vector<Curve> shown = drawable(curves, options.log_y);
  std::vector<std::vector<double>> means;
  for (const Curve& curve : shown) {
    means.push_back(smooth(curve.y, options.smoothing * static_cast<double>(curve.y.size())));
  }
  constexpr int kLegendTop = 52;
  PlotArea area{.left = options.y_label.empty() ? 64 : 88,
                .right = options.width - 30,
                .bottom = options.height - (x_label.empty() ? 40 : 62)};
  const std::vector<LegendEntry> legend = lay_out_legend(shown, means, area.left, area.right);
  area.top = kLegendTop + (legend.empty() ? 0 : (legend.back().row + 1) * kLegendRow) + 8;
  set_axes(area, shown, options.log_y);

  Image image = draw_lines(shown, means, area, options);
  draw_labels(image, area, title, x_label, options.y_label);
  for (const LegendEntry& entry : legend) {
    const int middle = kLegendTop + entry.row * kLegendRow + kLegendRow / 2;
    fill_rectangle(image, entry.x, middle - 2, kLegendSample, 4, entry.color);
    draw_text(image, entry.text, entry.x + kLegendSample + 8, middle + kLegend.size / 2, kLegend);
  }
  return image;
}

}  // namespace pixelsail
