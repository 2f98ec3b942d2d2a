#include <torch/torch.h>

#include <algorithm>

#include "infer/running.h"
#include "model/cpu_decoder.h"

namespace pixelsail {
namespace {

class CpuMemory : public SequenceMemory {
 public:
  explicit CpuMemory(EngineContext& context)
      : context_(context), model_(context.model), decoder_(CpuDecoder::of(model_)) {}

  std::vector<TokenChoice> next(std::span<Running* const> sequences) override {
    for (Running* sequence : sequences) {
      if (sequence->phase != Running::Phase::kWaiting) continue;
      try {
        read_prompt(*sequence);
      } catch (...) {
        sequence->failed = true;
        throw;
      }
    }
    read_tokens(sequences);
    std::vector<torch::Tensor> last;
    for (const Running* sequence : sequences) last.push_back(sequence->last_1C);
    return choose_tokens(model_, torch::cat(last), context_.vocab_limit);
  }

  void leave(Running& sequence) override {
    bytes_ -= bytes_of(sequence);
    sequence.own.reset();
  }

  std::int64_t bytes() const override { return bytes_; }

 private:
  /// Room for text grows by this many tokens.
  static constexpr std::int64_t kChunk = 64;

  std::int64_t bytes_of(const Running& sequence) const {
    return sequence.own != nullptr ? cache_bytes(*sequence.own, model_.config) : 0;
  }

  void read_prompt(Running& sequence) {
    sequence.prefix = context_.prefixes.get(model_, sequence.input, sequence.options.adapter, context_.seg_id,
                                            context_.keep_states);
    const SequenceInput rest = rest_of(sequence.input, model_.config.pools_prompts());
    const auto length = static_cast<std::int64_t>(rest.ids.size());
    KvCache own =
        make_cache(model_, length + std::min<std::int64_t>(kChunk, sequence.options.max_new_tokens + 1));
    torch::Tensor rest_RC;
    if (length > 0) {
      const PackedInput packed = pack(std::span(&rest, 1), torch::kCPU);
      rest_RC = sequence.prefix != nullptr ? read_behind(*sequence.prefix, packed, own)
                                           : model_.hidden_states(packed, &own);
    }
    sequence.own = std::make_unique<KvCache>(std::move(own));
    bytes_ += bytes_of(sequence);
    took_prompt(sequence, rest_RC, context_);
  }

  /// Reads a text behind a prefix, in the room behind its keys and values, and keeps those of the text in
  /// `own`.
  torch::Tensor read_behind(Prefix& prefix, const PackedInput& text, KvCache& own) const {
    const std::int64_t past = prefix.cache.length(0), length = text.token_count();
    constexpr std::int64_t kStep = 16;  // see make_cache()
    prefix.cache.reserve((past + length + kStep - 1) / kStep * kStep);
    const torch::Tensor hidden_RC = model_.hidden_states(text, &prefix.cache);
    prefix.cache.advance(0, -length);
    const auto of_text = [&](const torch::Tensor& all_GSd) { return all_GSd.slice(1, past).transpose(0, 1); };
    for (std::int64_t layer = 0; layer < model_.config.num_hidden_layers; ++layer) {
      own.write(layer, 0, of_text(prefix.cache.keys(layer, 0, past + length)),
                of_text(prefix.cache.values(layer, 0, past + length)));
    }
    own.advance(0, length);
    return hidden_RC;
  }

  void read_tokens(std::span<Running* const> sequences) {
    std::vector<Running*> chosen;
    std::vector<SequenceInput> pieces;
    std::vector<CpuDecoder::Sequence> caches;
    for (Running* sequence : sequences) {
      if (sequence->phase != Running::Phase::kChosen) continue;
      grow(*sequence);
      chosen.push_back(sequence);
      pieces.push_back(next_piece(*sequence, context_));
      const KvCache* prefix = sequence->prefix != nullptr ? &sequence->prefix->cache : nullptr;
      caches.push_back({.prefix = prefix, .own = sequence->own.get()});
    }
    if (chosen.empty()) return;
    const torch::Tensor hidden_BC = decoder_->run(pieces, caches);
    for (std::size_t b = 0; b < chosen.size(); ++b) {
      const auto row = static_cast<std::int64_t>(b);
      took_token(*chosen[b], hidden_BC.slice(0, row, row + 1), context_);
    }
  }

  void grow(Running& sequence) {
    KvCache& own = *sequence.own;
    if (own.length(0) < own.capacity()) return;
    bytes_ -= bytes_of(sequence);
    own.reserve(own.capacity() + kChunk);
    bytes_ += bytes_of(sequence);
  }

  EngineContext& context_;
  PixelSailImpl& model_;
  std::unique_ptr<CpuDecoder> decoder_;
  std::int64_t bytes_ = 0;
};

}  // namespace

std::unique_ptr<SequenceMemory> make_cpu_memory(EngineContext& context) {
  return std::make_unique<CpuMemory>(context);
}

}  // namespace pixelsail
