#pragma once

/// What a user really gave in place of a Pixel-SAIL checkpoint folder, and what to do with it.

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace pixelsail {

/// Throws DataError for a weights file, the folder of a training run and the folder of a LoRA adapter; returns for
/// anything else.
void refuse_wrong_folder(const std::filesystem::path& folder);

/// Throws DataError when a config.json (`where`) is that of another model, such as a plain Qwen2, saying how it
/// becomes a Pixel-SAIL checkpoint. `folder` is what the user gave.
void refuse_other_model(const nlohmann::json& config, const std::string& where,
                        const std::filesystem::path& folder);

}  // namespace pixelsail
