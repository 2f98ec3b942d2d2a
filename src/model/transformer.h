#pragma once

/// The decoder-only transformer (Qwen2.5 and Mistral layouts) with patches and prompts injected into its
/// embeddings. Module names give the published parameter names.
///
/// Legend: T packed tokens, C hidden size, V patches, K = 3*P*P, B samples, N prompt numbers, S patches under
/// a prompt, R <Promptk> tokens.

#include <torch/nn.h>

#include <memory>
#include <vector>

#include "model/decoder_layer.h"
#include "model/embedding.h"

namespace pixelsail {

struct TransformerImpl : torch::nn::Module {
  TransformerImpl(const ModelConfig& config, const WeightOptions& options);

  /// Input of the first layer, [T, C]: embed_tokens(id), plus vis_embed(patch) or replaced by the vision
  /// tower's vectors. A patch under prompt k also gets embed_tokens(<Promptk>) through vp_embed where the
  /// family has one. With pooled prompts it gets nothing; each <Promptk> of the text gets, through vp_embed,
  /// the mean of the vectors of the patches under k instead (nothing where k covers no patch).
  torch::Tensor embed(const PackedInput& input, Trace* trace = nullptr);
  /// States after the final norm, [T, C]. A cache is written to and advanced.
  torch::Tensor forward(const PackedInput& input, KvCache* cache = nullptr, Trace* trace = nullptr);
  /// Input of the first layer for text tokens that stand for no region, ids int64 [B].
  torch::Tensor embed_text(const torch::Tensor& ids_B);
  /// As forward() for one text token of each sequence of the cache, whose vectors are x [B, C]. Writes to the cache and
  /// leaves its lengths to the caller: where every token stands is known to the device alone.
  torch::Tensor decode(torch::Tensor x_BC, const TokenPlaces& places, KvCache& cache);

  ModelConfig config;
  /// Layers keep their input only and are computed again for their gradients: slower, with less memory.
  bool recompute = false;
  Embedding embed_tokens{nullptr};
  Linear vis_embed{nullptr}, vp_embed{nullptr};  ///< empty in a text-only model and beside a vision tower
  VisionTower vision_tower{nullptr};             ///< of a family whose patches replace tokens
  torch::nn::ModuleList layers{nullptr};
  RmsNorm norm{nullptr};

 private:
  /// [V, K] -> [V, C], each patch alone.
  torch::Tensor patch_vectors(const torch::Tensor& patches_VK);
  torch::Tensor add_prompts_to_patches(const torch::Tensor& x_TC, const PackedInput& input);
  torch::Tensor add_pooled_prompts(const torch::Tensor& x_TC, const PackedInput& input);
  torch::Tensor replace_images(const torch::Tensor& x_TC, const PackedInput& input, Trace* trace);
};
TORCH_MODULE(Transformer);

}  // namespace pixelsail
