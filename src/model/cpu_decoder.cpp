#include "model/cpu_decoder.h"

#include <torch/torch.h>

#include "model/matmul.h"
#include "model/parallel.h"

namespace pixelsail {
namespace {

kernels::Matrix matrix_of_layer(const Linear& layer) {
  return layer->quantized ? layer->quantized->matrix() : matrix_of(layer->weight);
}

kernels::CachedTokens tokens_of(const KvCache& cache, std::int64_t layers) {
  kernels::CachedTokens held{.length = cache.length(0), .capacity = cache.capacity()};
  held.layers.reserve(static_cast<std::size_t>(layers));
  for (std::int64_t layer = 0; layer < layers; ++layer)
    held.layers.push_back({cache.keys_data(layer), cache.values_data(layer)});
  return held;
}

}  // namespace

std::unique_ptr<CpuDecoder> CpuDecoder::of(PixelSailImpl& model) {
  if (!model.device().is_cpu()) return nullptr;
  return std::unique_ptr<CpuDecoder>(new CpuDecoder(model));
}

const float* CpuDecoder::as_float(const torch::Tensor& weight) {
  if (!weight.defined()) return nullptr;
  kept_.push_back(weight.detach().to(torch::kFloat32).contiguous());
  return kept_.back().const_data_ptr<float>();
}

kernels::LowRank CpuDecoder::low_rank_of(const Linear& layer) {
  if (!layer->lora) return {};
  const auto matrix = [this](const torch::Tensor& weight) {
    as_float(weight);
    return matrix_of(kept_.back());
  };
  return {.a = matrix(layer->lora->a_RI),
          .b = matrix(layer->lora->b_OR),
          .scale = static_cast<float>(layer->lora->scale)};
}

CpuDecoder::CpuDecoder(PixelSailImpl& model) : model_(model) {
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
                             .q = matrix_of_layer(parts.q),
                             .k = matrix_of_layer(parts.k),
                             .v = matrix_of_layer(parts.v),
                             .o = matrix_of_layer(parts.o),
                             .gate = matrix_of_layer(parts.mlp->gate_proj),
                             .up = matrix_of_layer(parts.mlp->up_proj),
                             .down = matrix_of_layer(parts.mlp->down_proj),
                             .q_bias = as_float(parts.q->bias),
                             .k_bias = as_float(parts.k->bias),
                             .v_bias = as_float(parts.v->bias),
                             .adapters = {.q = low_rank_of(parts.q),
                                          .k = low_rank_of(parts.k),
                                          .v = low_rank_of(parts.v),
                                          .o = low_rank_of(parts.o),
                                          .gate = low_rank_of(parts.mlp->gate_proj),
                                          .up = low_rank_of(parts.mlp->up_proj),
                                          .down = low_rank_of(parts.mlp->down_proj)}});
  }
}

torch::Tensor CpuDecoder::embed(std::span<const SequenceInput> tokens) const {
  TransformerImpl& transformer = *model_.single_transformer->model;
  const torch::Tensor x_BC =
      transformer.embed(pack(tokens, torch::kCPU)).to(torch::kFloat32, /*non_blocking=*/false, /*copy=*/true);
  for (std::size_t b = 0; b < tokens.size(); ++b) {
    // A pooled prompt is a mean of patches that go through a matrix product: alone, so that its bits do not
    // depend on the other tokens.
    if (tokens[b].earlier_prompt_of_patch.empty() || tokens.size() == 1) continue;
    const torch::Tensor alone_1C = transformer.embed(pack(tokens.subspan(b, 1), torch::kCPU));
    x_BC[static_cast<std::int64_t>(b)].copy_(alone_1C[0]);
  }
  return x_BC.contiguous();
}

std::pair<torch::Tensor, torch::Tensor> CpuDecoder::rope(std::span<const SequenceInput> tokens) const {
  std::vector<torch::Tensor> cosines, sines;
  for (const SequenceInput& token : tokens) {
    // Each alone: a vector of cosines may be computed in another way than its tail.
    const RopeTable table = make_rope_table(torch::tensor(token.row_position, torch::kInt64),
                                            torch::tensor(token.column_position, torch::kInt64),
                                            model_.config.head_size(), model_.config.rope_theta);
    cosines.push_back(table.cos_TE);
    sines.push_back(table.sin_TE);
  }
  return {torch::cat(cosines), torch::cat(sines)};
}

torch::Tensor CpuDecoder::run(std::span<const SequenceInput> tokens,
                              std::span<const Sequence> sequences) const {
  const std::int64_t layers = model_.config.num_hidden_layers;
  const torch::Tensor x_BC = embed(tokens);
  const auto [cos, sin] = rope(tokens);
  const torch::ScalarType type = sequences.front().own->dtype();
  kernels::StepCache memory{.type = matrix_type(type), .sequences = {}};
  for (const Sequence& sequence : sequences) {
    sequence.own->make_room_for_step();
    kernels::StepSequence held{.prefix = {}, .own = tokens_of(*sequence.own, layers)};
    if (sequence.prefix != nullptr) held.prefix = tokens_of(*sequence.prefix, layers);
    memory.sequences.push_back(std::move(held));
  }
  kernels::decode_step(steps_, memory, cos.const_data_ptr<float>(), sin.const_data_ptr<float>(),
                       x_BC.data_ptr<float>(), run_parallel);
  for (const Sequence& sequence : sequences) sequence.own->advance(0, 1);
  return x_BC.to(type);
}

}  // namespace pixelsail
