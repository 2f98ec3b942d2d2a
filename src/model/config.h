#pragma once

/// Hyper-parameters of the model, under their Hugging Face names where those exist.

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/describe.h"
#include "core/dtype.h"
#include "core/enum_names.h"
#include "families/traits.h"

namespace pixelsail {

/// How the weights of the linear layers of the transformer are held: kNone (as the others), kInt8 or kInt4.
using Quantization = DType;
/// "none", "int8", "int4".
std::string quantization_name(Quantization quantization);

/// How a prompted region enters the sequence: the prompt's vector is added to the patches that the region
/// covers ("patches", the method of the paper), or the text's <Promptk> token is given the mean of those
/// patches' vectors and the patches stay as they are ("pooled", the paper's plain baseline).
enum class PromptInjection { kPatches, kPooled };
constexpr auto enum_names(PromptInjection) {
  return std::array{EnumName{PromptInjection::kPatches, "patches"},
                    EnumName{PromptInjection::kPooled, "pooled"}};
}

struct ModelConfig {
  Backbone backbone = Backbone::kSail;
  std::int64_t vocab_size = 0;  ///< 0 in a training configuration: taken from the tokenizer
  std::int64_t hidden_size = 896;
  std::int64_t intermediate_size = 4864;
  std::int64_t num_hidden_layers = 24;
  std::int64_t num_attention_heads = 14;
  std::int64_t num_key_value_heads = 2;
  std::int64_t head_dim = 0;  ///< 0: hidden_size / num_attention_heads
  std::int64_t max_position_embeddings = 32768;
  double rms_norm_eps = 1e-6;
  double rope_theta = 1e6;
  bool tie_word_embeddings = true;
  bool attention_bias = true;       ///< on q, k and v: Qwen2 has it, Mistral has not
  std::int64_t sliding_window = 0;  ///< longest text that attends as this model does; 0: no limit
  std::int64_t vision_patch_size = 16;
  std::int64_t seg_hidden_states = 512;  ///< D, size of mask features
  std::int64_t in_dim_limit = 1024;      ///< the upsampler works on min(hidden_size, in_dim_limit) channels
  std::int64_t mask_stride = 2;  ///< image pixels per mask feature: 2 (public code) or 4 (paper's drawing)
  std::int64_t visual_prompt_nums = 15;
  PromptInjection prompt_injection = PromptInjection::kPatches;
  std::int64_t mm_hidden_size = 1024;  ///< "eve": channels between its two patch convolutions,
  std::int64_t patch_stride = 16;      ///< the first of which has this stride
  std::map<std::string, std::int64_t> special_token_ids;  ///< filled from the tokenizer
  Quantization quantization = Quantization::kNone;        ///< of a checkpoint's files

  bool pools_prompts() const { return has_vision() && prompt_injection == PromptInjection::kPooled; }
  bool has_vision() const { return backbone != Backbone::kText; }
  const BackboneTraits& traits() const { return traits_of(backbone); }
  std::int64_t head_size() const { return head_dim > 0 ? head_dim : hidden_size / num_attention_heads; }
  std::int64_t mask_in_dim() const { return hidden_size < in_dim_limit ? hidden_size : in_dim_limit; }
  bool has_pre_projector() const { return hidden_size > in_dim_limit; }
  /// log2(patch size / mask stride), so that 1 + log2(P/4) blocks give features at H/2.
  std::int64_t num_upsample_blocks() const;
  /// Id of <Promptk> for each k. Throws ConfigError when special_token_ids lacks one.
  std::vector<std::int64_t> prompt_token_ids() const;
  bool has_token(const std::string& token) const { return special_token_ids.contains(token); }
  /// Id of a special token. Throws ConfigError naming it when absent.
  std::int64_t token_id(const std::string& token) const;

  bool operator==(const ModelConfig&) const = default;
};

template <class Visitor>
void describe(Visitor& v, ModelConfig& c) {
  v.field("backbone", c.backbone, {.help = "how an image enters the sequence"});
  v.field("hidden_size", c.hidden_size, {.min = 4, .help = "C"});
  v.field("intermediate_size", c.intermediate_size, {.min = 1, .help = "width of the gated MLP"});
  v.field("num_hidden_layers", c.num_hidden_layers, {.min = 1});
  v.field("num_attention_heads", c.num_attention_heads, {.min = 1});
  v.field("num_key_value_heads", c.num_key_value_heads, {.min = 1});
  v.field("head_dim", c.head_dim,
          {.min = 0, .help = "0: hidden_size / num_attention_heads; a multiple of 4"});
  v.field("max_position_embeddings", c.max_position_embeddings, {.min = 1});
  v.field("rms_norm_eps", c.rms_norm_eps, {.min = 0});
  v.field("rope_theta", c.rope_theta, {.min = 1});
  v.field("tie_word_embeddings", c.tie_word_embeddings);
  v.field("attention_bias", c.attention_bias, {.help = "on q, k, v: true for Qwen2, false for Mistral"});
  v.field("vision_patch_size", c.vision_patch_size, {.min = 2, .help = "P"});
  v.field("seg_hidden_states", c.seg_hidden_states, {.min = 1, .help = "D, size of mask features"});
  v.field("in_dim_limit", c.in_dim_limit, {.min = 1, .help = "widest upsampler"});
  v.field("mask_stride", c.mask_stride, {.min = 1, .help = "image pixels per mask feature"});
  v.field("visual_prompt_nums", c.visual_prompt_nums, {.min = 1, .max = 15});
  v.field("prompt_injection", c.prompt_injection,
          {.help = "where prompts go: onto the patches they cover, or those patches' mean onto <Promptk>"});
  v.field("mm_hidden_size", c.mm_hidden_size, {.min = 1, .help = "eve: channels between its convolutions"});
  v.field("patch_stride", c.patch_stride, {.min = 1, .help = "eve: stride of the first of them"});
}

/// Checks that sizes fit each other. Throws ConfigError; `where` stands in front of the message.
void validate(const ModelConfig& config, const std::string& where);

/// The same for a configuration that was read from a file: DataError.
void validate_read(const ModelConfig& config, const std::string& where);

/// Reads the keys of this project's config.json; other keys are left alone. Throws DataError naming `where`
/// for missing keys, wrong types or sizes that do not fit each other. Other families' files: hf_config.h.
ModelConfig model_config_from_json(const nlohmann::json& value, const std::string& where);
nlohmann::ordered_json model_config_to_json(const ModelConfig& config);

}  // namespace pixelsail
