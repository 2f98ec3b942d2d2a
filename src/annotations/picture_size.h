#pragma once

/// The size of a picture as an annotation file states it.

#include <string>

#include "io/json.h"

namespace pixelsail {

struct PictureSize {
  int height = 0, width = 0;
};

/// Members "height" and "width" of an entry. Throws DataError naming `where` when one is missing or no whole number, and
/// for a size that no picture has which can be read: a side above 65,535, or more pixels than a decoder is let make.
PictureSize stated_size(const Json& entry, const std::string& where);

}  // namespace pixelsail
