#pragma once

/// Average precision as COCO's evaluation (COCOeval) defines it, at one IoU threshold, for detections that
/// all have the same score: they rank by the order of the images, then by their own.

#include <cstdint>
#include <span>
#include <vector>

namespace pixelsail {

/// One ground-truth object of an image.
struct ApTarget {
  /// A crowd region: may be matched any number of times, and such detections count neither way.
  bool crowd = false;
  /// COCOeval keeps the matched object's id and takes 0 for "none": a detection on the object with id 0 is a
  /// false positive, and the object is taken all the same.
  bool zero_id = false;
};

/// What an image adds to the curve.
struct ApImage {
  /// One for each detection that counts: whether it is a true positive. In rank order.
  std::vector<bool> hits;
  /// Objects to be found (crowds are not).
  std::int64_t targets = 0;
};

/// Detections of an image beyond these are left out.
inline constexpr std::size_t kMostDetections = 100;

/// Matches the detections of one image to its objects. Detections choose in their order; each takes the free
/// object of highest IoU (of equal ones the last) that reaches `threshold`, and a crowd only when there is
/// none. `ious`: row-major, a row a detection, a column an object; against a crowd intersection / detection.
/// Throws std::invalid_argument when `ious` has not that many numbers.
ApImage match_detections(std::span<const ApTarget> targets, std::size_t detections,
                         std::span<const double> ious, double threshold);

/// Mean of the precision at 101 recall levels 0, 0.01, .., 1, where precision at a recall is the highest at
/// that recall or above. `weights`: how often each image is taken (copies of an image follow each other).
/// 0 when there is nothing to be found.
double average_precision(std::span<const ApImage> images, std::span<const std::uint32_t> weights);

}  // namespace pixelsail
