#pragma once

/// The decoder-only transformer (Qwen2.5 and Mistral layouts): RMSNorm, attention with or without bias on
/// q/k/v, SiLU-gated MLP, patch and prompt injection into the embeddings. Module names give the published
/// parameter names.
///
/// Legend: T packed tokens, C hidden size, I MLP width, V patches, K = 3*P*P.

#include <torch/nn.h>

#include <memory>
#include <vector>

#include "model/attention.h"
#include "model/config.h"
#include "model/layers.h"
#include "model/packed.h"
#include "model/rope.h"
#include "model/trace.h"

namespace pixelsail {

struct RmsNormImpl : torch::nn::Module {
  RmsNormImpl(std::int64_t size, double eps, const WeightOptions& options);
  torch::Tensor forward(const torch::Tensor& x_TC);
  torch::Tensor weight;
  double eps;
};
TORCH_MODULE(RmsNorm);

struct SelfAttentionImpl : torch::nn::Module {
  SelfAttentionImpl(const ModelConfig& config, const WeightOptions& options);
  torch::Tensor forward(const torch::Tensor& x_TC, const RopeTable& rope,
                        const std::shared_ptr<const AttentionPlan>& plan, KvCache* cache, std::int64_t layer);
  std::int64_t heads, kv_heads, head_size;
  Linear q_proj{nullptr}, k_proj{nullptr}, v_proj{nullptr}, o_proj{nullptr};
};
TORCH_MODULE(SelfAttention);

struct GatedMlpImpl : torch::nn::Module {
  GatedMlpImpl(const ModelConfig& config, const WeightOptions& options);
  torch::Tensor forward(const torch::Tensor& x_TC);
  Linear gate_proj{nullptr}, up_proj{nullptr}, down_proj{nullptr};
};
TORCH_MODULE(GatedMlp);

struct DecoderLayerImpl : torch::nn::Module {
  DecoderLayerImpl(const ModelConfig& config, const WeightOptions& options);
  torch::Tensor forward(const torch::Tensor& x_TC, const RopeTable& rope,
                        const std::shared_ptr<const AttentionPlan>& plan, KvCache* cache, std::int64_t layer,
                        Trace* trace);
  RmsNorm input_layernorm{nullptr}, post_attention_layernorm{nullptr};
  SelfAttention self_attn{nullptr};
  GatedMlp mlp{nullptr};
};
TORCH_MODULE(DecoderLayer);

struct TransformerImpl : torch::nn::Module {
  TransformerImpl(const ModelConfig& config, const WeightOptions& options);

  /// embed_tokens(id) + vis_embed(patch) + vp_embed(embed_tokens(<Promptk>)) -> [T, C]
  torch::Tensor embed(const PackedInput& input);
  /// States after the final norm, [T, C]. A cache is written to and advanced.
  torch::Tensor forward(const PackedInput& input, KvCache* cache = nullptr, Trace* trace = nullptr);

  ModelConfig config;
  Embedding embed_tokens{nullptr};
  Linear vis_embed{nullptr}, vp_embed{nullptr};  ///< empty in a text-only model
  torch::nn::ModuleList layers{nullptr};
  RmsNorm norm{nullptr};
};
TORCH_MODULE(Transformer);

}  // namespace pixelsail
