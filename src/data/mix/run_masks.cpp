#include "data/mix/run_masks.h"

#include "data/unusable.h"
#include "io/rle.h"

namespace pixelsail::detail {

void check_pixels(std::int64_t height, std::int64_t width, const std::string& where) {
  if (height <= kMostPixels && width <= kMostPixels && height * width <= kMostPixels) return;
  throw UnusableSample(kMalformedRecord, where + ": a mask of " + std::to_string(height) + " x " +
                                             std::to_string(width) + " pixels is no mask of a picture");
}

Mask mask_of_runs(const Json& runs, const std::string& where) {
  try {
    const Rle rle = rle_from_json(runs);
    check_pixels(rle.height, rle.width, where);
    return decode_mask(rle);
  } catch (const UnusableSample&) {
    throw;
  } catch (const DataError& error) {
    throw UnusableSample(kMalformedRecord, where + ": " + error.what());
  }
}

}  // namespace pixelsail::detail
