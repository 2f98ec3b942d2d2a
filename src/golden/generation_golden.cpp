#include <torch/torch.h>

#include "golden/golden.h"
#include "infer/generate.h"
#include "io/json.h"

namespace pixelsail::detail {

Trace run_generation_golden(const GoldenModel& c) {
  const SequenceInput prompt = sequence_from_inputs(c, 0, 0);
  GenerateOptions options{.max_new_tokens = json_int(c.config, "max_new_tokens", "config.json"),
                          .keep_logits = true};
  const auto eos = c.config.find("eos_token_id");
  if (eos != c.config.end() && eos->is_number_integer()) options.stop_ids.push_back(eos->get<std::int64_t>());
  const Generated generated = generate(*c.model, std::span(&prompt, 1), options).front();

  Trace trace;
  std::vector<std::int64_t> ids = prompt.ids;
  ids.insert(ids.end(), generated.ids.begin(), generated.ids.end());
  const auto length = static_cast<std::int64_t>(ids.size());
  trace["sequence"] = torch::tensor(ids, torch::kInt64);
  trace["new_tokens"] = torch::tensor(generated.ids, torch::kInt64);
  trace["final_hidden"] = generated.hidden_LC.slice(0, 0, length - 1);
  trace["prefix_final_hidden"] = generated.hidden_LC.slice(0, 0, generated.prefix_length);
  trace["step_logits"] = generated.step_logits;
  const torch::Tensor best = std::get<0>(generated.step_logits.topk(2, 1));
  trace["top1_minus_top2"] = best.select(1, 0) - best.select(1, 1);

  std::vector<std::int64_t> seg_positions;
  for (std::int64_t i = 0; i < generated.hidden_LC.size(0); ++i) {
    if (ids[static_cast<std::size_t>(i)] == c.model->config.token_id("[SEG]")) seg_positions.push_back(i);
  }
  if (seg_positions.empty() || prompt.grid_h == 0) return trace;
  const torch::InferenceMode inference;
  const torch::Tensor seg_index = torch::tensor(seg_positions, torch::kInt64).to(c.model->device());
  const torch::Tensor logits_NHW = c.model->predict_masks(
      generated.hidden_LC.index_select(0, seg_index),
      patch_states(generated.hidden_LC, prompt.first_patch, prompt.grid_h, prompt.grid_w,
                   prompt.row_stride > 0 ? prompt.row_stride : prompt.grid_w),
      prompt.grid_h, prompt.grid_w);
  trace["mask_logits"] = logits_NHW;
  const Json& size = json_at(c.config, "image_wh", "config.json");
  const torch::Tensor full_Nhw =
      resize_mask_logits(logits_NHW, size[1].get<std::int64_t>(), size[0].get<std::int64_t>());
  trace["mask_logits_full"] = full_Nhw;
  trace["masks"] = (full_Nhw > 0).to(torch::kUInt8);
  return trace;
}

}  // namespace pixelsail::detail
