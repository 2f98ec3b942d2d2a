#include <torch/torch.h>

#include <algorithm>

#include "infer/running.h"
#include "model/matmul.h"

namespace pixelsail {
namespace {

/// Rows of the cache are slots. One that nobody has reads a token of its own in every step, so that the step
/// stays one batch and nothing is copied when a sequence leaves.
class DeviceMemory : public SequenceMemory {
 public:
  explicit DeviceMemory(EngineContext& context) : context_(context), model_(context.model) {}

  torch::Tensor read(std::span<Running* const> sequences) override {
    std::vector<Running*> waiting, chosen;
    for (Running* sequence : sequences) {
      if (sequence->phase == Running::Phase::kWaiting) waiting.push_back(sequence);
      if (sequence->phase == Running::Phase::kChosen) chosen.push_back(sequence);
    }
    try {
      if (!waiting.empty()) read_prompts(waiting);
    } catch (...) {
      for (Running* sequence : waiting) sequence->failed = true;
      throw;
    }
    torch::Tensor hidden_BC;
    if (!chosen.empty()) hidden_BC = read_tokens(chosen);
    if (chosen.size() == sequences.size()) return hidden_BC;
    std::vector<torch::Tensor> last;
    for (const Running* sequence : sequences) last.push_back(sequence->last_1C);
    return torch::cat(last);
  }

  void leave(Running& sequence) override {
    if (sequence.slot < 0) return;
    slots_[static_cast<std::size_t>(sequence.slot)] = nullptr;
    // One token stays, for what an idle slot reads to have something in front of it.
    if (cache_->length(sequence.slot) > 1) set_length(sequence.slot, 1);
    sequence.slot = -1;
    if (std::ranges::all_of(slots_, [](const Running* held) { return held == nullptr; })) {
      slots_.clear();
      cache_.reset();
    }
  }

  std::int64_t bytes() const override { return cache_ != nullptr ? cache_bytes(*cache_, model_.config) : 0; }

 private:
  void read_prompts(const std::vector<Running*>& waiting) {
    for (Running* sequence : waiting)
      sequence->prefix = context_.prefixes.get(model_, sequence->input, sequence->options.adapter,
                                               context_.seg_id, context_.keep_states);
    take_slots(waiting);
    std::vector<SequenceInput> rests(slots_.size());
    for (const Running* sequence : waiting) {
      const auto slot = static_cast<std::size_t>(sequence->slot);
      rests[slot] = rest_of(sequence->input, model_.config.pools_prompts());
      set_length(sequence->slot, 0);
      if (sequence->prefix != nullptr) copy_prefix(sequence->prefix->cache, sequence->slot);
    }
    const PackedInput packed = pack(rests, model_.device());
    torch::Tensor hidden_TC;
    if (packed.token_count() > 0) hidden_TC = model_.hidden_states(packed, cache_.get());
    for (Running* sequence : waiting) {
      const Segment& segment = packed.segments[static_cast<std::size_t>(sequence->slot)];
      torch::Tensor rest_RC;
      if (segment.length > 0) rest_RC = hidden_TC.narrow(0, segment.offset, segment.length);
      took_prompt(*sequence, rest_RC, context_);
    }
  }

  /// The chosen tokens, [B, C] in the order of `chosen`.
  torch::Tensor read_tokens(const std::vector<Running*>& chosen) {
    std::vector<SequenceInput> pieces(slots_.size(),
                                      {.ids = {0}, .row_position = {0}, .column_position = {0}});
    std::vector<bool> idle(slots_.size(), true);
    std::vector<std::int64_t> rows;
    for (const Running* sequence : chosen) {
      pieces[static_cast<std::size_t>(sequence->slot)] = next_piece(*sequence, context_);
      idle[static_cast<std::size_t>(sequence->slot)] = false;
      rows.push_back(sequence->slot);
    }
    // One whose prompt has just been read waits for its turn; its length is put back below.
    const torch::Tensor all_SC = model_.hidden_states(pack(pieces, model_.device()), cache_.get());
    for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
      if (idle[slot]) cache_->advance(static_cast<std::int64_t>(slot), -1);
    }
    bool in_order = rows.size() == slots_.size();
    for (std::size_t i = 0; i < rows.size(); ++i)
      in_order = in_order && rows[i] == static_cast<std::int64_t>(i);
    const torch::Tensor hidden_BC =
        in_order ? all_SC : all_SC.index_select(0, torch::tensor(rows, torch::kInt64).to(all_SC.device()));
    for (std::size_t b = 0; b < chosen.size(); ++b) {
      const auto row = static_cast<std::int64_t>(b);
      took_token(*chosen[b], hidden_BC.slice(0, row, row + 1), context_);
    }
    return hidden_BC;
  }

  /// Slots for new sequences, with room for their prompts and some more.
  void take_slots(const std::vector<Running*>& waiting) {
    constexpr std::int64_t kFirstSteps = 32;
    std::int64_t capacity = 0;
    for (const Running* sequence : waiting)
      capacity = std::max(capacity, static_cast<std::int64_t>(sequence->input.ids.size()) +
                                        std::min(kFirstSteps, sequence->options.max_new_tokens));
    std::size_t free = static_cast<std::size_t>(std::ranges::count(slots_, nullptr));
    const std::size_t before = slots_.size();
    for (; free < waiting.size(); ++free) slots_.push_back(nullptr);
    if (cache_ == nullptr) {
      const ModelConfig& config = model_.config;
      cache_ = std::make_unique<KvCache>(config.num_hidden_layers, static_cast<std::int64_t>(slots_.size()),
                                         config.num_key_value_heads, capacity, config.head_size(),
                                         torch::TensorOptions()
                                             .dtype(activation_type(model_.dtype(), model_.device()))
                                             .device(model_.device()));
    } else if (slots_.size() > before) {
      std::vector<std::int64_t> rows(slots_.size(), 0);
      for (std::size_t i = 0; i < before; ++i) rows[i] = static_cast<std::int64_t>(i);
      cache_->select(rows);
    }
    cache_->reserve(capacity);
    std::size_t slot = 0;
    for (Running* sequence : waiting) {
      while (slots_[slot] != nullptr) ++slot;
      slots_[slot] = sequence;
      sequence->slot = static_cast<std::int64_t>(slot);
    }
  }

  void set_length(std::int64_t slot, std::int64_t length) {
    cache_->advance(slot, length - cache_->length(slot));
  }

  void copy_prefix(const KvCache& prefix, std::int64_t slot) {
    const std::int64_t length = prefix.length(0);
    for (std::int64_t layer = 0; layer < model_.config.num_hidden_layers; ++layer)
      cache_->write(layer, slot, prefix.keys(layer, 0, length).transpose(0, 1),
                    prefix.values(layer, 0, length).transpose(0, 1));
    cache_->advance(slot, length);
  }

  EngineContext& context_;
  PixelSailImpl& model_;
  std::vector<Running*> slots_;
  std::unique_ptr<KvCache> cache_;
};

}  // namespace

std::unique_ptr<SequenceMemory> make_device_memory(EngineContext& context) {
  return std::make_unique<DeviceMemory>(context);
}

}  // namespace pixelsail
