#include "infer/predictor.h"

#include <torch/torch.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>

#include "checkpoint/sequence.h"
#include "infer/engine.h"
#include "pixelsail/error.h"
#include "processor/processor.h"
#include "text/chat.h"

namespace pixelsail {
namespace {

/// Queries -> what the model reads. Queries that share an image share its patches.
class Preparation {
 public:
  explicit Preparation(const LoadedModel& loaded)
      : processor_{.tokenizer = loaded.tokenizer,
                   .special = loaded.special,
                   .preprocess = loaded.preprocess,
                   .chat = &chat_of(loaded.model->config),
                   .max_length = loaded.model->config.max_position_embeddings},
        order_(loaded.model->config.traits().sorts_prompts ? PaintOrder::kLargeFirst : PaintOrder::kGiven) {}

  SequenceInput operator()(const Query& query) {
    if (query.max_new_tokens < 1) throw ConfigError("max_new_tokens must be at least 1");
    if (query.image == nullptr && !query.visual_prompts.empty()) throw ConfigError("regions need an image");
    const Turn turn{.question = query.question, .answer = std::nullopt, .answer_prefix = query.answer_prefix};
    const auto count = static_cast<int>(query.visual_prompts.size());
    if (query.image == nullptr) return sequence_input(processor_.sequence({turn}, nullptr, 0, {}, order_));
    const PreparedImage& image = prepare(query.image.get());
    const auto regions =
        visual_prompts(query.visual_prompts, query.question, query.image->height, query.image->width);
    return sequence_input(processor_.sequence({turn}, image.patches, count, regions, order_),
                          image.patches_VK);
  }

 private:
  /// What preprocessing makes of one image.
  struct PreparedImage {
    std::shared_ptr<const Patches> patches;
    torch::Tensor patches_VK;
  };

  const PreparedImage& prepare(const Image* image) {
    auto [it, inserted] = images_.try_emplace(image);
    if (inserted) {
      it->second.patches = processor_.patches(*image);
      it->second.patches_VK = patch_tensor(*it->second.patches);
    }
    return it->second;
  }

  Processor processor_;
  PaintOrder order_;
  std::map<const Image*, PreparedImage> images_;
};

/// What has been generated for one query.
struct Draft {
  std::vector<std::int64_t> ids;
  std::vector<double> log_probabilities;
  std::vector<Seg> segs;
};

/// The drafts of sequences that were admitted one behind the other, `first` first.
std::vector<Draft> run(Engine& engine, SequenceId first, std::size_t count) {
  std::vector<Draft> drafts(count);
  while (engine.stats().sequences > 0) {
    for (EngineEvent& event : engine.step()) {
      Draft& draft = drafts[static_cast<std::size_t>(event.id - first)];
      if (event.token) {
        draft.ids.push_back(*event.token);
        draft.log_probabilities.push_back(event.log_probability);
      }
      std::ranges::move(event.segs, std::back_inserter(draft.segs));
    }
  }
  return drafts;
}

/// Masks of all [SEG] of all answers. The mask head, which is most of the work, runs once for each image.
void add_masks(Engine& engine, std::span<const Query> queries, std::span<const Draft> drafts, MaskRule rule,
               std::vector<Answer>& answers) {
  std::vector<Seg> segs;
  std::vector<std::size_t> owner;
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    for (const Seg& seg : drafts[i].segs) {
      if (seg.image == nullptr) continue;
      segs.push_back(seg);
      owner.push_back(i);
    }
  }
  const std::vector<torch::Tensor> logits = engine.predict_masks(segs);
  for (std::size_t n = 0; n < logits.size(); ++n) {
    ScoredMask scored = full_mask(logits[n], *queries[owner[n]].image, rule);
    answers[owner[n]].masks.push_back(std::move(scored.mask));
    answers[owner[n]].mask_scores.push_back(scored.score);
  }
}

}  // namespace

std::vector<Answer> Predictor::answer(std::span<const Query> queries) const {
  const torch::InferenceMode inference;
  const Tokenizer& tokenizer = *loaded.tokenizer;
  const ChatTemplate& chat = chat_of(loaded.model->config);
  Preparation prepare(loaded);
  std::vector<SequenceInput> sequences;
  std::vector<SequenceOptions> options;
  for (const Query& query : queries) {
    sequences.push_back(prepare(query));
    options.push_back({.max_new_tokens = query.max_new_tokens, .adapter = nullptr});
    if (query.adapter.empty()) continue;
    const auto found = adapters.find(query.adapter);
    if (found == adapters.end()) throw ConfigError("the session has no adapter '" + query.adapter + "'");
    options.back().adapter = found->second;
  }
  EngineOptions engine_options{.stop_ids = {}, .vocab_limit = tokenizer.vocab_size()};
  for (const std::string& stop : chat.stops) {
    if (const auto id = tokenizer.token_to_id(stop)) engine_options.stop_ids.push_back(*id);
  }
  Engine engine(*loaded.model, engine_options);
  SequenceId first = 0;
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    const SequenceId id = engine.admit(std::move(sequences[i]), options[i]);
    if (i == 0) first = id;
  }
  const std::vector<Draft> drafts = run(engine, first, queries.size());

  std::vector<Answer> answers(queries.size());
  for (std::size_t i = 0; i < queries.size(); ++i) {
    answers[i].token_ids = drafts[i].ids;
    answers[i].text = queries[i].answer_prefix + answer_text(tokenizer, chat, drafts[i].ids);
    const auto& values = drafts[i].log_probabilities;
    if (!values.empty()) {
      answers[i].token_log_probability =
          std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    }
  }
  add_masks(engine, queries, drafts, mask_rule, answers);
  return answers;
}

}  // namespace pixelsail
