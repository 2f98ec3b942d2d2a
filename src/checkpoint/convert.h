#pragma once

/// A checkpoint of one family written as one of another, tensor by tensor, so that memory holds one tensor at
/// a time.

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/log.h"

namespace pixelsail {

struct ConvertOptions {
  std::filesystem::path from;       ///< folder, weights file or index
  std::filesystem::path to;         ///< folder to write; must not exist, or be empty
  std::filesystem::path config;     ///< config.json, or a folder with one, when `from` has none beside it
  std::filesystem::path tokenizer;  ///< tokenizer folder or file, when `from` has none beside it
  /// pixelsail: this project's checkpoint folder; mmengine: one .pth file under the same names; qwen2,
  /// mistral, sail, solo, eve: the Hugging Face folder of that family.
  std::string layout = "pixelsail";
  /// f32, bf16 or f16 for all floating-point tensors; int8 or int4 for the linear layers of the transformer
  /// (layout pixelsail only), the others as they are; empty: as they are.
  std::string dtype;
  std::uint64_t shard_size = 0;  ///< largest safetensors file in bytes; 0: one file
  /// Groups of parameters (parameter_list.h) that may be missing and are then drawn from `seed`.
  std::vector<std::string> init_missing;
  /// Groups, or prefixes of names, that may be left out.
  std::vector<std::string> drop;
  std::uint64_t seed = 0;
  /// Checkpoints of the same model whose weights are averaged with those of `from` (averaged_tensors.h).
  std::vector<std::filesystem::path> average;
  std::filesystem::path merge_lora;  ///< folder of an adapter of `from` to be added to its weights
  /// Image pixels along a patch. Of a Pixel-SAIL that starts from a language model: 16 when absent. Of one with a linear patch embedding:
  /// that embedding is resized (resized_patches.h) and mask_stride with it; as it is when absent.
  std::optional<std::int64_t> patch_size;
  // Of a Pixel-SAIL that starts from a language model:
  std::int64_t mask_stride = 2;
  std::int64_t mask_features = 512;  ///< D
};

/// Writes the folder (under a temporary name, renamed when complete) and returns what was done: {"family",
/// "layout", "tensors", "parameters", "initialized": [names], "new_rows": {name: n}, "added_tokens",
/// "dropped", "merged": layers with an adapter, "non_finite", "files"}. Throws DataError that lists missing,
/// unexpected and misshapen tensors before anything is written; the message says which options would let them
/// pass. Throws ConfigError for options that contradict each other.
nlohmann::ordered_json convert_checkpoint(const ConvertOptions& options, Logger& log);

}  // namespace pixelsail
