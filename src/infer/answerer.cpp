#include "infer/answerer.h"

#include <torch/torch.h>

#include <map>
#include <numeric>

#include "checkpoint/sequence.h"
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

/// Prompt number of each patch, painted in the caller's order.
std::vector<std::int64_t> paint(const Query& query, const PreparedImage& prepared,
                                const PreprocessConfig& config) {
  if (query.regions.empty()) return {};
  const Size resized{prepared.patches.grid_w * config.patch_size,
                     prepared.patches.grid_h * config.patch_size};
  std::vector<std::pair<int, std::vector<std::uint8_t>>> prompts;
  for (std::size_t k = 0; k < query.regions.size(); ++k) {
    const Mask mask = rasterize(query.regions[k], query.image->height, query.image->width);
    prompts.emplace_back(static_cast<int>(k), mask_to_patches(mask, resized, config.patch_size));
  }
  return paint_prompts(prompts, prepared.patches.grid_h * prepared.patches.grid_w);
}

Mask to_mask(const torch::Tensor& logits_hw) {
  Mask mask(static_cast<int>(logits_hw.size(0)), static_cast<int>(logits_hw.size(1)));
  const torch::Tensor bits = (logits_hw > 0).to(torch::kCPU, torch::kUInt8).contiguous();
  std::memcpy(mask.data.data(), bits.const_data_ptr(), mask.data.size());
  return mask;
}

/// Masks of every [SEG] in prompt and answer, from the states of one sequence.
void add_masks(PixelSailImpl& model, const SequenceInput& prompt, const Generated& generated,
               std::int64_t seg_id, const Image& image, Answer& answer) {
  std::vector<std::int64_t> positions;
  std::vector<std::int64_t> ids = prompt.ids;
  ids.insert(ids.end(), generated.ids.begin(), generated.ids.end());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] == seg_id) positions.push_back(static_cast<std::int64_t>(i));
  }
  if (positions.empty() || prompt.grid_h == 0) return;
  const torch::Tensor index = torch::tensor(positions, torch::kInt64).to(model.device());
  const torch::Tensor patches_VC =
      patch_states(generated.hidden_LC, prompt.first_patch, prompt.grid_h, prompt.grid_w,
                   prompt.row_stride > 0 ? prompt.row_stride : prompt.grid_w);
  const torch::Tensor logits_Nhw =
      resize_mask_logits(model.predict_masks(generated.hidden_LC.index_select(0, index), patches_VC,
                                             prompt.grid_h, prompt.grid_w),
                         image.height, image.width);
  for (std::int64_t n = 0; n < logits_Nhw.size(0); ++n) {
    const torch::Tensor logits = logits_Nhw[n];
    answer.masks.push_back(to_mask(logits));
    const torch::Tensor inside = logits.masked_select(logits > 0).to(torch::kFloat32).sigmoid();
    answer.mask_scores.push_back(inside.numel() > 0 ? inside.mean().item<double>() : 0.0);
  }
}

}  // namespace

std::vector<Answer> Answerer::answer(std::span<const Query> queries) const {
  const torch::InferenceMode inference;
  const auto& [model, tokenizer, special, preprocess] = loaded;
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
        it->second.patches = preprocess_image(*query.image, preprocess);
        it->second.patches_VK = patch_tensor(it->second.patches);
      }
      prepared = &it->second;
      prompt_of_patch = paint(query, *prepared, preprocess);
    }
    const Turn turn{.question = query.prompt, .answer = std::nullopt, .answer_prefix = query.answer_prefix};
    const TokenSequence sequence =
        build_sequence(*tokenizer, special, {turn}, prepared->patches.grid_h, prepared->patches.grid_w,
                       static_cast<int>(query.regions.size()), model->config.max_position_embeddings);
    prompts.push_back(
        sequence_input(sequence, prepared->patches, prepared->patches_VK, std::move(prompt_of_patch)));
  }

  GenerateOptions options{.stop_ids = {special.end_of_text, special.im_end}};
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
    answers[i].text = queries[i].answer_prefix + answer_text(*tokenizer, special, generated[i].ids);
    const auto& values = generated[i].log_probabilities;
    if (!values.empty()) {
      answers[i].token_log_probability =
          std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    }
    if (queries[i].image != nullptr) {
      add_masks(*model, prompts[i], generated[i], special.seg, *queries[i].image, answers[i]);
    }
  }
  return answers;
}

}  // namespace pixelsail
