#include "benchmarks/common/mask_member.h"

#include <string>

#include "io/rle.h"
#include "pixelsail/error.h"

namespace pixelsail {

Rle fitting_mask(const Json& value, int height, int width) {
  Rle rle = rle_from_json(value);
  if (rle.height != height || rle.width != width) {
    throw DataError("the mask is " + std::to_string(rle.height) + "x" + std::to_string(rle.width) +
                    ", its image " + std::to_string(height) + "x" + std::to_string(width));
  }
  return rle;
}

std::optional<Rle> mask_member(const Json& line, int height, int width) {
  const Json& mask = json_at(line, "mask", "prediction");
  if (mask.is_null()) return std::nullopt;
  return fitting_mask(mask, height, width);
}

std::vector<Rle> masks_member(const Json& line, int height, int width) {
  const Json& list = json_at(line, "masks", "prediction");
  if (!list.is_array()) throw DataError("\"masks\" should be a list");
  std::vector<Rle> masks;
  masks.reserve(list.size());
  for (const Json& mask : list) masks.push_back(fitting_mask(mask, height, width));
  return masks;
}

}  // namespace pixelsail
