#include <torch/torch.h>

#include <algorithm>
#include <deque>

#include "infer/device_decoder.h"
#include "infer/running.h"
#include "model/matmul.h"

namespace pixelsail {
namespace {

/// Rows of the cache are slots. One that nobody has reads a token of its own in every step, so that the step
/// stays one batch and nothing is copied when a sequence leaves. The device decodes some tokens ahead; each slot
/// keeps those that its sequence has not been given yet.
class DeviceMemory : public SequenceMemory {
 public:
  explicit DeviceMemory(EngineContext& context)
      : context_(context),
        model_(context.model),
        decoder_(context.model, context.vocab_limit, context.graphs) {}

  std::vector<TokenChoice> next(std::span<Running* const> sequences) override {
    std::vector<Running*> waiting;
    bool dry = false;
    for (Running* sequence : sequences) {
      if (sequence->phase == Running::Phase::kWaiting) {
        waiting.push_back(sequence);
      } else {
        dry = dry || slot_of(*sequence).ahead.empty();
      }
    }
    // Before slots are taken: what is chosen behind the new prompts is read in the next call.
    if (dry) run_ahead(sequences);
    std::vector<TokenChoice> first;
    try {
      if (!waiting.empty()) first = read_prompts(waiting);
    } catch (...) {
      for (Running* sequence : waiting) sequence->failed = true;
      throw;
    }
    std::vector<TokenChoice> choices;
    std::size_t prompts = 0;
    for (Running* sequence : sequences) {
      const bool waited = prompts < waiting.size() && waiting[prompts] == sequence;
      choices.push_back(waited ? first[prompts++] : take(*sequence));
    }
    return choices;
  }

  void leave(Running& sequence) override {
    if (sequence.slot < 0) return;
    slot_of(sequence) = {};
    set_length(sequence.slot, 0);
    placed_ = false;
    sequence.slot = -1;
    if (std::ranges::all_of(slots_, [](const Slot& slot) { return slot.sequence == nullptr; })) {
      slots_.clear();
      cache_.reset();
      decoder_.forget();
    }
  }

  std::int64_t bytes() const override { return cache_ != nullptr ? cache_bytes(*cache_, model_.config) : 0; }

 private:
  /// A token that was read, and the one chosen behind it.
  struct Ahead {
    torch::Tensor state_1C;
    TokenChoice choice;
  };
  struct Slot {
    Running* sequence = nullptr;
    std::deque<Ahead> ahead;
  };

  Slot& slot_of(const Running& sequence) { return slots_[static_cast<std::size_t>(sequence.slot)]; }

  TokenChoice take(Running& sequence) {
    std::deque<Ahead>& ahead = slot_of(sequence).ahead;
    const Ahead taken = std::move(ahead.front());
    ahead.pop_front();
    took_token(sequence, taken.state_1C, context_);
    return taken.choice;
  }

  /// Every sequence that has been given a token goes on from the last one that the device chose.
  void run_ahead(std::span<Running* const> sequences) {
    const bool one_by_one = context_.keep_logits || model_.config.pools_prompts();
    std::int64_t count = 1;
    for (const Running* sequence : sequences) {
      if (sequence->phase == Running::Phase::kChosen && !one_by_one)
        count = std::max(count, sequence->options.max_new_tokens - sequence->tokens + 1);
    }
    count = std::min(count, std::max<std::int64_t>(context_.lookahead, 1));
    if (!placed_ || one_by_one) place();
    const DecodedTokens decoded = decoder_.run(*cache_, count, context_.keep_logits, embedded());
    const auto ids = decoded.ids_KB.accessor<std::int64_t, 2>();
    const auto log_probabilities = decoded.log_probabilities_KB.accessor<double, 2>();
    for (std::int64_t k = 0; k < decoded.tokens(); ++k) {
      for (std::int64_t b = 0; b < static_cast<std::int64_t>(slots_.size()); ++b) {
        Slot& slot = slots_[static_cast<std::size_t>(b)];
        if (slot.sequence == nullptr) continue;
        Ahead ahead{.state_1C = decoded.states_KBC[k].slice(0, b, b + 1),
                    .choice = {.id = ids[k][b], .log_probability = log_probabilities[k][b], .logits_1V = {}}};
        if (decoded.logits_KBV.defined()) ahead.choice.logits_1V = decoded.logits_KBV[k].slice(0, b, b + 1);
        slot.ahead.push_back(std::move(ahead));
      }
    }
  }

  void place() {
    std::vector<PendingToken> pending;
    for (const Slot& slot : slots_) {
      const Running* sequence = slot.sequence;
      if (sequence == nullptr) {
        pending.emplace_back();
        continue;
      }
      const auto ahead = static_cast<std::int64_t>(slot.ahead.size());
      pending.push_back({.id = ahead > 0 ? slot.ahead.back().choice.id : sequence->next_id,
                         .row_position = sequence->row_position + ahead,
                         .column_position = sequence->column_position + ahead,
                         .active = true});
    }
    decoder_.place(pending, *cache_);
    placed_ = true;
  }

  /// Vectors of the pending tokens where some may stand for a region of their image; undefined in other models.
  torch::Tensor embedded() {
    if (!model_.config.pools_prompts()) return {};
    std::vector<SequenceInput> pieces;
    for (const Slot& slot : slots_) {
      pieces.push_back(slot.sequence != nullptr
                           ? next_piece(*slot.sequence, context_)
                           : SequenceInput{.ids = {0}, .row_position = {0}, .column_position = {0}});
    }
    return model_.single_transformer->model->embed(pack(pieces, model_.device()));
  }

  /// The first token of each.
  std::vector<TokenChoice> read_prompts(const std::vector<Running*>& waiting) {
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
    std::vector<torch::Tensor> last;
    for (Running* sequence : waiting) {
      const Segment& segment = packed.segments[static_cast<std::size_t>(sequence->slot)];
      torch::Tensor rest_RC;
      if (segment.length > 0) rest_RC = hidden_TC.narrow(0, segment.offset, segment.length);
      took_prompt(*sequence, rest_RC, context_);
      last.push_back(sequence->last_1C);
    }
    return choose_tokens(model_, torch::cat(last), context_.vocab_limit);
  }

  /// Slots for new sequences, with room for their prompts and some more.
  void take_slots(const std::vector<Running*>& waiting) {
    constexpr std::int64_t kFirstSteps = 32;
    std::int64_t capacity = 0;
    for (const Running* sequence : waiting)
      capacity = std::max(capacity, static_cast<std::int64_t>(sequence->input.ids.size()) +
                                        std::min(kFirstSteps, sequence->options.max_new_tokens));
    const auto is_free = [](const Slot& slot) { return slot.sequence == nullptr; };
    auto free = static_cast<std::size_t>(std::ranges::count_if(slots_, is_free));
    const std::size_t before = slots_.size();
    for (; free < waiting.size(); ++free) slots_.emplace_back();
    placed_ = false;
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
      while (!is_free(slots_[slot])) ++slot;
      slots_[slot].sequence = sequence;
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
  DeviceDecoder decoder_;
  std::vector<Slot> slots_;
  bool placed_ = false;  ///< whether the decoder knows where all of them stand
  std::unique_ptr<KvCache> cache_;
};

}  // namespace

std::unique_ptr<SequenceMemory> make_device_memory(EngineContext& context) {
  return std::make_unique<DeviceMemory>(context);
}

}  // namespace pixelsail
