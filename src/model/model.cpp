#include "model/model.h"

#include <torch/torch.h>

#include <cmath>

namespace pixelsail {

LanguageModelImpl::LanguageModelImpl(const ModelConfig& config) {
  model = register_module("model", Transformer(config));
  if (!config.tie_word_embeddings) {
    lm_head = register_module(
        "lm_head",
        torch::nn::Linear(torch::nn::LinearOptions(config.hidden_size, config.vocab_size).bias(false)));
  }
}

PixelSailImpl::PixelSailImpl(const ModelConfig& config_) : config(config_) {
  validate(config, "model");
  single_transformer = register_module("single_transformer", LanguageModel(config));
  const std::int64_t inner = config.mask_in_dim();
  if (config.has_pre_projector()) {
    image_feature_pre_projector = register_module("image_feature_pre_projector",
                                                  Projector(config.hidden_size, config.hidden_size, inner));
  }
  upsample_blocks = register_module("upsample_blocks", torch::nn::ModuleList());
  for (std::int64_t i = 0; i < config.num_upsample_blocks(); ++i)
    upsample_blocks->push_back(UpsampleBlock(inner));
  image_feature_projector =
      register_module("image_feature_projector", Projector(inner, inner, config.seg_hidden_states));
  seg_token_projector =
      register_module("seg_token_projector", Projector(config.hidden_size, inner, config.seg_hidden_states));
}

torch::Tensor PixelSailImpl::hidden_states(const PackedInput& input, KvCache* cache, Trace* trace) {
  return single_transformer->model->forward(input, cache, trace);
}

torch::Tensor PixelSailImpl::logits(const torch::Tensor& hidden_nC) {
  if (single_transformer->lm_head) return single_transformer->lm_head(hidden_nC);
  return torch::nn::functional::linear(hidden_nC, single_transformer->model->embed_tokens->weight);
}

torch::Tensor PixelSailImpl::mask_features(const torch::Tensor& patch_states_VC, std::int64_t grid_h,
                                           std::int64_t grid_w, Trace* trace) {
  torch::Tensor x = patch_states_VC.view({grid_h, grid_w, config.hidden_size});
  if (image_feature_pre_projector) {
    x = image_feature_pre_projector(x);
    record(trace, "pre_projected", x);
  }
  for (const auto& block : *upsample_blocks) x = block->as<UpsampleBlockImpl>()->forward(x);
  record(trace, "upsampled", x);
  x = image_feature_projector(x);
  record(trace, "projected", x);
  return x;
}

torch::Tensor PixelSailImpl::seg_embeddings(const torch::Tensor& seg_states_NC) {
  return seg_token_projector(seg_states_NC);
}

torch::Tensor PixelSailImpl::mask_logits(const torch::Tensor& seg_ND, const torch::Tensor& features_HWD) {
  return torch::matmul(seg_ND, features_HWD.flatten(0, 1).t())
      .view({-1, features_HWD.size(0), features_HWD.size(1)});
}

void PixelSailImpl::initialize(std::uint64_t seed) {
  const torch::NoGradGuard no_grad;
  auto generator = torch::make_generator<torch::CPUGeneratorImpl>(seed);
  const double residual_scale = 1.0 / std::sqrt(2.0 * static_cast<double>(config.num_hidden_layers));
  for (auto& item : named_parameters()) {
    const std::string& name = item.key();
    torch::Tensor& value = item.value();
    if (name.ends_with(".bias")) {
      value.zero_();
    } else if (value.dim() == 1) {
      value.fill_(1.0);
    } else {
      double deviation = 0.02;
      if (name.find("layers.") != std::string::npos) {
        // Small models need a wider start than the 0.02 of large ones.
        deviation = std::max(0.02, 0.5 / std::sqrt(static_cast<double>(value[0].numel())));
        if (name.find("o_proj") != std::string::npos || name.find("down_proj") != std::string::npos) {
          deviation *= residual_scale;
        }
      } else if (name.find("embed_tokens") != std::string::npos) {
        // Tied rows are the output layer's too. Others are wide, so that tokens differ by more than the first
        // optimizer steps, which move all of them the same way.
        if (!config.tie_word_embeddings) deviation = 1.0;
      } else {
        // Fan-in of the linear map: a transposed convolution's weight is [in, out, 2, 2], and each child sees
        // `in`.
        const bool transposed =
            name.find("upsample_blocks") != std::string::npos && name.ends_with(".0.weight");
        const std::int64_t fan_in = transposed ? value.size(0) : value[0].numel();
        deviation = 1.0 / std::sqrt(static_cast<double>(fan_in));
      }
      value.copy_(torch::empty(value.sizes(), torch::kFloat32).normal_(0.0, deviation, generator));
    }
  }
}

std::int64_t PixelSailImpl::parameter_count() const {
  std::int64_t count = 0;
  for (const auto& parameter : parameters()) count += parameter.numel();
  return count;
}

torch::Device PixelSailImpl::device() const {
  return single_transformer->model->norm->weight.device();
}

torch::ScalarType PixelSailImpl::dtype() const {
  return single_transformer->model->norm->weight.scalar_type();
}

torch::Tensor resize_mask_logits(const torch::Tensor& logits_NHW, std::int64_t height, std::int64_t width) {
  return at::upsample_bilinear2d(logits_NHW.unsqueeze(0), {height, width}, false).squeeze(0);
}

}  // namespace pixelsail
