#pragma once

/// Separable antialiased resampling of 8-bit pictures, byte-equal to Pillow 10-12: double-precision weights
/// rounded to 22-bit fixed point, a pass along x, then one along y, 8 bits between them.

#include "image/preprocess.h"
#include "pixelsail/image.h"

namespace pixelsail::detail {

/// An even filter that is zero outside [-support, support], in units of source pixels at scale 1.
struct FilterKernel {
  double support;
  double (*weight)(double distance);
};

/// Bilinear: support 1.
extern const FilterKernel kTriangle;
/// Bicubic with a = -0.5: support 2. Negative lobes overshoot; sums are clipped to 0..255 after each pass.
extern const FilterKernel kCubic;

/// Throws DataError when a side of the image or of `size` is below 1.
Image resample(const Image& image, Size size, const FilterKernel& kernel);

}  // namespace pixelsail::detail
