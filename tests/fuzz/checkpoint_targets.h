#pragma once

/// What lies beside the weights of a checkpoint or an adapter.

#include <string>

#include "mutator.h"

namespace pixelsail::fuzz {

/// config.json, ours or Hugging Face's.
Material model_config_material();
void run_model_config(const std::string& input);

/// preprocessor_config.json.
Material preprocessor_material();
void run_preprocessor(const std::string& input);

/// adapter_config.json, and a line with the name of one of its tensors behind it.
Material adapter_material();
void run_adapter(const std::string& input);

/// checksums.json of a folder whose files are as they were.
Material checksums_material();
void run_checksums(const std::string& input);

/// Files by which a folder's weights are found: kinds "latest" (DeepSpeed), "states" (its pickle), "index".
Material weights_folder_material();
void run_weights_folder(const std::string& input);

/// Entries of any zip archive.
Material zip_material();
void run_zip(const std::string& input);

}  // namespace pixelsail::fuzz
