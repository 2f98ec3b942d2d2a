#include "model/model.h"

#include <torch/torch.h>

#include <algorithm>

#include "model/matmul.h"
#include "model/parallel.h"
#include "model/parameter_list.h"
#include "model/recompute.h"

namespace pixelsail {
namespace {

/// Dot products [N, H, W] of N vectors with the features of every pixel, on the CPU in inference: by our
/// kernels, in which no vector depends on the others.
torch::Tensor separate_dots(const torch::Tensor& x_NE, const torch::Tensor& features_HWE) {
  constexpr std::int64_t kKernelRows = 8;
  const torch::Tensor pixels_PE = features_HWE.flatten(0, 1).contiguous();
  std::vector<torch::Tensor> results;
  for (std::int64_t n = 0; n < x_NE.size(0); n += kKernelRows) {
    const std::int64_t count = std::min(kKernelRows, x_NE.size(0) - n);
    results.push_back(small_matmul(x_NE.narrow(0, n, count), matrix_of(pixels_PE), {}));
  }
  return torch::cat(results).view({-1, features_HWE.size(0), features_HWE.size(1)});
}

}  // namespace

LanguageModelImpl::LanguageModelImpl(const ModelConfig& config, const WeightOptions& options) {
  model = register_module("model", Transformer(config, options));
  if (!config.tie_word_embeddings) {
    lm_head = register_module("lm_head", Linear(config.hidden_size, config.vocab_size, false, options));
  }
}

PixelSailImpl::PixelSailImpl(const ModelConfig& config_, const WeightOptions& options) : config(config_) {
  validate(config, "model");
  single_transformer = register_module("single_transformer", LanguageModel(config, options));
  if (!config.has_vision()) return;
  const std::int64_t outer = config.hidden_size, inner = config.mask_in_dim();
  const WeightOptions plain = options.plain();
  if (config.has_pre_projector()) {
    image_feature_pre_projector =
        register_module("image_feature_pre_projector", Projector(outer, outer, inner, plain));
  }
  upsample_blocks = register_module("upsample_blocks", torch::nn::ModuleList());
  for (std::int64_t i = 0; i < config.num_upsample_blocks(); ++i)
    upsample_blocks->push_back(UpsampleBlock(inner, plain));
  image_feature_projector =
      register_module("image_feature_projector", Projector(inner, inner, config.seg_hidden_states, plain));
  seg_token_projector =
      register_module("seg_token_projector", Projector(outer, inner, config.seg_hidden_states, plain));
}

torch::Tensor PixelSailImpl::hidden_states(const PackedInput& input, KvCache* cache, Trace* trace) {
  return single_transformer->model->forward(input, cache, trace);
}

torch::Tensor PixelSailImpl::logits(const torch::Tensor& hidden_nC) {
  if (single_transformer->lm_head) return single_transformer->lm_head(hidden_nC);
  return linear_matmul(hidden_nC, single_transformer->model->embed_tokens->weight, {});
}

torch::Tensor PixelSailImpl::pre_project(const torch::Tensor& patch_states_VC, std::int64_t grid_h,
                                         std::int64_t grid_w) {
  const torch::Tensor x = patch_states_VC.view({grid_h, grid_w, config.hidden_size});
  return image_feature_pre_projector ? image_feature_pre_projector(x) : x;
}

std::vector<torch::Tensor> PixelSailImpl::trained_in_features() const {
  std::vector<torch::Tensor> tensors;
  const auto add = [&tensors](const torch::nn::Module& module) {
    for (torch::Tensor& tensor : trained_tensors(module)) tensors.push_back(std::move(tensor));
  };
  if (image_feature_pre_projector) add(*image_feature_pre_projector);
  add(*upsample_blocks);
  add(*image_feature_projector);
  return tensors;
}

torch::Tensor PixelSailImpl::mask_features(const torch::Tensor& patch_states_VC, std::int64_t grid_h,
                                           std::int64_t grid_w, Trace* trace) {
  if (!single_transformer->model->recompute || !torch::GradMode::is_enabled() || trace != nullptr)
    return compute_features(patch_states_VC, grid_h, grid_w, trace);
  return recomputed(
      [this, grid_h, grid_w](const torch::Tensor& x) { return compute_features(x, grid_h, grid_w, nullptr); },
      patch_states_VC, trained_in_features());
}

torch::Tensor PixelSailImpl::compute_features(const torch::Tensor& patch_states_VC, std::int64_t grid_h,
                                              std::int64_t grid_w, Trace* trace) {
  torch::Tensor x = pre_project(patch_states_VC, grid_h, grid_w);
  if (image_feature_pre_projector) record(trace, "pre_projected", x);
  for (const auto& block : *upsample_blocks) x = block->as<UpsampleBlockImpl>()->forward(x);
  record(trace, "upsampled", x);
  x = image_feature_projector(x);
  record(trace, "projected", x);
  return x;
}

torch::Tensor PixelSailImpl::predict_masks(const torch::Tensor& seg_states_NC,
                                           const torch::Tensor& patch_states_VC, std::int64_t grid_h,
                                           std::int64_t grid_w) {
  // On the CPU the logits of a [SEG] have one order of sums, however many are computed together.
  const bool alone = seg_states_NC.is_cpu() && !torch::GradMode::is_enabled();
  const auto each = [&](const torch::Tensor& rows, const auto& body) {
    if (!alone || rows.size(0) == 1) return body(rows);
    std::vector<torch::Tensor> results;
    for (std::int64_t n = 0; n < rows.size(0); ++n) results.push_back(body(rows.narrow(0, n, 1)));
    return torch::cat(results);
  };
  const auto dots = [&](const torch::Tensor& x_NE, const torch::Tensor& features_HWE) {
    return alone ? separate_dots(x_NE, features_HWE) : mask_logits(x_NE, features_HWE);
  };
  const torch::Tensor seg_ND = each(seg_states_NC, [this](const auto& rows) { return seg_embeddings(rows); });
  const Linear& last = image_feature_projector->second;
  if (last->lora || (!alone && seg_ND.size(0) >= last->out) || upsample_blocks->is_empty())
    return dots(seg_ND, mask_features(patch_states_VC, grid_h, grid_w));
  // seg . (W x + b) = (seg W) . x + seg . b
  const torch::Tensor weight = last->weight.to(seg_ND.scalar_type()),
                      bias = last->bias.to(seg_ND.scalar_type());
  const torch::Tensor folded_NE =
      each(seg_ND, [&weight](const auto& rows) { return torch::matmul(rows, weight); });
  const torch::Tensor constant_N = each(seg_ND, [&bias](const auto& rows) { return torch::mv(rows, bias); });
  torch::Tensor x = pre_project(patch_states_VC, grid_h, grid_w);
  const std::size_t blocks = upsample_blocks->size();
  for (std::size_t i = 0; i + 1 < blocks; ++i) x = upsample_blocks[i]->as<UpsampleBlockImpl>()->forward(x);
  const torch::Tensor logits_NHW =
      torch::empty({seg_ND.size(0), 2 * x.size(0), 2 * x.size(1)}, seg_ND.options());
  upsample_blocks[blocks - 1]->as<UpsampleBlockImpl>()->forward_in_bands(
      x, [&](std::int64_t first, const torch::Tensor& band) {
        const torch::Tensor inner = image_feature_projector->first(band);
        logits_NHW.narrow(1, first, band.size(0)).copy_(dots(folded_NE, torch::relu(inner)));
      });
  return logits_NHW.add_(constant_N.view({-1, 1, 1}));
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
  for (auto& item : named_parameters()) {
    torch::Tensor& value = item.value();
    const InitialValue start = initial_value(item.key(), value.sizes().vec(), config);
    if (start.deviation > 0) {
      value.copy_(torch::empty(value.sizes(), torch::kFloat32).normal_(0.0, start.deviation, generator));
    } else {
      value.fill_(start.constant);
    }
  }
  for (const auto& item : named_modules()) {
    auto* linear = item.value()->as<LinearImpl>();
    if (linear == nullptr || !linear->quantized) continue;
    const std::vector<std::int64_t> shape = linear->quantized->shape();
    const InitialValue start = initial_value(item.key() + ".weight", shape, config);
    const torch::Tensor weight = torch::empty(shape).normal_(0.0, start.deviation, generator);
    constexpr std::int64_t kGrain = 16;
    run_parallel(shape[0], kGrain, [&](std::int64_t begin, std::int64_t end) {
      linear->quantized->set_rows(begin, weight.slice(0, begin, end));
    });
  }
}

std::int64_t PixelSailImpl::parameter_count() const {
  std::int64_t count = 0;
  for (const auto& parameter : parameters()) count += parameter.numel();
  for (const auto& module : modules(/*include_self=*/false)) {
    const auto* linear = module->as<LinearImpl>();
    if (linear != nullptr && linear->quantized) count += linear->in * linear->out;
  }
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
