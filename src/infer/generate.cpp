#include "infer/generate.h"

#include <torch/torch.h>

#include <algorithm>

#include "model/decode_steps.h"
#include "model/kv_cache.h"
#include "model/products.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

std::vector<std::int64_t> slice(const std::vector<std::int64_t>& values, std::int64_t begin) {
  return {values.begin() + begin, values.end()};
}

/// First phase: up to the end of the image.
SequenceInput prefix_of(const SequenceInput& prompt) {
  SequenceInput prefix = prompt;
  const auto end = static_cast<std::size_t>(prompt.image_end);
  prefix.ids.resize(end);
  prefix.row_position.resize(end);
  prefix.column_position.resize(end);
  return prefix;
}

/// Pooled prompts in `piece` stand for patches that were read with the prompt.
void refer_to_image(SequenceInput& piece, const SequenceInput& prompt) {
  piece.earlier_patches_VK = prompt.patches_VK;
  piece.earlier_prompt_of_patch = prompt.prompt_of_patch;
}

/// Second phase: the text behind it.
SequenceInput rest_of(const SequenceInput& prompt, bool pools_prompts) {
  SequenceInput rest{.ids = slice(prompt.ids, prompt.image_end),
                     .row_position = slice(prompt.row_position, prompt.image_end),
                     .column_position = slice(prompt.column_position, prompt.image_end)};
  if (pools_prompts) refer_to_image(rest, prompt);
  return rest;
}

/// A sample that is still being decoded.
struct Active {
  std::size_t sample;
  std::int64_t row_position, column_position;  ///< of the next token to read
  std::int64_t next_id = 0;
};

class Decoder {
 public:
  Decoder(PixelSailImpl& model, std::span<const SequenceInput> prompts, const GenerateOptions& options)
      : model_(model),
        prompts_(prompts),
        options_(options),
        seg_id_(model.config.has_token("[SEG]") ? model.config.token_id("[SEG]") : -1),
        pooled_ids_(model.config.pools_prompts() ? model.config.prompt_token_ids()
                                                 : std::vector<std::int64_t>()),
        results_(prompts.size()),
        states_(prompts.size()),
        step_logits_(prompts.size()),
        cache_(make_cache()),
        steps_(DecodeSteps::of(model)) {}

  std::vector<Generated> run() {
    std::int64_t read = 0;
    torch::Tensor last_BC = prefill();
    while (!active_.empty()) {
      last_BC = choose(last_BC, ++read);
      if (options_.after_token) options_.after_token();
      if (active_.empty()) break;
      last_BC = step();
    }
    for (std::size_t i = 0; i < results_.size(); ++i) {
      results_[i].hidden_LC = torch::cat(states_[i]);
      if (options_.keep_logits && !step_logits_[i].empty())
        results_[i].step_logits = torch::cat(step_logits_[i]);
    }
    return std::move(results_);
  }

 private:
  KvCache make_cache() const {
    std::int64_t longest = 0;
    for (const SequenceInput& prompt : prompts_) {
      if (prompt.ids.empty()) throw RunError("generation: a prompt has no tokens");
      longest = std::max(longest, static_cast<std::int64_t>(prompt.ids.size()));
    }
    constexpr std::int64_t kFirstSteps = 32;
    const ModelConfig& config = model_.config;
    return {config.num_hidden_layers,
            static_cast<std::int64_t>(prompts_.size()),
            config.num_key_value_heads,
            longest + std::min(kFirstSteps, options_.max_new_tokens),
            config.head_size(),
            torch::TensorOptions()
                .dtype(activation_type(model_.dtype(), model_.device()))
                .device(model_.device())};
  }

  /// Reads all prompts; returns the state of each one's last token, [B, C].
  torch::Tensor prefill() {
    std::vector<SequenceInput> prefixes, rests;
    std::vector<std::int64_t> prefix_of_sample;
    std::vector<std::size_t> owner;
    for (std::size_t i = 0; i < prompts_.size(); ++i) {
      std::size_t k = 0;
      while (k < owner.size() && !same_prefix(prompts_[owner[k]], prompts_[i])) ++k;
      if (k == owner.size()) {
        owner.push_back(i);
        prefixes.push_back(prefix_of(prompts_[i]));
      }
      prefix_of_sample.push_back(static_cast<std::int64_t>(k));
      rests.push_back(rest_of(prompts_[i], model_.config.pools_prompts()));
      results_[i].prefix_length = prompts_[i].image_end;
    }
    // Prefixes are written to the first rows of the cache, then copied to every sample that shares them.
    PackedInput packed = pack(prefixes, model_.device());
    cache_.select(first_rows(prefixes.size()));
    torch::Tensor hidden_TC =
        packed.token_count() > 0 ? model_.hidden_states(packed, &cache_) : torch::Tensor();
    if (hidden_TC.defined()) {
      for (std::size_t i = 0; i < prompts_.size(); ++i) {
        const Segment& segment = packed.segments[static_cast<std::size_t>(prefix_of_sample[i])];
        states_[i].push_back(hidden_TC.narrow(0, segment.offset, segment.length));
      }
    }
    cache_.select(prefix_of_sample);
    packed = pack(rests, model_.device());
    if (packed.token_count() > 0) hidden_TC = model_.hidden_states(packed, &cache_);
    std::vector<torch::Tensor> last;
    for (std::size_t i = 0; i < prompts_.size(); ++i) {
      const Segment& segment = packed.segments[i];
      if (segment.length > 0) states_[i].push_back(hidden_TC.narrow(0, segment.offset, segment.length));
      last.push_back(states_[i].back().slice(0, states_[i].back().size(0) - 1));
      const std::int64_t row =
          *std::max_element(prompts_[i].row_position.begin(), prompts_[i].row_position.end());
      const std::int64_t column =
          *std::max_element(prompts_[i].column_position.begin(), prompts_[i].column_position.end());
      // Text behind an image goes on from the larger of both axes.
      active_.push_back({i, std::max(row, column) + 1, std::max(row, column) + 1});
    }
    return torch::cat(last);
  }

  static std::vector<std::int64_t> first_rows(std::size_t count) {
    std::vector<std::int64_t> rows(count);
    for (std::size_t i = 0; i < count; ++i) rows[i] = static_cast<std::int64_t>(i);
    return rows;
  }

  /// Picks the next token of every active sample from its last state and drops those that are done.
  torch::Tensor choose(const torch::Tensor& last_BC, std::int64_t count) {
    torch::Tensor logits_BV = model_.logits(last_BC).to(torch::kFloat32);
    if (options_.vocab_limit > 0 && options_.vocab_limit < logits_BV.size(1))
      logits_BV = logits_BV.narrow(1, 0, options_.vocab_limit);
    const auto best = logits_BV.max(1);
    const torch::Tensor log_probability_B =
        (std::get<0>(best) - logits_BV.logsumexp(1)).to(torch::kCPU, torch::kFloat64);
    const torch::Tensor id_B = std::get<1>(best).to(torch::kCPU);
    std::vector<Active> kept;
    std::vector<std::int64_t> kept_rows;
    for (std::size_t row = 0; row < active_.size(); ++row) {
      Active& sample = active_[row];
      // A sample that is only here so that its last [SEG] was read.
      if (static_cast<std::int64_t>(results_[sample.sample].ids.size()) >= options_.max_new_tokens) continue;
      const auto index = static_cast<std::int64_t>(row);
      sample.next_id = id_B[index].item<std::int64_t>();
      results_[sample.sample].ids.push_back(sample.next_id);
      results_[sample.sample].log_probabilities.push_back(log_probability_B[index].item<double>());
      if (options_.keep_logits) step_logits_[sample.sample].push_back(logits_BV.slice(0, index, index + 1));
      const bool stopped = std::find(options_.stop_ids.begin(), options_.stop_ids.end(), sample.next_id) !=
                           options_.stop_ids.end();
      if (stopped || (count >= options_.max_new_tokens && sample.next_id != seg_id_)) continue;
      kept.push_back(sample);
      kept_rows.push_back(index);
    }
    active_ = std::move(kept);
    if (active_.empty()) return {};
    cache_.select(kept_rows);
    return last_BC;
  }

  /// Reads the token just chosen for every active sample.
  torch::Tensor step() {
    std::vector<SequenceInput> pieces;
    for (Active& sample : active_) {
      pieces.push_back({.ids = {sample.next_id},
                        .row_position = {sample.row_position++},
                        .column_position = {sample.column_position++}});
      if (std::ranges::find(pooled_ids_, sample.next_id) != pooled_ids_.end())
        refer_to_image(pieces.back(), prompts_[sample.sample]);
    }
    const PackedInput tokens = pack(pieces, model_.device());
    const torch::Tensor hidden_BC = by_kernels(tokens.token_count()) ? steps_->run(tokens, cache_)
                                                                     : model_.hidden_states(tokens, &cache_);
    for (std::size_t row = 0; row < active_.size(); ++row) {
      const auto index = static_cast<std::int64_t>(row);
      states_[active_[row].sample].push_back(hidden_BC.slice(0, index, index + 1));
    }
    return hidden_BC;
  }

  /// The kernels read each weight once for a few sequences; for many a matrix product is faster, unless the
  /// weights have to be converted for it.
  bool by_kernels(std::int64_t sequences) const {
    constexpr std::int64_t kFew = 8;
    return steps_ && (sequences <= kFew || !steps_->plain_weights());
  }

  PixelSailImpl& model_;
  std::span<const SequenceInput> prompts_;
  const GenerateOptions& options_;
  std::int64_t seg_id_;
  std::vector<std::int64_t> pooled_ids_;  ///< of tokens that stand for a region of the image
  std::vector<Generated> results_;
  std::vector<std::vector<torch::Tensor>> states_, step_logits_;
  KvCache cache_;
  std::unique_ptr<DecodeSteps> steps_;
  std::vector<Active> active_;
};

}  // namespace

bool same_prefix(const SequenceInput& a, const SequenceInput& b) {
  const auto equal_head = [&](const std::vector<std::int64_t>& x, const std::vector<std::int64_t>& y) {
    return std::equal(x.begin(), x.begin() + a.image_end, y.begin(), y.begin() + b.image_end);
  };
  const bool same_patches = a.patches_VK.defined() == b.patches_VK.defined() &&
                            (!a.patches_VK.defined() || a.patches_VK.is_same(b.patches_VK));
  return a.image_end == b.image_end && same_patches && a.prompt_of_patch == b.prompt_of_patch &&
         equal_head(a.ids, b.ids) && equal_head(a.row_position, b.row_position) &&
         equal_head(a.column_position, b.column_position);
}

std::vector<Generated> generate(PixelSailImpl& model, std::span<const SequenceInput> prompts,
                                const GenerateOptions& options) {
  if (prompts.empty()) return {};
  const torch::InferenceMode inference;
  return Decoder(model, prompts, options).run();
}

}  // namespace pixelsail
