#pragma once

/// The decoder-only transformer (Qwen2.5 layout): RMSNorm, attention with biased q/k/v, SiLU-gated MLP, patch
/// and prompt injection into the embeddings. Module names give the published parameter names.
///
/// Legend: T packed tokens, C hidden size, I MLP width, V patches, K = 3*P*P.

#include <torch/nn.h>

#include <memory>
#include <vector>

#include "model/attention.h"
#include "model/config.h"
#include "model/packed.h"
#include "model/rope.h"
#include "model/trace.h"

namespace pixelsail {

struct RmsNormImpl : torch::nn::Module {
  RmsNormImpl(std::int64_t size, double eps);
  torch::Tensor forward(const torch::Tensor& x_TC);
  torch::Tensor weight;
  double eps;
};
TORCH_MODULE(RmsNorm);

struct SelfAttentionImpl : torch::nn::Module {
  explicit SelfAttentionImpl(const ModelConfig& config);
  torch::Tensor forward(const torch::Tensor& x_TC, const RopeTable& rope,
                        const std::shared_ptr<const AttentionPlan>& plan, KvCache* cache, std::int64_t layer);
  std::int64_t heads, kv_heads, head_size;
  torch::nn::Linear q_proj{nullptr}, k_proj{nullptr}, v_proj{nullptr}, o_proj{nullptr};
};
TORCH_MODULE(SelfAttention);

struct GatedMlpImpl : torch::nn::Module {
  explicit GatedMlpImpl(const ModelConfig& config);
  torch::Tensor forward(const torch::Tensor& x_TC);
  torch::nn::Linear gate_proj{nullptr}, up_proj{nullptr}, down_proj{nullptr};
};
TORCH_MODULE(GatedMlp);

struct DecoderLayerImpl : torch::nn::Module {
  explicit DecoderLayerImpl(const ModelConfig& config);
  torch::Tensor forward(const torch::Tensor& x_TC, const RopeTable& rope,
                        const std::shared_ptr<const AttentionPlan>& plan, KvCache* cache, std::int64_t layer,
                        Trace* trace);
  RmsNorm input_layernorm{nullptr}, post_attention_layernorm{nullptr};
  SelfAttention self_attn{nullptr};
  GatedMlp mlp{nullptr};
};
TORCH_MODULE(DecoderLayer);

struct TransformerImpl : torch::nn::Module {
  explicit TransformerImpl(const ModelConfig& config);

  /// embed_tokens(id) + vis_embed(patch) + vp_embed(embed_tokens(<Promptk>)) -> [T, C]
  torch::Tensor embed(const PackedInput& input);
  /// States after the final norm, [T, C]. A cache is written to and advanced.
  torch::Tensor forward(const PackedInput& input, KvCache* cache = nullptr, Trace* trace = nullptr);

  ModelConfig config;
  torch::Tensor prompt_ids_N;  ///< ids of <Prompt0>, <Prompt1>, ...; not a parameter
  torch::nn::Embedding embed_tokens{nullptr};
  torch::nn::Linear vis_embed{nullptr}, vp_embed{nullptr};
  torch::nn::ModuleList layers{nullptr};
  RmsNorm norm{nullptr};
};
TORCH_MODULE(Transformer);

}  // namespace pixelsail
