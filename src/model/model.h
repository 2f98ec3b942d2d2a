#pragma once

/// Pixel-SAIL: the transformer, its language head and the mask head, assembled. Parameter names are the
/// published ones (single_transformer.model.*, upsample_blocks.*, ...).
///
/// Legend: T packed tokens, C hidden size, D mask feature size, H, W mask grid, N [SEG] tokens.

#include <torch/nn.h>

#include <vector>

#include "model/mask_head.h"
#include "model/transformer.h"

namespace pixelsail {

/// Holds the transformer and the head under the name "single_transformer".
struct LanguageModelImpl : torch::nn::Module {
  LanguageModelImpl(const ModelConfig& config, const WeightOptions& options);
  Transformer model{nullptr};
  Linear lm_head{nullptr};  ///< empty when the embedding is shared
};
TORCH_MODULE(LanguageModel);

struct PixelSailImpl : torch::nn::Module {
  /// The values of new weights are undefined until initialize() or load_parameters(). A text-only model has
  /// the transformer and the language head alone. Throws ConfigError for sizes that do not fit each other.
  explicit PixelSailImpl(const ModelConfig& config, const WeightOptions& options = {});

  /// States after the final norm, [T, C].
  torch::Tensor hidden_states(const PackedInput& input, KvCache* cache = nullptr, Trace* trace = nullptr);
  /// Vocabulary logits of some states, [n, vocab].
  torch::Tensor logits(const torch::Tensor& hidden_nC);
  /// Mask features [H, W, D] of one image from its patch states [h*w, C]. Computed again for their gradients
  /// where the layers are (Transformer::recompute): the maps between them are gigabytes a large picture.
  torch::Tensor mask_features(const torch::Tensor& patch_states_VC, std::int64_t grid_h, std::int64_t grid_w,
                              Trace* trace = nullptr);
  /// Mask logits [N, H, W] of [SEG] states [N, C], for inference: as mask_logits() of seg_embeddings() and
  /// mask_features(), but the last linear layer of the features, which is the same for all of their pixels,
  /// is applied to the few [SEG] states instead.
  torch::Tensor predict_masks(const torch::Tensor& seg_states_NC, const torch::Tensor& patch_states_VC,
                              std::int64_t grid_h, std::int64_t grid_w);
  /// Projected [SEG] states, [N, D].
  torch::Tensor seg_embeddings(const torch::Tensor& seg_states_NC);
  /// Dot products, [N, H, W].
  static torch::Tensor mask_logits(const torch::Tensor& seg_ND, const torch::Tensor& features_HWD);

  /// Random start: normal(0, 0.02) for linear and embedding weights, scaled by 1/sqrt(2 * layers) where a
  /// layer writes to the residual stream; zeros for biases. A pure function of the seed.
  void initialize(std::uint64_t seed);

  std::int64_t parameter_count() const;
  torch::Device device() const;
  torch::ScalarType dtype() const;

  ModelConfig config;
  LanguageModel single_transformer{nullptr};
  Projector image_feature_pre_projector{nullptr}, image_feature_projector{nullptr},
      seg_token_projector{nullptr};
  torch::nn::ModuleList upsample_blocks{nullptr};

 private:
  /// Patch states [h*w, C] -> what the upsampler reads, [h, w, in].
  torch::Tensor pre_project(const torch::Tensor& patch_states_VC, std::int64_t grid_h, std::int64_t grid_w);
  torch::Tensor compute_features(const torch::Tensor& patch_states_VC, std::int64_t grid_h,
                                 std::int64_t grid_w, Trace* trace);
  std::vector<torch::Tensor> trained_in_features() const;
};
TORCH_MODULE(PixelSail);

/// Bilinear resize (half-pixel centres, no antialiasing) of [N, H, W] to the size of the image.
torch::Tensor resize_mask_logits(const torch::Tensor& logits_NHW, std::int64_t height, std::int64_t width);

}  // namespace pixelsail
