#include "model/decoder_layer.h"

#include <torch/torch.h>

#include "model/layer_steps.h"
#include "model/upload.h"

namespace pixelsail {
namespace {

/// Queries, keys and values of tokens, side by side: [n, (H + 2 G) d] is never built, each stays its own.
struct Projected {
  torch::Tensor q, k, v;
};

Projected project(const LayerParts& parts, const torch::Tensor& x_nC, std::uint64_t dropout_seed) {
  RmsNorm norm = parts.input_norm;
  // Rounded once for all three.
  const torch::Tensor normed = norm(x_nC, linear_type(x_nC));
  return {parts.q->forward(normed, dropout_seed), parts.k->forward(normed, dropout_seed),
          parts.v->forward(normed, dropout_seed)};
}

/// What follows attention.
struct Finished {
  torch::Tensor attention, mlp, sum;  ///< [n, C]; sum: of both and the input
};

Finished finish(const LayerParts& parts, const torch::Tensor& x_nC, const torch::Tensor& attended,
                std::uint64_t dropout_seed) {
  RmsNorm norm = parts.output_norm;
  GatedMlp mlp = parts.mlp;
  const torch::Tensor attention = parts.o->forward(attended, dropout_seed);
  const torch::Tensor middle = x_nC + attention;
  const torch::Tensor gated = mlp(norm(middle, linear_type(middle)), dropout_seed);
  return {attention, gated, middle + gated};
}

}  // namespace

RmsNormImpl::RmsNormImpl(std::int64_t size, double eps_, const WeightOptions& options) : eps(eps_) {
  weight = register_parameter("weight", torch::empty({size}, options.tensor()));
}

torch::Tensor RmsNormImpl::forward(const torch::Tensor& x_TC, torch::ScalarType type) {
  return rms_norm(x_TC, weight, eps, type);
}

GatedMlpImpl::GatedMlpImpl(const ModelConfig& config, const WeightOptions& options) {
  const std::int64_t size = config.hidden_size, inner = config.intermediate_size;
  gate_proj = register_module("gate_proj", Linear(size, inner, false, options));
  up_proj = register_module("up_proj", Linear(size, inner, false, options));
  down_proj = register_module("down_proj", Linear(inner, size, false, options));
}

torch::Tensor GatedMlpImpl::forward(const torch::Tensor& x_TC, std::uint64_t dropout_seed) {
  const torch::Tensor gate = gate_proj(x_TC, dropout_seed), up = up_proj(x_TC, dropout_seed);
  return down_proj(silu_product(gate, up), dropout_seed);
}

Routing::Routing(const PackedInput& input) : routed_(input.routed) {
  std::int64_t visual = 0;
  for (const Segment& segment : input.segments) visual += segment.image_end - segment.image_begin;
  if (visual == 0) return;
  kind_ = visual == input.token_count() ? Kind::kVisual : Kind::kMixed;
  if (kind_ == Kind::kVisual || routed_.place_T.defined()) return;
  Upload upload(input.ids_T.device());
  add_routed_tokens(input.segments, upload, routed_);
  upload.send();
}

SelfAttentionImpl::SelfAttentionImpl(const ModelConfig& config, const WeightOptions& options) {
  const std::int64_t size = config.hidden_size, query = config.num_attention_heads * config.head_size(),
                     key = config.num_key_value_heads * config.head_size();
  const auto add = [&](const std::string& prefix, Linear& q, Linear& k, Linear& v, Linear& o) {
    q = register_module(prefix + "q_proj", Linear(size, query, config.attention_bias, options));
    k = register_module(prefix + "k_proj", Linear(size, key, config.attention_bias, options));
    v = register_module(prefix + "v_proj", Linear(size, key, config.attention_bias, options));
    o = register_module(prefix + "o_proj", Linear(query, size, false, options));
  };
  add("", q_proj, k_proj, v_proj, o_proj);
  if (config.traits().visual_copies) add("moe_", moe_q_proj, moe_k_proj, moe_v_proj, moe_o_proj);
}

DecoderLayerImpl::DecoderLayerImpl(const ModelConfig& config, const WeightOptions& options)
    : heads(config.num_attention_heads), kv_heads(config.num_key_value_heads), head_size(config.head_size()) {
  const auto norm = [&] { return RmsNorm(config.hidden_size, config.rms_norm_eps, options); };
  input_layernorm = register_module("input_layernorm", norm());
  self_attn = register_module("self_attn", SelfAttention(config, options));
  post_attention_layernorm = register_module("post_attention_layernorm", norm());
  mlp = register_module("mlp", GatedMlp(config, options));
  if (!config.traits().visual_copies) return;
  moe_input_layernorm = register_module("moe_input_layernorm", norm());
  moe_post_attention_layernorm = register_module("moe_post_attention_layernorm", norm());
  moe_mlp = register_module("moe_mlp", GatedMlp(config, options));
}

LayerParts DecoderLayerImpl::text_parts() const {
  return {input_layernorm,
          post_attention_layernorm,
          self_attn->q_proj,
          self_attn->k_proj,
          self_attn->v_proj,
          self_attn->o_proj,
          mlp};
}

LayerParts DecoderLayerImpl::visual_parts() const {
  if (!moe_mlp) return text_parts();
  return {moe_input_layernorm,
          moe_post_attention_layernorm,
          self_attn->moe_q_proj,
          self_attn->moe_k_proj,
          self_attn->moe_v_proj,
          self_attn->moe_o_proj,
          moe_mlp};
}

// h = x + W_o attend(rope(W_q n(x)), rope(W_k n(x)), W_v n(x));  out = h + mlp(n'(h))
// with n, n' RMS norms, mlp(y) = W_down (silu(W_gate y) * W_up y), and for a token of the image its own copy of all
// weights where the layer has one (the layer of Qwen2; the copies of EVEv2).
torch::Tensor DecoderLayerImpl::forward(const torch::Tensor& x_TC, const ForwardContext& context,
                                        std::int64_t layer) {
  const Routing& routing = context.routing;
  const bool mixed = routing.kind() == Routing::Kind::kMixed;
  const LayerParts parts = routing.kind() == Routing::Kind::kVisual ? visual_parts() : text_parts();
  const std::uint64_t seed = context.dropout_seed;

  Projected p;
  if (mixed) {
    const Projected text = project(parts, routing.text_of(x_TC), seed);
    const Projected visual = project(visual_parts(), routing.visual_of(x_TC), seed);
    p = {routing.merge(text.q, visual.q), routing.merge(text.k, visual.k), routing.merge(text.v, visual.v)};
  } else {
    p = project(parts, x_TC, seed);
  }
  const std::int64_t tokens = x_TC.size(0);
  const torch::Tensor q_THd = p.q.view({tokens, heads, head_size}),
                      k_TGd = p.k.view({tokens, kv_heads, head_size}),
                      v_TGd = p.v.view({tokens, kv_heads, head_size});
  const torch::Tensor attended =
      context.step != nullptr
          ? attend_token(q_THd, k_TGd, v_TGd, context.rope, *context.step, *context.cache, layer)
          : attend(rotated(q_THd, context.rope), rotated(k_TGd, context.rope), v_TGd, context.plan,
                   context.cache, layer);

  Finished f;
  if (mixed) {
    const Finished text = finish(parts, routing.text_of(x_TC), routing.text_of(attended), seed);
    const Finished visual =
        finish(visual_parts(), routing.visual_of(x_TC), routing.visual_of(attended), seed);
    f.sum = routing.merge(text.sum, visual.sum);
    if (context.trace != nullptr) {
      f.attention = routing.merge(text.attention, visual.attention);
      f.mlp = routing.merge(text.mlp, visual.mlp);
    }
  } else {
    f = finish(parts, x_TC, attended, seed);
  }
  if (context.trace != nullptr) {
    const std::string prefix = "layer" + std::to_string(layer) + ".";
    record(context.trace, prefix + "attn_out", f.attention);
    record(context.trace, prefix + "mlp_out", f.mlp);
  }
  return f.sum;
}

}  // namespace pixelsail
