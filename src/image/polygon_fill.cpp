#include "image/polygon_fill.h"

#include <cstdlib>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

#include "pixelsail/error.h"

namespace pixelsail {

void fill_outlined_polygon(std::span<std::uint8_t> values, int height, int width,
                           std::span<const PixelPoint> points, std::uint8_t value) {
  if (height <= 0 || width <= 0 ||
      values.size() != static_cast<std::size_t>(height) * static_cast<std::size_t>(width)) {
    throw DataError("a polygon cannot be drawn on " + std::to_string(values.size()) + " pixels as " +
                    std::to_string(height) + " x " + std::to_string(width));
  }
  std::vector<cv::Point> outline;
  outline.reserve(points.size());
  for (const PixelPoint& point : points) {
    const auto too_far = [](int v) { return v > kMaxPolygonCoordinate || v < -kMaxPolygonCoordinate; };
    if (too_far(point.x) || too_far(point.y)) {
      throw DataError("a polygon has the impossible point " + std::to_string(point.x) + ", " +
                      std::to_string(point.y));
    }
    outline.emplace_back(point.x, point.y);
  }
  if (outline.empty()) return;
  cv::Mat picture(height, width, CV_8UC1, values.data());
  const std::vector<std::vector<cv::Point>> outlines{outline};
  cv::polylines(picture, outlines, true, cv::Scalar(value), 1);
  cv::fillPoly(picture, outlines, cv::Scalar(value));
}

}  // namespace pixelsail
