#pragma once

/// ReasonSeg: pictures with one request each whose object has to be found by reasoning.
///   ROOT/reasonseg/<split>/<name>.jpg and <name>.json   (or ROOT/ReasonSeg/<split>, or ROOT/<split>)
///   {"text":["..."],"is_sentence":true,"shapes":[{"label":"target","points":[[x,y],..]}]}

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "image/polygon_fill.h"
#include "pixelsail/mask.h"

namespace pixelsail {

/// Value of pixels that are left out of every count.
inline constexpr std::uint8_t kReasonSegIgnored = 255;

struct ReasonSegShape {
  /// Label contains "ignore", in any case.
  bool ignored = false;
  /// Whole pixels; fractions are cut off.
  std::vector<PixelPoint> points;
};

struct ReasonSegSample {
  /// File name without ".json".
  std::string id;
  std::filesystem::path image;
  int height = 0, width = 0;
  /// The first of the texts.
  std::string text;
  std::vector<std::string> texts;
  bool is_sentence = false;
  /// Without those labelled "flag".
  std::vector<ReasonSegShape> shapes;
};

/// In the order of the ids. Sizes come from the headers of the pictures. The JSON is UTF-8, or Windows-1252
/// where it is not. Throws DataError naming the file for anything missing or broken, a picture without its
/// JSON or the other way round, or a split without samples.
std::vector<ReasonSegSample> load_reasonseg(const std::filesystem::path& root, const std::string& split);
/// The sample of one picture, with the .json beside it.
ReasonSegSample load_reasonseg_sample(const std::filesystem::path& image);
/// The same for training, where a sample may have no text.
ReasonSegSample load_reasonseg_texts(const std::filesystem::path& image);

/// The folder of a split, and its pictures in the order of their names. Throw DataError for a split or a folder that
/// is not there.
std::filesystem::path reasonseg_folder(const std::filesystem::path& root, const std::string& split);
std::vector<std::filesystem::path> reasonseg_images(const std::filesystem::path& folder);

/// Values per pixel, row-major: 0 background, 1 target, 255 ignored. Shapes are drawn from the largest to the
/// smallest (of equal ones the later first) with image/polygon_fill.h, the later over the earlier.
std::vector<std::uint8_t> reasonseg_values(const ReasonSegSample& sample);

}  // namespace pixelsail
