#pragma once

/// preprocessor_config.json of a checkpoint, with the key names Hugging Face image processors use.

#include <filesystem>
#include <string>

#include "image/preprocess.h"

namespace pixelsail {

/// Reads a checkpoint's preprocessor_config.json. patch_size, max_side, image_mean and image_std are
/// required; a key that would change the result in a way this library does not do (another resampling filter,
/// a crop, another rescale factor) is a DataError that names file and key, as is an unknown key or a value
/// out of range.
PreprocessConfig read_preprocessor_config(const std::filesystem::path& path);

/// The text of such a file; ends with a newline. Doubles round-trip.
std::string preprocessor_config_json(const PreprocessConfig& config);

}  // namespace pixelsail
