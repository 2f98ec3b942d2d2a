#include "infer/engine.h"

#include <torch/torch.h>

#include <algorithm>
#include <utility>

#include "infer/adapter_switch.h"
#include "infer/running.h"
#include "infer/token_choice.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// The sequences of one adapter, in the order in which they came.
struct Group {
  std::shared_ptr<const Adapter> adapter;
  std::unique_ptr<SequenceMemory> memory;
  std::vector<std::unique_ptr<Running>> sequences;
};

}  // namespace

struct Engine::Impl {
  Impl(PixelSailImpl& model, EngineOptions given)
      : options(std::move(given)),
        adapters(model),
        context{.model = model,
                .keep_states = options.keep_states,
                .keep_logits = options.keep_logits,
                .vocab_limit = options.vocab_limit,
                .lookahead = options.lookahead,
                .graphs = options.graphs,
                .seg_id = model.config.has_token("[SEG]") ? model.config.token_id("[SEG]") : -1,
                .pooled_ids = model.config.pools_prompts() ? model.config.prompt_token_ids()
                                                           : std::vector<std::int64_t>(),
                .prefixes = {}} {}

  /// Attaches the adapter of a group while it lives.
  struct Attached {
    Attached(AdapterSwitch& adapters, const std::shared_ptr<const Adapter>& adapter) : adapters_(adapters) {
      if (adapter != nullptr) adapters_.use(adapter.get());
      changed_ = adapter != nullptr;
    }
    ~Attached() {
      if (changed_) adapters_.use(nullptr);
    }
    Attached(const Attached&) = delete;
    Attached& operator=(const Attached&) = delete;

   private:
    AdapterSwitch& adapters_;
    bool changed_ = false;
  };

  Group& group_of(const std::shared_ptr<const Adapter>& adapter) {
    const auto found = std::ranges::find(groups, adapter, &Group::adapter);
    if (found != groups.end()) return *found;
    const Attached attached(adapters, adapter);
    auto memory = context.model.device().is_cpu() ? make_cpu_memory(context) : make_device_memory(context);
    groups.push_back({.adapter = adapter, .memory = std::move(memory), .sequences = {}});
    return groups.back();
  }

  /// Drops the sequences of a group that `leaves` names, and what they held.
  template <class Leaves>
  static void drop(Group& group, const Leaves& leaves) {
    std::erase_if(group.sequences, [&](const std::unique_ptr<Running>& sequence) {
      if (!leaves(*sequence)) return false;
      group.memory->leave(*sequence);
      return true;
    });
  }
  void drop_empty_groups() {
    std::erase_if(groups, [](const Group& group) { return group.sequences.empty(); });
  }

  void step(Group& group);
  EngineEvent event_of(Running& sequence, const TokenChoice& choice) const;
  std::vector<torch::Tensor> masks_of(const std::vector<const Seg*>& segs);

  EngineOptions options;
  AdapterSwitch adapters;
  EngineContext context;
  std::vector<Group> groups;
  std::vector<EngineEvent> events;  ///< that step() has not returned yet
  SequenceId next = 1;
};

EngineEvent Engine::Impl::event_of(Running& sequence, const TokenChoice& choice) const {
  EngineEvent event{.id = sequence.id};
  for (const torch::Tensor& state_1C : sequence.new_segs)
    event.segs.push_back({.state_1C = state_1C,
                          .image = sequence.prefix != nullptr ? sequence.prefix->image : nullptr,
                          .logits_HW = {}});
  const auto& states = sequence.new_states;
  if (!states.empty()) event.states_LC = states.size() == 1 ? states.front() : torch::cat(states);
  sequence.new_segs.clear();
  sequence.new_states.clear();
  const std::int64_t limit = sequence.options.max_new_tokens;
  if (sequence.tokens >= limit) {  // its last token was a [SEG], which has been read now
    event.done = FinishReason::kLength;
    return event;
  }
  event.token = sequence.next_id = choice.id;
  event.log_probability = choice.log_probability;
  if (options.keep_logits) event.logits_1V = choice.logits_1V;
  sequence.phase = Running::Phase::kChosen;
  ++sequence.tokens;
  if (std::ranges::find(options.stop_ids, choice.id) != options.stop_ids.end()) {
    event.done = FinishReason::kStop;
  } else if (sequence.tokens >= limit && choice.id != context.seg_id) {
    event.done = FinishReason::kLength;
  }
  return event;
}

std::vector<torch::Tensor> Engine::Impl::masks_of(const std::vector<const Seg*>& segs) {
  std::vector<torch::Tensor> logits(segs.size());
  for (std::size_t first = 0; first < segs.size(); ++first) {
    if (logits[first].defined()) continue;
    const std::shared_ptr<const ImageStates>& image = segs[first]->image;
    if (image == nullptr) throw RunError("a [SEG] of a sequence without an image has no mask");
    std::vector<std::size_t> members;
    std::vector<torch::Tensor> states;
    for (std::size_t i = first; i < segs.size(); ++i) {
      if (segs[i]->image != image) continue;
      members.push_back(i);
      states.push_back(segs[i]->state_1C);
    }
    const Attached attached(adapters, image->adapter);
    const torch::Tensor logits_NHW =
        context.model.predict_masks(torch::cat(states), image->patches_VC, image->grid_h, image->grid_w);
    for (std::size_t n = 0; n < members.size(); ++n)
      logits[members[n]] = logits_NHW[static_cast<std::int64_t>(n)];
  }
  return logits;
}

void Engine::Impl::step(Group& group) {
  const Attached attached(adapters, group.adapter);
  std::vector<Running*> sequences;
  for (const auto& sequence : group.sequences) sequences.push_back(sequence.get());
  const std::vector<TokenChoice> choices = group.memory->next(sequences);
  const std::size_t begin = events.size();
  for (std::size_t b = 0; b < sequences.size(); ++b) events.push_back(event_of(*sequences[b], choices[b]));
  std::vector<Seg*> wanted;
  for (std::size_t b = 0; b < sequences.size(); ++b) {
    for (Seg& seg : events[begin + b].segs) {
      if (sequences[b]->options.masks && seg.image != nullptr) wanted.push_back(&seg);
    }
  }
  std::size_t at = begin;
  drop(group, [&](const Running&) { return events[at++].done != FinishReason::kNone; });
  const std::vector<torch::Tensor> logits = masks_of({wanted.begin(), wanted.end()});
  for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i]->logits_HW = logits[i];
}

Engine::Engine(PixelSailImpl& model, EngineOptions options)
    : impl_(std::make_unique<Impl>(model, std::move(options))) {}

Engine::~Engine() = default;

SequenceId Engine::admit(SequenceInput sequence, SequenceOptions options) {
  if (sequence.ids.empty()) throw RunError("generation: a prompt has no tokens");
  const torch::InferenceMode inference;
  auto running = std::make_unique<Running>();
  running->id = impl_->next++;
  running->input = std::move(sequence);
  running->options = std::move(options);
  const SequenceId id = running->id;
  impl_->group_of(running->options.adapter).sequences.push_back(std::move(running));
  return id;
}

std::vector<EngineEvent> Engine::step() {
  const torch::InferenceMode inference;
  for (Group& group : impl_->groups) {
    try {
      impl_->step(group);
    } catch (...) {
      Impl::drop(group, [](const Running& sequence) { return sequence.failed; });
      impl_->drop_empty_groups();
      throw;
    }
  }
  impl_->drop_empty_groups();
  return std::exchange(impl_->events, {});
}

bool Engine::cancel(SequenceId id) {
  bool found = false;
  for (Group& group : impl_->groups) {
    Impl::drop(group, [&](const Running& sequence) {
      found = found || sequence.id == id;
      return sequence.id == id;
    });
  }
  impl_->drop_empty_groups();
  return found;
}

std::vector<torch::Tensor> Engine::predict_masks(std::span<const Seg> segs) {
  const torch::InferenceMode inference;
  std::vector<const Seg*> wanted;
  for (const Seg& seg : segs) wanted.push_back(&seg);
  return impl_->masks_of(wanted);
}

EngineStats Engine::stats() const {
  EngineStats stats;
  const auto add = [&stats](const torch::Tensor& tensor) {
    if (tensor.defined()) stats.bytes += static_cast<std::int64_t>(tensor.nbytes());
  };
  for (const Group& group : impl_->groups) {
    stats.sequences += static_cast<std::int64_t>(group.sequences.size());
    stats.bytes += group.memory->bytes();
    for (const auto& sequence : group.sequences) add(sequence->last_1C);
  }
  for (const auto& prefix : impl_->context.prefixes.held()) {
    ++stats.prefixes;
    stats.bytes += cache_bytes(prefix->cache, impl_->context.model.config);
    add(prefix->states_PC.defined() || prefix->image == nullptr ? prefix->states_PC
                                                                : prefix->image->patches_VC);
  }
  return stats;
}

}  // namespace pixelsail
