#include "infer/device_decoder.h"

#include <torch/torch.h>

#include <algorithm>

#include "infer/token_choice.h"

namespace pixelsail {

DeviceDecoder::DeviceDecoder(PixelSailImpl& model, std::int64_t vocab_limit, bool graphs)
    : model_(model), vocab_limit_(vocab_limit), graphs_(graphs && model.device().is_cuda()) {}

void DeviceDecoder::place(std::span<const PendingToken> slots, const KvCache& cache) {
  const auto batch = static_cast<std::int64_t>(slots.size());
  const torch::Tensor all_5B = torch::empty({5, batch}, torch::kInt64);
  auto all = all_5B.accessor<std::int64_t, 2>();
  active_.clear();
  for (std::int64_t b = 0; b < batch; ++b) {
    const PendingToken& slot = slots[static_cast<std::size_t>(b)];
    active_.push_back(slot.active);
    all[0][b] = slot.id;
    all[1][b] = slot.row_position;
    all[2][b] = slot.column_position;
    all[3][b] = slot.active ? cache.length(b) : 0;
    all[4][b] = slot.active ? 1 : 0;
  }
  if (places_5B_.defined() && places_5B_.sizes() == all_5B.sizes()) {
    places_5B_.copy_(all_5B);  // in place: a graph reads them where they are
    return;
  }
  places_5B_ = all_5B.to(model_.device());
  ids_B_ = places_5B_[0];
  row_B_ = places_5B_[1];
  column_B_ = places_5B_[2];
  past_B_ = places_5B_[3];
  active_B_ = places_5B_[4];
  graph_.reset();
  steps_ = 0;
}

DeviceDecoder::Step DeviceDecoder::step(KvCache& cache, const torch::Tensor& embedded_BC,
                                        std::int64_t longest) {
  TransformerImpl& transformer = *model_.single_transformer->model;
  const torch::Tensor x_BC = embedded_BC.defined() ? embedded_BC : transformer.embed_text(ids_B_);
  const TokenPlaces places{.row_B = row_B_, .column_B = column_B_, .past_B = past_B_, .longest = longest};
  Step done{.states_BC = transformer.decode(x_BC, places, cache), .logits_BV = {}, .chosen_2B = {}};
  done.logits_BV = next_logits(model_, done.states_BC, vocab_limit_);
  done.chosen_2B = chosen_with_probability(done.logits_BV);
  // An idle slot's token has no place of its own: it stays where it is, and whatever is chosen behind it.
  ids_B_.copy_(done.chosen_2B[0]);
  for (torch::Tensor* place : {&row_B_, &column_B_, &past_B_}) place->add_(active_B_);
  return done;
}

void DeviceDecoder::forget() {
  graph_.reset();
  graph_memory_ = nullptr;
}

void DeviceDecoder::capture(KvCache& cache) {
  // Capturing runs the step a few times: meanwhile nobody moves on, so that all of them write to the one place that the
  // next token has, and the tokens are put back.
  const torch::Tensor before_5B = places_5B_.clone();
  active_B_.zero_();
  const int device = std::max<int>(model_.device().index(), 0);
  graph_ = std::make_unique<CudaGraph>(cuda_plugin(), device,
                                       [this, &cache] { replayed_ = step(cache, {}, cache.capacity()); });
  places_5B_.copy_(before_5B);
}

DeviceDecoder::Step DeviceDecoder::step_or_replay(KvCache& cache, const torch::Tensor& embedded_BC,
                                                  std::int64_t longest) {
  if (graph_memory_ != cache.keys_data(0)) {
    forget();
    graph_memory_ = cache.keys_data(0);
    steps_ = 0;
  }
  if (!graphs_ || embedded_BC.defined() || (graph_ == nullptr && ++steps_ < kGraphAfter) ||
      !cuda_plugin().usable())
    return step(cache, embedded_BC, longest);
  if (graph_ == nullptr) capture(cache);
  graph_->replay();
  // The next replay writes over them; run() copies the logits where they are wanted.
  return {.states_BC = replayed_.states_BC.clone(),
          .logits_BV = replayed_.logits_BV,
          .chosen_2B = replayed_.chosen_2B.clone()};
}

DecodedTokens DeviceDecoder::run(KvCache& cache, std::int64_t count, bool keep_logits,
                                 const torch::Tensor& embedded_BC) {
  std::int64_t longest = 1;
  for (std::size_t b = 0; b < active_.size(); ++b) {
    if (active_[b]) longest = std::max(longest, cache.length(static_cast<std::int64_t>(b)) + 1);
  }
  const std::int64_t room = longest + count - 1;
  if (room > cache.capacity()) cache.reserve(std::max(room, 2 * cache.capacity()));
  std::vector<torch::Tensor> states, logits, chosen;
  for (std::int64_t k = 0; k < count; ++k) {
    const Step done = step_or_replay(cache, embedded_BC, longest + k);
    states.push_back(done.states_BC);
    chosen.push_back(done.chosen_2B);
    if (keep_logits) logits.push_back(done.logits_BV.clone());
  }
  for (std::size_t b = 0; b < active_.size(); ++b) {
    if (active_[b]) cache.advance(static_cast<std::int64_t>(b), count);
  }
  const torch::Tensor chosen_K2B = torch::stack(chosen).to(torch::kCPU);
  return {.states_KBC = torch::stack(states),
          .ids_KB = chosen_K2B.select(1, 0).to(torch::kInt64),
          .log_probabilities_KB = chosen_K2B.select(1, 1),
          .logits_KBV = keep_logits ? torch::stack(logits) : torch::Tensor()};
}

}  // namespace pixelsail
