#include "model/flops.h"

#include "model/parameter_list.h"

namespace pixelsail {
namespace {

/// Pairs of tokens of which the first sees the second.
double seen_pairs(const ModelConfig& config, const SequenceInput& sample) {
  const auto tokens = static_cast<double>(sample.ids.size());
  const double causal = tokens * (tokens + 1) / 2;
  if (!config.has_vision() || !config.traits().image_sees_itself) return causal;
  const auto image = static_cast<double>(sample.image_end - sample.image_begin);
  return causal + image * (image - 1) / 2;
}

double mask_head_flops(const ModelConfig& config, double pixels) {
  const auto inner = static_cast<double>(config.mask_in_dim());
  double flops = 0;
  for (std::int64_t block = 0; block < config.num_upsample_blocks(); ++block) {
    flops += 2 * pixels * 4 * inner * inner;  // the transposed convolution, then the pointwise one
    pixels *= 4;
    flops += 2 * pixels * inner * inner;
  }
  return flops + 2 * pixels * inner * (inner + static_cast<double>(config.seg_hidden_states));
}

}  // namespace

double forward_flops(const ModelConfig& config, const SequenceInput& sample, std::int64_t scored) {
  const auto tokens = static_cast<double>(sample.ids.size());
  const auto patches = static_cast<double>(sample.grid_h * sample.grid_w);
  double flops = 2.0 * static_cast<double>(scored * config.hidden_size * config.vocab_size);
  for (const ParameterSpec& spec : parameter_list(config)) {
    const auto weights = static_cast<double>(spec.numel());
    // A token goes through one of two copies of a layer.
    if (spec.group == "layers" && spec.name.find("moe_") == spec.name.npos) flops += 2 * weights * tokens;
    if (spec.group == "vis_embed" || spec.group == "vision_tower") flops += 2 * weights * patches;
  }
  flops += 4.0 * seen_pairs(config, sample) *
           static_cast<double>(config.num_attention_heads * config.head_size() * config.num_hidden_layers);
  return patches > 0 ? flops + mask_head_flops(config, patches) : flops;
}

}  // namespace pixelsail
