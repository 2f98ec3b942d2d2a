#include "model/transformer.h"

#include <torch/torch.h>

#include "model/layer_steps.h"
#include "model/matmul.h"
#include "model/recompute.h"
#include "model/token_vectors.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// Ids of the prompts on the input's device [N].
torch::Tensor prompt_ids(const ModelConfig& config, const PackedInput& input) {
  if (input.prompt_ids_N.defined()) return input.prompt_ids_N;
  return torch::tensor(config.prompt_token_ids(), torch::kInt64).to(input.ids_T.device());
}

}  // namespace

TransformerImpl::TransformerImpl(const ModelConfig& config_, const WeightOptions& options) : config(config_) {
  const std::int64_t size = config.hidden_size;
  const WeightOptions plain = options.plain();
  embed_tokens = register_module("embed_tokens", Embedding(config.vocab_size, size, plain));
  if (config.has_vision() && config.traits().patches_replace_tokens) {
    vision_tower = register_module("vision_tower", VisionTower(config, plain));
  } else if (config.has_vision()) {
    const std::int64_t patch_values = 3 * config.vision_patch_size * config.vision_patch_size;
    vis_embed = register_module("vis_embed", Linear(patch_values, size, false, plain));
    if (config.traits().projects_prompts)
      vp_embed = register_module("vp_embed", Linear(size, size, false, plain));
  }
  layers = register_module("layers", torch::nn::ModuleList());
  for (std::int64_t i = 0; i < config.num_hidden_layers; ++i)
    layers->push_back(DecoderLayer(config, options));
  norm = register_module("norm", RmsNorm(size, config.rms_norm_eps, plain));
}

torch::Tensor TransformerImpl::replace_images(const torch::Tensor& x_TC, const PackedInput& input,
                                              Trace* trace) {
  std::vector<torch::Tensor> pieces;
  std::int64_t end = 0;
  for (const Segment& segment : input.segments) {
    if (segment.patch_count() == 0) continue;
    const torch::Tensor image =
        vision_tower(input.patches_VK.narrow(0, segment.patch_offset, segment.patch_count()), segment.grid_h,
                     segment.grid_w);
    if (image.size(0) != segment.image_end - segment.image_begin)
      throw RunError("model input: the image tokens are not one for the image and one behind each row");
    record(trace, "vision_tokens", image);
    pieces.push_back(x_TC.slice(0, end, segment.offset + segment.image_begin));
    pieces.push_back(image.to(x_TC.scalar_type()));
    end = segment.offset + segment.image_end;
  }
  pieces.push_back(x_TC.slice(0, end));
  return torch::cat(pieces);
}

torch::Tensor TransformerImpl::patch_vectors(const torch::Tensor& patches_VK) {
  if (vision_tower) return vision_tower->patch_embedding(patches_VK);
  if (!vis_embed) throw RunError("a text-only model cannot read an image");
  return vis_embed(patches_VK);
}

torch::Tensor TransformerImpl::add_prompts_to_patches(const torch::Tensor& x_TC, const PackedInput& input) {
  if (!input.prompted_token_U.defined()) return x_TC;
  torch::Tensor prompt_NC =
      token_vectors(embed_tokens->weight, prompt_ids(config, input)).to(x_TC.scalar_type());
  if (vp_embed) prompt_NC = vp_embed(prompt_NC);
  return x_TC.index_add(0, input.prompted_token_U,
                        prompt_NC.index_select(0, input.prompt_number_U).to(x_TC.scalar_type()));
}

torch::Tensor TransformerImpl::add_pooled_prompts(const torch::Tensor& x_TC, const PackedInput& input) {
  const CoveredPatches& covered = input.covered;
  if (!covered.patch_S.defined()) return x_TC;
  const torch::Tensor ids_N = prompt_ids(config, input);
  const std::int64_t numbers = ids_N.size(0);
  if (covered.number_limit > numbers) throw RunError("model input: a prompt number has no token");
  const torch::Tensor found_R2 = input.ids_T.unsqueeze(1).eq(ids_N).nonzero();
  if (found_R2.size(0) == 0) return x_TC;

  torch::Tensor patches_VK = input.patches_VK;
  if (covered.earlier_WK.defined())
    patches_VK = patches_VK.defined() ? torch::cat({patches_VK, covered.earlier_WK}) : covered.earlier_WK;
  // A patch's vector depends on nothing else: the few under prompts are computed again, which works as well
  // for an image that lies in a KV cache. Sums of many are float32.
  torch::Tensor chosen_SK = patches_VK.index_select(0, covered.patch_S);
  if (!vision_tower) chosen_SK = chosen_SK.to(x_TC.scalar_type());  // as in embed()
  const torch::Tensor vector_SC = patch_vectors(chosen_SK).to(torch::kFloat32);
  const torch::Tensor region_S = covered.segment_S * numbers + covered.number_S;
  const auto regions = static_cast<std::int64_t>(input.segments.size()) * numbers;
  const auto zeros = [&](at::IntArrayRef sizes) { return torch::zeros(sizes, vector_SC.options()); };
  const torch::Tensor sum_BNC = zeros({regions, vector_SC.size(1)}).index_add(0, region_S, vector_SC);
  const torch::Tensor count_BN =
      zeros({regions}).index_add(0, region_S, torch::ones({region_S.size(0)}, vector_SC.options()));

  const torch::Tensor token_R = found_R2.select(1, 0);
  const torch::Tensor region_R = covered.segment_T.index_select(0, token_R) * numbers + found_R2.select(1, 1);
  torch::Tensor mean_RC =
      sum_BNC.index_select(0, region_R) / count_BN.index_select(0, region_R).clamp_min(1).unsqueeze(1);
  mean_RC = mean_RC.to(x_TC.scalar_type());
  if (vp_embed) mean_RC = vp_embed(mean_RC);
  return x_TC.index_add(0, token_R, mean_RC.to(x_TC.scalar_type()));
}

torch::Tensor TransformerImpl::embed_text(const torch::Tensor& ids_B) {
  const torch::Tensor x_BC = token_vectors(embed_tokens->weight, ids_B);
  // Training has its own rules for types (autocast).
  if (torch::GradMode::is_enabled()) return x_BC;
  return x_BC.to(activation_type(embed_tokens->weight.scalar_type(), x_BC.device()));
}

torch::Tensor TransformerImpl::embed(const PackedInput& input, Trace* trace) {
  // Image tokens that are replaced have no id of their own.
  torch::Tensor x_TC = embed_text(vision_tower ? input.ids_T.clamp_min(0) : input.ids_T);
  if (input.patches_VK.defined() && vision_tower) {
    x_TC = replace_images(x_TC, input, trace);
  } else if (input.patches_VK.defined()) {
    const torch::Tensor patch_VC = patch_vectors(input.patches_VK.to(x_TC.scalar_type()));
    x_TC = x_TC.index_add(0, input.patch_token_V, patch_VC.to(x_TC.scalar_type()));
  }
  x_TC = config.pools_prompts() ? add_pooled_prompts(x_TC, input) : add_prompts_to_patches(x_TC, input);
  record(trace, "embeds", x_TC);
  return x_TC;
}

torch::Tensor TransformerImpl::forward(const PackedInput& input, KvCache* cache, Trace* trace) {
  torch::Tensor x_TC = embed(input, trace);
  const BackboneTraits& traits = config.traits();
  const torch::ScalarType type = linear_type(x_TC);
  const RopeTable rope = make_rope_table(input.row_T, input.column_T, config.head_size(), config.rope_theta);
  ForwardContext context{.rope = {rope.cos_TE.to(type), rope.sin_TE.to(type)},
                         .plan = std::make_shared<const AttentionPlan>(
                             input.segments, cache,
                             AttentionOptions{.device = x_TC.device(),
                                              .type = type,
                                              .head_size = config.head_size(),
                                              .image_sees_itself = traits.image_sees_itself}),
                         .routing = traits.visual_copies ? Routing(input) : Routing(),
                         .cache = cache,
                         .trace = trace,
                         .dropout_seed = input.dropout_seed};
  if (trace != nullptr) {
    record(trace, "rope_cos", torch::cat({rope.cos_TE, rope.cos_TE}, 1));
    record(trace, "rope_sin", torch::cat({rope.sin_TE, rope.sin_TE}, 1));
  }
  const bool twice = recompute && torch::GradMode::is_enabled() && cache == nullptr && trace == nullptr;
  std::int64_t index = 0;
  for (const auto& module : *layers) {
    if (index > 0) record(trace, "hidden." + std::to_string(index), x_TC);
    auto* layer = module->as<DecoderLayerImpl>();
    if (twice) {
      const auto run = [layer, context, index](const torch::Tensor& x) {
        return layer->forward(x, context, index);
      };
      x_TC = recomputed(run, x_TC, trained_tensors(*layer));
    } else {
      x_TC = layer->forward(x_TC, context, index);
    }
    ++index;
  }
  record(trace, "hidden.pre_norm", x_TC);
  if (cache != nullptr) {
    for (std::size_t i = 0; i < input.segments.size(); ++i) {
      cache->advance(static_cast<std::int64_t>(i), input.segments[i].length);
    }
  }
  x_TC = norm(x_TC, x_TC.scalar_type());
  record(trace, "hidden.final", x_TC);
  return x_TC;
}

torch::Tensor TransformerImpl::decode(torch::Tensor x_BC, const TokenPlaces& places, KvCache& cache) {
  const torch::ScalarType type = linear_type(x_BC);
  const RopeTable rope =
      make_rope_table(places.row_B, places.column_B, config.head_size(), config.rope_theta);
  const TokenStep step(places, type);
  const ForwardContext context{.rope = {rope.cos_TE.to(type), rope.sin_TE.to(type)},
                               .plan = nullptr,
                               .step = &step,
                               .routing = {},
                               .cache = &cache};
  std::int64_t index = 0;
  for (const auto& module : *layers) x_BC = module->as<DecoderLayer>()->forward(x_BC, context, index++);
  return norm(x_BC, x_BC.scalar_type());
}

}  // namespace pixelsail
