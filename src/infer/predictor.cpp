#include "infer/predictor.h"

#include <torch/torch.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "checkpoint/sequence.h"
#include "image/image_fit.h"
#include "image/prompt_painting.h"
#include "infer/generate.h"
#include "pixelsail/error.h"
#include "text/chat.h"

namespace pixelsail {
namespace {

/// What preprocessing makes of one image; shared by the queries that share the image.
struct PreparedImage {
  Patches patches;
  torch::Tensor patches_VK;
};

/// A mask without a pixel whose number the prompt does not name.
bool stands_for_nothing(const Query& query, std::size_t number) {
  const auto* mask = std::get_if<Mask>(&query.regions[number]);
  if (mask == nullptr || std::ranges::any_of(mask->data, [](std::uint8_t value) { return value != 0; }))
    return false;
  return query.prompt.find("<Prompt" + std::to_string(number) + ">") == std::string::npos;
}

/// Prompt number of each patch, painted in the caller's order or, where the family does so, large regions
/// before small ones.
std::vector<std::int64_t> paint(const Query& query, const PreprocessConfig& config, bool sorted) {
  std::vector<PromptRegion> regions;
  for (std::size_t k = 0; k < query.regions.size(); ++k) {
    if (stands_for_nothing(query, k)) continue;
    regions.push_back(
        {static_cast<int>(k), rasterize(query.regions[k], query.image->height, query.image->width)});
  }
  return paint_regions(regions, config, sorted ? PaintOrder::kLargeFirst : PaintOrder::kGiven);
}

/// Positions of every [SEG] in prompt and answer.
std::vector<std::int64_t> seg_places(const SequenceInput& prompt, const Generated& generated,
                                     std::int64_t seg_id) {
  std::vector<std::int64_t> positions;
  for (std::size_t i = 0; i < prompt.ids.size(); ++i) {
    if (prompt.ids[i] == seg_id) positions.push_back(static_cast<std::int64_t>(i));
  }
  for (std::size_t i = 0; i < generated.ids.size(); ++i) {
    if (generated.ids[i] == seg_id) positions.push_back(static_cast<std::int64_t>(prompt.ids.size() + i));
  }
  return positions;
}

/// Masks of all [SEG] of a batch. Queries whose image part is the same have the same patch states: the mask
/// head, which is most of the work, runs once for all of them.
void add_all_masks(PixelSailImpl& model, std::span<const SequenceInput> prompts,
                   std::span<const Generated> generated, std::int64_t seg_id, MaskRule rule,
                   std::span<const Query> queries, std::vector<Answer>& answers) {
  std::vector<bool> done(prompts.size(), false);
  for (std::size_t first = 0; first < prompts.size(); ++first) {
    if (done[first] || prompts[first].grid_h == 0) continue;
    std::vector<torch::Tensor> seg_states;
    std::vector<std::size_t> members;
    for (std::size_t i = first; i < prompts.size(); ++i) {
      if (done[i] || !same_prefix(prompts[first], prompts[i])) continue;
      done[i] = true;
      const std::vector<std::int64_t> places = seg_places(prompts[i], generated[i], seg_id);
      if (places.empty()) continue;
      const torch::Tensor index = torch::tensor(places, torch::kInt64).to(model.device());
      seg_states.push_back(generated[i].hidden_LC.index_select(0, index));
      members.push_back(i);
    }
    if (members.empty()) continue;
    const SequenceInput& prompt = prompts[first];
    const torch::Tensor patches_VC =
        patch_states(generated[first].hidden_LC, prompt.first_patch, prompt.grid_h, prompt.grid_w,
                     prompt.row_stride > 0 ? prompt.row_stride : prompt.grid_w);
    const torch::Tensor logits_Nhw =
        model.predict_masks(torch::cat(seg_states), patches_VC, prompt.grid_h, prompt.grid_w);
    std::int64_t begin = 0;
    for (std::size_t k = 0; k < members.size(); ++k) {
      const std::int64_t count = seg_states[k].size(0);
      add_masks(logits_Nhw.narrow(0, begin, count), *queries[members[k]].image, rule, answers[members[k]]);
      begin += count;
    }
  }
}

}  // namespace

std::vector<Answer> Predictor::answer(std::span<const Query> queries) const {
  const torch::InferenceMode inference;
  const auto& [model, tokenizer, special, preprocess] = loaded;
  const ChatTemplate& chat = chat_of(model->config);
  const std::int64_t context = model->config.max_position_embeddings;
  std::map<const Image*, PreparedImage> images;
  const PreparedImage no_image;
  std::vector<SequenceInput> prompts;
  for (const Query& query : queries) {
    if (query.max_new_tokens < 1) throw ConfigError("max_new_tokens must be at least 1");
    if (query.image == nullptr && !query.regions.empty()) throw ConfigError("regions need an image");
    const PreparedImage* prepared = &no_image;
    std::vector<std::int64_t> prompt_of_patch;
    if (query.image != nullptr) {
      auto [it, inserted] = images.try_emplace(query.image.get());
      if (inserted) {
        check_image_fits({query.image->width, query.image->height}, preprocess, context,
                         [&chat](int grid_h, int grid_w) { return chat.image_tokens(grid_h, grid_w); });
        it->second.patches = preprocess_image(*query.image, preprocess);
        it->second.patches_VK = patch_tensor(it->second.patches);
      }
      prepared = &it->second;
      prompt_of_patch = paint(query, preprocess, model->config.traits().sorts_prompts);
    }
    const Turn turn{.question = query.prompt, .answer = std::nullopt, .answer_prefix = query.answer_prefix};
    const TokenSequence sequence =
        build_sequence(*tokenizer, special, {turn}, prepared->patches.grid_h, prepared->patches.grid_w,
                       static_cast<int>(query.regions.size()), context, chat);
    prompts.push_back(
        sequence_input(sequence, prepared->patches, prepared->patches_VK, std::move(prompt_of_patch)));
  }

  GenerateOptions options;
  for (const std::string& stop : chat.stops) {
    if (const auto id = tokenizer->token_to_id(stop)) options.stop_ids.push_back(*id);
  }
  options.max_new_tokens = 0;
  options.vocab_limit = tokenizer->vocab_size();
  for (const Query& query : queries) {
    options.max_new_tokens = std::max<std::int64_t>(options.max_new_tokens, query.max_new_tokens);
  }
  std::vector<Generated> generated = generate(*model, prompts, options);

  std::vector<Answer> answers(queries.size());
  for (std::size_t i = 0; i < queries.size(); ++i) {
    // A batch is decoded to the largest limit in it; each answer keeps to its own.
    const auto limit = static_cast<std::size_t>(queries[i].max_new_tokens);
    if (generated[i].ids.size() > limit) {
      generated[i].ids.resize(limit);
      generated[i].log_probabilities.resize(limit);
    }
    answers[i].token_ids = generated[i].ids;
    answers[i].text = queries[i].answer_prefix + answer_text(*tokenizer, chat, generated[i].ids);
    const auto& values = generated[i].log_probabilities;
    if (!values.empty()) {
      answers[i].token_log_probability =
          std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    }
  }
  add_all_masks(*model, prompts, generated, special.seg, mask_rule, queries, answers);
  return answers;
}

}  // namespace pixelsail
