#include "infer/token_choice.h"

#include <torch/torch.h>

#include <algorithm>

namespace pixelsail {
namespace {

void choose(const torch::Tensor& logits_BV, std::vector<TokenChoice>& choices) {
  const torch::Tensor both_2B = chosen_with_probability(logits_BV).to(torch::kCPU);
  const auto* ids = both_2B.const_data_ptr<double>();
  const auto* log_probabilities = ids + both_2B.size(1);
  for (std::int64_t b = 0; b < logits_BV.size(0); ++b)
    choices.push_back({.id = static_cast<std::int64_t>(ids[b]),
                       .log_probability = log_probabilities[b],
                       .logits_1V = logits_BV.slice(0, b, b + 1)});
}

}  // namespace

torch::Tensor next_logits(PixelSailImpl& model, const torch::Tensor& last_BC, std::int64_t vocab_limit) {
  const torch::Tensor logits_BV = model.logits(last_BC).to(torch::kFloat32);
  return vocab_limit > 0 && vocab_limit < logits_BV.size(1) ? logits_BV.narrow(1, 0, vocab_limit) : logits_BV;
}

torch::Tensor chosen_with_probability(const torch::Tensor& logits_BV) {
  const auto best = logits_BV.max(1);
  const torch::Tensor log_probability_B = std::get<0>(best) - logits_BV.logsumexp(1);
  return torch::stack({std::get<1>(best).to(torch::kFloat64), log_probability_B.to(torch::kFloat64)});
}

std::vector<TokenChoice> choose_tokens(PixelSailImpl& model, const torch::Tensor& last_BC,
                                       std::int64_t vocab_limit) {
  // Few rows are multiplied by our kernels, in which a row does not depend on the others; an adapter's part
  // is a matrix product, in which it does. Sums over the vocabulary are made row by row.
  constexpr std::int64_t kKernelRows = 8;
  const bool cpu = last_BC.is_cpu();
  const Linear& head = model.single_transformer->lm_head;
  const std::int64_t batch = last_BC.size(0);
  const std::int64_t group = !cpu ? batch : !head.is_empty() && head->lora ? 1 : kKernelRows;
  std::vector<TokenChoice> choices;
  for (std::int64_t first = 0; first < batch; first += group) {
    const std::int64_t count = std::min(group, batch - first);
    const torch::Tensor some_BC = count == batch ? last_BC : last_BC.narrow(0, first, count);
    const torch::Tensor logits_BV = next_logits(model, some_BC, vocab_limit);
    for (std::int64_t row = 0; cpu && row < count; ++row) choose(logits_BV.narrow(0, row, 1), choices);
    if (!cpu) choose(logits_BV, choices);
  }
  return choices;
}

}  // namespace pixelsail
