#pragma once

/// One layer of the decoder: RMSNorm, attention with or without bias on q/k/v, SiLU-gated MLP. In a family
/// with visual copies every part exists twice, for text and for image tokens, and each token is computed by
/// its own part only. Module names give the published parameter names.
///
/// Legend: T packed tokens, C hidden size, H query heads, G key/value heads, d head size.

#include <torch/nn.h>

#include <memory>

#include "model/attention.h"
#include "model/config.h"
#include "model/layers.h"
#include "model/rope.h"
#include "model/token_step.h"
#include "model/trace.h"

namespace pixelsail {

struct RmsNormImpl : torch::nn::Module {
  RmsNormImpl(std::int64_t size, double eps, const WeightOptions& options);
  /// In `type`.
  torch::Tensor forward(const torch::Tensor& x_TC, torch::ScalarType type);
  torch::Tensor weight;
  double eps;
};
TORCH_MODULE(RmsNorm);

struct GatedMlpImpl : torch::nn::Module {
  GatedMlpImpl(const ModelConfig& config, const WeightOptions& options);
  torch::Tensor forward(const torch::Tensor& x_TC, std::uint64_t dropout_seed);
  Linear gate_proj{nullptr}, up_proj{nullptr}, down_proj{nullptr};
};
TORCH_MODULE(GatedMlp);

/// Which tokens are computed by which copy of the layers.
class Routing {
 public:
  /// Everything goes through the text parts.
  Routing() = default;
  /// [image_begin, image_end) of every segment goes through the visual parts.
  explicit Routing(const PackedInput& input);

  enum class Kind { kText, kVisual, kMixed };
  Kind kind() const { return kind_; }
  /// The rows of one kind, in their order; with kMixed only.
  torch::Tensor text_of(const torch::Tensor& x_TX) const { return x_TX.index_select(0, routed_.text_n); }
  torch::Tensor visual_of(const torch::Tensor& x_TX) const { return x_TX.index_select(0, routed_.visual_m); }
  /// Both back in the order of the tokens.
  torch::Tensor merge(const torch::Tensor& text, const torch::Tensor& visual) const {
    return torch::cat({text, visual}).index_select(0, routed_.place_T);
  }

 private:
  Kind kind_ = Kind::kText;
  RoutedTokens routed_;
};

/// What all layers of one forward pass share.
struct ForwardContext {
  RopeTable rope;                             ///< in the type of queries and keys
  std::shared_ptr<const AttentionPlan> plan;  ///< null where `step` is not
  const TokenStep* step = nullptr;            ///< one more token for each sequence of the cache
  Routing routing;
  KvCache* cache = nullptr;
  Trace* trace = nullptr;
  std::uint64_t dropout_seed = 0;
};

/// The linear maps of attention, with a visual copy of each where there is one.
struct SelfAttentionImpl : torch::nn::Module {
  SelfAttentionImpl(const ModelConfig& config, const WeightOptions& options);
  Linear q_proj{nullptr}, k_proj{nullptr}, v_proj{nullptr}, o_proj{nullptr};
  Linear moe_q_proj{nullptr}, moe_k_proj{nullptr}, moe_v_proj{nullptr}, moe_o_proj{nullptr};
};
TORCH_MODULE(SelfAttention);

/// All parts that compute one kind of token.
struct LayerParts {
  RmsNorm input_norm{nullptr}, output_norm{nullptr};
  Linear q{nullptr}, k{nullptr}, v{nullptr}, o{nullptr};
  GatedMlp mlp{nullptr};
};

struct DecoderLayerImpl : torch::nn::Module {
  DecoderLayerImpl(const ModelConfig& config, const WeightOptions& options);
  torch::Tensor forward(const torch::Tensor& x_TC, const ForwardContext& context, std::int64_t layer);

  std::int64_t heads, kv_heads, head_size;
  RmsNorm input_layernorm{nullptr}, post_attention_layernorm{nullptr};
  SelfAttention self_attn{nullptr};
  GatedMlp mlp{nullptr};
  RmsNorm moe_input_layernorm{nullptr}, moe_post_attention_layernorm{nullptr};  ///< with visual copies only
  GatedMlp moe_mlp{nullptr};

  /// The parts for text tokens, and those for image tokens (the same ones without visual copies).
  LayerParts text_parts() const;
  LayerParts visual_parts() const;
};
TORCH_MODULE(DecoderLayer);

}  // namespace pixelsail
