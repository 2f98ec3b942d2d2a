#pragma once

/// How many tokens of a sequence an image takes, and what to do when these are too many.

#include <cstdint>
#include <functional>

#include "image/preprocess.h"

namespace pixelsail {

/// Tokens of an image of grid_h x grid_w patches, with all that stands around and between them; must not
/// fall when a side grows. ChatTemplate::image_tokens() is one.
using ImageTokenCount = std::function<std::int64_t(int grid_h, int grid_w)>;

struct ImageFit {
  Size resized;             ///< what the configuration makes of the image
  std::int64_t tokens = 0;  ///< what that takes
  bool fits = false;        ///< tokens <= max_tokens
  /// The largest max_side, up to the one of the configuration, with which the image fits; 0: there is none.
  int max_side = 0;
  Size fitting;                     ///< the resized image with that max_side; zero when there is none
  std::int64_t fitting_tokens = 0;  ///< and its tokens
};

/// Throws as resized_size() does.
ImageFit fit_image(Size original, const PreprocessConfig& config, std::int64_t max_tokens,
                   const ImageTokenCount& count);

/// Throws DataError when an image takes more than max_tokens tokens, saying how many it takes and the
/// max_side that would do; else as resized_size() does.
void check_image_fits(Size original, const PreprocessConfig& config, std::int64_t max_tokens,
                      const ImageTokenCount& count);

}  // namespace pixelsail
