#pragma once

/// preprocessor_config.json of a checkpoint, with the key names Hugging Face image processors use.

#include <filesystem>
#include <string>

#include "image/preprocess.h"

namespace pixelsail {

/// Reads a checkpoint's preprocessor_config.json. patch_size, max_side, image_mean and image_std are
/// required. Optional: resample (2 bilinear, 3 bicubic; else 2), size_rule ("long_side", "area",
/// "area_limit"; else long_side), mask_source ("centre", "corner"; else centre), see PreprocessConfig. A key
/// that would change the result in a way this library does not do (another filter, a crop, another rescale
/// factor) is a DataError that names file and key, as is an unknown key or a value out of range.
PreprocessConfig read_preprocessor_config(const std::filesystem::path& path);

/// The text of such a file; ends with a newline. Doubles round-trip. size_rule and mask_source are written
/// where they differ from those of Pixel-SAIL.
std::string preprocessor_config_json(const PreprocessConfig& config);

}  // namespace pixelsail
