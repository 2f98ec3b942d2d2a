#include "model/parameter_list.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace pixelsail {
namespace {

using Shape = std::vector<std::int64_t>;

class List {
 public:
  explicit List(const ModelConfig& config) : c_(config) {}

  std::vector<ParameterSpec> build() {
    group_ = "embed_tokens";
    add(kModel + "embed_tokens.weight", {c_.vocab_size, c_.hidden_size});
    if (c_.has_vision() && c_.traits().patches_replace_tokens) {
      add_vision_tower();
    } else if (c_.has_vision()) {
      group_ = "vis_embed";
      add(kModel + "vis_embed.weight", {c_.hidden_size, 3 * c_.vision_patch_size * c_.vision_patch_size});
      group_ = "vp_embed";
      if (c_.traits().projects_prompts) add(kModel + "vp_embed.weight", {c_.hidden_size, c_.hidden_size});
    }
    group_ = "layers";
    for (std::int64_t i = 0; i < c_.num_hidden_layers; ++i)
      add_layer(kModel + "layers." + std::to_string(i) + ".");
    group_ = "norm";
    add(kModel + "norm.weight", {c_.hidden_size});
    if (!c_.tie_word_embeddings) {
      group_ = "lm_head";
      add("single_transformer.lm_head.weight", {c_.vocab_size, c_.hidden_size});
    }
    group_ = "mask_head";
    if (c_.has_vision()) add_mask_head();
    return std::move(list_);
  }

 private:
  const std::string kModel = "single_transformer.model.";

  void add(const std::string& name, Shape shape) { list_.push_back({name, std::move(shape), group_}); }
  void add_linear(const std::string& name, std::int64_t in, std::int64_t out, bool bias) {
    add(name + ".weight", {out, in});
    if (bias) add(name + ".bias", {out});
  }

  void add_attention(const std::string& prefix) {
    const std::int64_t size = c_.hidden_size, head = c_.head_size();
    add_linear(prefix + "q_proj", size, c_.num_attention_heads * head, c_.attention_bias);
    add_linear(prefix + "k_proj", size, c_.num_key_value_heads * head, c_.attention_bias);
    add_linear(prefix + "v_proj", size, c_.num_key_value_heads * head, c_.attention_bias);
    add_linear(prefix + "o_proj", c_.num_attention_heads * head, size, false);
  }

  void add_mlp(const std::string& prefix) {
    add_linear(prefix + "gate_proj", c_.hidden_size, c_.intermediate_size, false);
    add_linear(prefix + "up_proj", c_.hidden_size, c_.intermediate_size, false);
    add_linear(prefix + "down_proj", c_.intermediate_size, c_.hidden_size, false);
  }

  /// Visual copies are marked "moe_".
  void add_layer(const std::string& prefix) {
    const bool copies = c_.traits().visual_copies;
    add(prefix + "input_layernorm.weight", {c_.hidden_size});
    add_attention(prefix + "self_attn.");
    if (copies) add_attention(prefix + "self_attn.moe_");
    add(prefix + "post_attention_layernorm.weight", {c_.hidden_size});
    add_mlp(prefix + "mlp.");
    if (!copies) return;
    add(prefix + "moe_input_layernorm.weight", {c_.hidden_size});
    add(prefix + "moe_post_attention_layernorm.weight", {c_.hidden_size});
    add_mlp(prefix + "moe_mlp.");
  }

  void add_vision_tower() {
    group_ = "vision_tower";
    const std::string prefix = kModel + "vision_tower.";
    const std::int64_t dense = c_.vision_patch_size / c_.patch_stride;
    add(prefix + "class_embedding", {c_.hidden_size});
    add(prefix + "split_embedding", {c_.hidden_size});
    add(prefix + "patch_embedding.0.weight", {c_.mm_hidden_size, 3, c_.patch_stride, c_.patch_stride});
    add(prefix + "patch_embedding.0.bias", {c_.mm_hidden_size});
    add(prefix + "patch_embedding.2.weight", {c_.hidden_size, c_.mm_hidden_size, dense, dense});
    add(prefix + "patch_embedding.2.bias", {c_.hidden_size});
  }

  void add_projector(const std::string& name, std::int64_t in, std::int64_t middle, std::int64_t out) {
    add_linear(name + ".0", in, middle, true);
    add_linear(name + ".2", middle, out, true);
  }

  void add_mask_head() {
    const std::int64_t outer = c_.hidden_size, inner = c_.mask_in_dim(), features = c_.seg_hidden_states;
    if (c_.has_pre_projector()) add_projector("image_feature_pre_projector", outer, outer, inner);
    for (std::int64_t i = 0; i < c_.num_upsample_blocks(); ++i) {
      const std::string prefix = "upsample_blocks." + std::to_string(i) + ".";
      add(prefix + "0.weight", {inner, inner, 2, 2});
      add(prefix + "0.bias", {inner});
      add(prefix + "2.depthwise.weight", {inner, 1, 3, 3});
      add(prefix + "2.depthwise.bias", {inner});
      add(prefix + "2.pointwise.weight", {inner, inner, 1, 1});
      add(prefix + "2.pointwise.bias", {inner});
      add(prefix + "3.ln.weight", {inner});
      add(prefix + "3.ln.bias", {inner});
    }
    add_projector("image_feature_projector", inner, inner, features);
    add_projector("seg_token_projector", outer, inner, features);
  }

  const ModelConfig& c_;
  std::string group_;
  std::vector<ParameterSpec> list_;
};

}  // namespace

std::int64_t ParameterSpec::numel() const {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

std::string parameter_group(const std::string& name) {
  for (const char* group : {"embed_tokens", "vis_embed", "vp_embed", "vision_tower", "layers", "norm"}) {
    if (name.starts_with(std::string("single_transformer.model.") + group + ".")) return group;
  }
  return name == "single_transformer.lm_head.weight" ? "lm_head" : "mask_head";
}

InitialValue initial_value(const std::string& name, const std::vector<std::int64_t>& shape,
                           const ModelConfig& config) {
  constexpr double kDeviation = 0.02;
  const auto contains = [&name](const char* part) { return name.find(part) != std::string::npos; };
  if (name.ends_with(".bias")) return {};
  if (shape.size() == 1 && !name.ends_with("_embedding")) return {.constant = 1};
  std::int64_t fan_in = 1;
  for (std::size_t axis = 1; axis < shape.size(); ++axis) fan_in *= shape[axis];
  if (contains("layers.")) {
    // Small models need a wider start than the 0.02 of large ones; what is added to the residual stream by
    // every layer is scaled down by their number.
    double deviation = std::max(kDeviation, 0.5 / std::sqrt(static_cast<double>(fan_in)));
    if (contains("o_proj") || contains("down_proj"))
      deviation *= 1.0 / std::sqrt(2.0 * static_cast<double>(config.num_hidden_layers));
    return {.deviation = deviation};
  }
  if (contains("embed_tokens")) {
    // Tied rows are the output layer's too. Others are wide, so that tokens differ by more than the first
    // optimizer steps, which move all of them the same way.
    return {.deviation = config.tie_word_embeddings ? kDeviation : 1.0};
  }
  if (name.ends_with("_embedding")) return {.deviation = kDeviation};
  // A transposed convolution's weight is [in, out, 2, 2], and each child pixel sees `in`.
  if (contains("upsample_blocks") && name.ends_with(".0.weight")) fan_in = shape[0];
  return {.deviation = 1.0 / std::sqrt(static_cast<double>(fan_in))};
}

std::vector<ParameterSpec> parameter_list(const ModelConfig& config) {
  return List(config).build();
}

std::int64_t parameter_count(const ModelConfig& config) {
  std::int64_t count = 0;
  for (const ParameterSpec& spec : parameter_list(config)) count += spec.numel();
  return count;
}

}  // namespace pixelsail
