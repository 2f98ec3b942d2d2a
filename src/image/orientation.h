#pragma once

/// How a picture is to be turned before it is looked at: the EXIF tag of JPEG, PNG and WebP files. One rule for
/// pixels and for sizes that are read from headers.

#include <cstddef>
#include <span>

namespace pixelsail::detail {

/// The EXIF orientation, 1 (as stored) to 8; from 5 on height and width change places. 1 for files without, with a
/// damaged one, or of another format.
int exif_orientation(std::span<const std::byte> file);

/// The same from the EXIF data themselves: "II*\0" or "MM\0*" and what follows.
int orientation_of_exif(std::span<const std::byte> exif);

inline bool swaps_sides(int orientation) {
  return orientation >= 5;
}

}  // namespace pixelsail::detail
