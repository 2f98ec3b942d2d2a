#pragma once

/// Captions in COCO layout: {"images":[{"id":..}],"annotations":[{"image_id":..,"caption":".."}]}.
/// RefCOCOg region captions are
/// ROOT/refcocog_caption/finetune_refcocog_val_captions.json, where every expression is an "image" of its
/// own.

#include <filesystem>
#include <string>
#include <vector>

#include "io/json.h"

namespace pixelsail {

struct CocoCaptions {
  /// Integers in decimal.
  std::string image_id;
  /// At least one, in file order.
  std::vector<std::string> captions;
};

/// In the order of `images`. Throws DataError naming file and place for a broken layout, an image id that
/// occurs twice, a caption of an unknown image, an image without caption, or no image at all.
std::vector<CocoCaptions> load_coco_captions(const std::filesystem::path& path);

/// The id of an image as text, from a member that is an integer or a string. Throws DataError "where: ...".
std::string coco_id(const Json& object, const char* key, const std::string& where);

}  // namespace pixelsail
