#include "model/decode_steps.h"

#include <torch/torch.h>

#include "model/parallel.h"
#include "model/products.h"

namespace pixelsail {
namespace {

kernels::Matrix matrix_of(const Linear& layer) {
  return layer->compact ? layer->compact->matrix() : pixelsail::matrix_of(layer->weight);
}

bool has_adapter(PixelSailImpl& model) {
  for (const auto& module : model.modules(/*include_self=*/false)) {
    const auto* linear = module->as<LinearImpl>();
    if (linear != nullptr && linear->lora) return true;
  }
  return false;
}

}  // namespace

std::unique_ptr<DecodeSteps> DecodeSteps::of(PixelSailImpl& model) {
  if (!model.device().is_cpu() || has_adapter(model)) return nullptr;
  return std::unique_ptr<DecodeSteps>(new DecodeSteps(model));
}

const float* DecodeSteps::as_float(const torch::Tensor& weight) {
  if (!weight.defined()) return nullptr;
  kept_.push_back(weight.detach().to(torch::kFloat32).contiguous());
  return kept_.back().const_data_ptr<float>();
}

DecodeSteps::DecodeSteps(PixelSailImpl& model) : model_(model) {
  const ModelConfig& config = model.config;
  steps_.hidden = config.hidden_size;
  steps_.intermediate = config.intermediate_size;
  steps_.heads = config.num_attention_heads;
  steps_.kv_heads = config.num_key_value_heads;
  steps_.head_size = config.head_size();
  steps_.rms_eps = config.rms_norm_eps;
  TransformerImpl& transformer = *model.single_transformer->model;
  steps_.final_norm = as_float(transformer.norm->weight);
  for (const auto& module : *transformer.layers) {
    const LayerParts parts = module->as<DecoderLayerImpl>()->text_parts();
    steps_.layers.push_back({.input_norm = as_float(parts.input_norm->weight),
                             .post_norm = as_float(parts.output_norm->weight),
                             .q = matrix_of(parts.q),
                             .k = matrix_of(parts.k),
                             .v = matrix_of(parts.v),
                             .o = matrix_of(parts.o),
                             .gate = matrix_of(parts.mlp->gate_proj),
                             .up = matrix_of(parts.mlp->up_proj),
                             .down = matrix_of(parts.mlp->down_proj),
                             .q_bias = as_float(parts.q->bias),
                             .k_bias = as_float(parts.k->bias),
                             .v_bias = as_float(parts.v->bias)});
  }
}

torch::Tensor DecodeSteps::run(const PackedInput& tokens, KvCache& cache) const {
  const ModelConfig& config = model_.config;
  const torch::Tensor x_BC = model_.single_transformer->model->embed(tokens).to(torch::kFloat32).contiguous();
  const RopeTable rope =
      make_rope_table(tokens.row_T, tokens.column_T, config.head_size(), config.rope_theta);
  const torch::Tensor cos = rope.cos_TE.contiguous(), sin = rope.sin_TE.contiguous();
  cache.make_room_for_step();
  kernels::StepCache memory{.type = matrix_type(cache.dtype()), .capacity = cache.capacity()};
  std::vector<std::int64_t> lengths;
  for (std::int64_t b = 0; b < cache.batch(); ++b) lengths.push_back(cache.length(b));
  for (std::int64_t layer = 0; layer < config.num_hidden_layers; ++layer)
    memory.layers.push_back({cache.keys_data(layer), cache.values_data(layer)});
  kernels::decode_step(steps_, memory, lengths, cos.const_data_ptr<float>(), sin.const_data_ptr<float>(),
                       x_BC.data_ptr<float>(), run_parallel);
  for (std::int64_t b = 0; b < cache.batch(); ++b) cache.advance(b, 1);
  return x_BC.to(cache.dtype());
}

}  // namespace pixelsail
