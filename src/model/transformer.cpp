#include "model/transformer.h"

#include <torch/torch.h>

#include "pixelsail/error.h"

namespace pixelsail {

RmsNormImpl::RmsNormImpl(std::int64_t size, double eps_, const WeightOptions& options) : eps(eps_) {
  weight = register_parameter("weight", torch::empty({size}, options));
}

torch::Tensor RmsNormImpl::forward(const torch::Tensor& x_TC) {
  // x / sqrt(mean(x^2) + eps) in float32, then the weight
  const torch::Tensor x = x_TC.to(torch::kFloat32);
  const torch::Tensor normed = x * torch::rsqrt(x.square().mean(-1, true) + eps);
  return weight * normed.to(x_TC.scalar_type());
}

SelfAttentionImpl::SelfAttentionImpl(const ModelConfig& config, const WeightOptions& options)
    : heads(config.num_attention_heads), kv_heads(config.num_key_value_heads), head_size(config.head_size()) {
  const std::int64_t size = config.hidden_size;
  const bool bias = config.attention_bias;
  q_proj = register_module("q_proj", Linear(size, heads * head_size, bias, options));
  k_proj = register_module("k_proj", Linear(size, kv_heads * head_size, bias, options));
  v_proj = register_module("v_proj", Linear(size, kv_heads * head_size, bias, options));
  o_proj = register_module("o_proj", Linear(heads * head_size, size, false, options));
}

torch::Tensor SelfAttentionImpl::forward(const torch::Tensor& x_TC, const RopeTable& rope,
                                         const std::shared_ptr<const AttentionPlan>& plan, KvCache* cache,
                                         std::int64_t layer) {
  const std::int64_t tokens = x_TC.size(0);
  const torch::Tensor q_THd = apply_rope(q_proj(x_TC).view({tokens, heads, head_size}), rope);
  const torch::Tensor k_TGd = apply_rope(k_proj(x_TC).view({tokens, kv_heads, head_size}), rope);
  const torch::Tensor v_TGd = v_proj(x_TC).view({tokens, kv_heads, head_size});
  return o_proj(attend(q_THd, k_TGd, v_TGd, plan, cache, layer));
}

GatedMlpImpl::GatedMlpImpl(const ModelConfig& config, const WeightOptions& options) {
  const std::int64_t size = config.hidden_size, inner = config.intermediate_size;
  gate_proj = register_module("gate_proj", Linear(size, inner, false, options));
  up_proj = register_module("up_proj", Linear(size, inner, false, options));
  down_proj = register_module("down_proj", Linear(inner, size, false, options));
}

torch::Tensor GatedMlpImpl::forward(const torch::Tensor& x_TC) {
  return down_proj(torch::silu(gate_proj(x_TC)) * up_proj(x_TC));
}

DecoderLayerImpl::DecoderLayerImpl(const ModelConfig& config, const WeightOptions& options) {
  input_layernorm =
      register_module("input_layernorm", RmsNorm(config.hidden_size, config.rms_norm_eps, options));
  self_attn = register_module("self_attn", SelfAttention(config, options));
  post_attention_layernorm =
      register_module("post_attention_layernorm", RmsNorm(config.hidden_size, config.rms_norm_eps, options));
  mlp = register_module("mlp", GatedMlp(config, options));
}

torch::Tensor DecoderLayerImpl::forward(const torch::Tensor& x_TC, const RopeTable& rope,
                                        const std::shared_ptr<const AttentionPlan>& plan, KvCache* cache,
                                        std::int64_t layer, Trace* trace) {
  const std::string prefix = "layer" + std::to_string(layer) + ".";
  const torch::Tensor attention = self_attn(input_layernorm(x_TC), rope, plan, cache, layer);
  record(trace, prefix + "attn_out", attention);
  const torch::Tensor middle = x_TC + attention;
  const torch::Tensor gated = mlp(post_attention_layernorm(middle));
  record(trace, prefix + "mlp_out", gated);
  return middle + gated;
}

TransformerImpl::TransformerImpl(const ModelConfig& config_, const WeightOptions& options) : config(config_) {
  const std::int64_t size = config.hidden_size;
  embed_tokens = register_module("embed_tokens", Embedding(config.vocab_size, size, options));
  if (config.has_vision()) {
    const std::int64_t patch_values = 3 * config.vision_patch_size * config.vision_patch_size;
    vis_embed = register_module("vis_embed", Linear(patch_values, size, false, options));
    vp_embed = register_module("vp_embed", Linear(size, size, false, options));
  }
  layers = register_module("layers", torch::nn::ModuleList());
  for (std::int64_t i = 0; i < config.num_hidden_layers; ++i)
    layers->push_back(DecoderLayer(config, options));
  norm = register_module("norm", RmsNorm(size, config.rms_norm_eps, options));
}

torch::Tensor TransformerImpl::embed(const PackedInput& input) {
  torch::Tensor x_TC = embed_tokens(input.ids_T);
  if (input.patches_VK.defined()) {
    if (!vis_embed) throw RunError("a text-only model cannot read an image");
    const torch::Tensor patch_VC = vis_embed(input.patches_VK.to(vis_embed->weight.scalar_type()));
    x_TC = x_TC.index_add(0, input.patch_token_V, patch_VC.to(x_TC.scalar_type()));
  }
  if (input.prompted_token_U.defined()) {
    const torch::Tensor prompt_ids_N = torch::tensor(config.prompt_token_ids(), torch::kInt64);
    const torch::Tensor prompt_NC = vp_embed(embed_tokens(prompt_ids_N.to(x_TC.device())));
    x_TC = x_TC.index_add(0, input.prompted_token_U,
                          prompt_NC.index_select(0, input.prompt_number_U).to(x_TC.scalar_type()));
  }
  return x_TC;
}

torch::Tensor TransformerImpl::forward(const PackedInput& input, KvCache* cache, Trace* trace) {
  torch::Tensor x_TC = embed(input);
  record(trace, "embeds", x_TC);
  const RopeTable rope = make_rope_table(input.row_T, input.column_T, config.head_size(), config.rope_theta);
  if (trace != nullptr) {
    record(trace, "rope_cos", torch::cat({rope.cos_TE, rope.cos_TE}, 1));
    record(trace, "rope_sin", torch::cat({rope.sin_TE, rope.sin_TE}, 1));
  }
  const auto plan = std::make_shared<const AttentionPlan>(input.segments, cache, x_TC.device());
  std::int64_t index = 0;
  for (const auto& module : *layers) {
    if (index > 0) record(trace, "hidden." + std::to_string(index), x_TC);
    x_TC = module->as<DecoderLayerImpl>()->forward(x_TC, rope, plan, cache, index, trace);
    ++index;
  }
  record(trace, "hidden.pre_norm", x_TC);
  if (cache != nullptr) {
    for (std::size_t i = 0; i < input.segments.size(); ++i) {
      cache->advance(static_cast<std::int64_t>(i), input.segments[i].length);
    }
  }
  x_TC = norm(x_TC);
  record(trace, "hidden.final", x_TC);
  return x_TC;
}

}  // namespace pixelsail
