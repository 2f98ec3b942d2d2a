#include <torch/torch.h>

#include <array>

#include "golden/golden.h"
#include "io/json.h"
#include "loss/objective.h"

namespace pixelsail::detail {
namespace {

LossConfig loss_config(const GoldenModel& c) {
  LossConfig config;
  const auto it = c.config.find("loss_weights");
  if (it != c.config.end()) {
    config.mask_bce = it->value("mask_bce", config.mask_bce);
    config.mask_dice = it->value("mask_dice", config.mask_dice);
    config.lm_with_masks = it->value("lm_with_masks", config.lm_with_masks);
    config.lm_without_masks = it->value("lm_without_masks", config.lm_without_masks);
    config.distill.mask2former_weight = it->value("distill_mask2former", 0.0);
    config.distill.sam2_weight = it->value("distill_sam2", 0.0);
  }
  const auto channels = [&](const std::string& name) {
    const auto weight = c.weights.find(name + ".weight");
    return weight == c.weights.end() ? 0 : weight->second.size(0);
  };
  config.distill.mask2former_channels = channels("mask2former_distill_linear");
  config.distill.sam2_channels = channels("sam2_distill_linear");
  config.num_points = c.config.value("num_points", config.num_points);
  return config;
}

/// What the published code calls a value of the objective; its own name where that code has none.
std::string published_name(std::string_view value) {
  static constexpr std::array<std::array<std::string_view, 2>, 6> kNames{
      {{"language_ce", "lm_ce"},
       {"language", "llm_loss"},
       {"mask", "loss_mask"},
       {"dice", "loss_dice"},
       {"mask2former", "mask2former_distill_loss"},
       {"sam2", "sam2_distill_loss"}}};
  for (const auto& [name, published] : kNames) {
    if (name == value) return std::string(published);
  }
  return std::string(value);
}

torch::Tensor optional_input(const GoldenModel& c, const std::string& name) {
  const auto it = c.inputs.find(name);
  return it == c.inputs.end() ? torch::Tensor() : it->second;
}

SampleTarget target_of(const GoldenModel& c, const SequenceInput& sample, std::int64_t row, bool batched) {
  const std::string suffix = batched ? std::string(1, '.').append(std::to_string(row)) : std::string();
  SampleTarget target;
  if (c.inputs.contains("pixel_values")) {
    target.labels = labels_from_pixels(c);
  } else {
    torch::Tensor labels = c.inputs.at("labels");
    if (labels.dim() > 1) labels = labels[row];
    for (std::size_t i = 0; i < sample.ids.size(); ++i)
      target.labels.push_back(labels[static_cast<std::int64_t>(i)].item<std::int64_t>());
  }
  target.seg_positions = seg_positions(c.model->config, sample.ids, target.labels);
  target.masks_Nhw = optional_input(c, "gt_masks" + suffix);
  target.mask2former_chw = optional_input(c, "teacher_mask2former" + suffix);
  target.sam2_chw = optional_input(c, "teacher_sam2" + suffix);
  target.point_coords_NP2 = optional_input(c, "point_coords" + suffix);
  return target;
}

void add_gradients(const torch::nn::Module& module, bool norms, Trace& trace) {
  for (const auto& item : module.named_parameters()) {
    const torch::Tensor& gradient = item.value().grad();
    const torch::Tensor value = gradient.defined() ? gradient : torch::zeros_like(item.value());
    trace["grad/" + item.key()] = value;
    if (norms) trace["grad_norm/" + item.key()] = value.norm();
  }
}

}  // namespace

TrainingData training_data(const GoldenModel& c) {
  const std::int64_t batch = c.config.value("batch", std::int64_t{1});
  const bool batched = c.config.contains("batch");
  TrainingData data;
  std::int64_t patch_offset = 0;
  for (std::int64_t row = 0; row < batch; ++row) {
    // In a batch the patches of all samples lie behind each other; their indices may count from each sample's
    // first patch or through the batch.
    data.samples.push_back(sequence_from_inputs(c, row, 0));
    const SequenceInput& sample = data.samples.back();
    if (row > 0 && sample.patches_VK.defined()) {
      const torch::Tensor indices = c.inputs.at("vision_patch_indices")[row];
      const std::int64_t first = indices.masked_select(indices >= 0).min().item<std::int64_t>();
      if (first == 0 && patch_offset > 0) data.samples.back() = sequence_from_inputs(c, row, patch_offset);
    }
    patch_offset += data.samples.back().grid_h * data.samples.back().grid_w;
    data.targets.push_back(target_of(c, data.samples.back(), row, batched));
  }
  return data;
}

Objective training_objective(const GoldenModel& c) {
  Objective objective(c.model->config, loss_config(c), c.model->device());
  const torch::NoGradGuard no_grad;
  for (auto& item : objective->named_parameters()) item.value().copy_(c.weights.at(item.key()));
  return objective;
}

Trace run_training_golden(const GoldenModel& c) {
  const bool batched = c.config.contains("batch");
  const auto [samples, targets] = training_data(c);
  Objective objective = training_objective(c);
  Trace trace;
  if (c.inputs.contains("pixel_values")) {
    trace["merged_labels"] = torch::tensor(targets[0].labels, torch::kInt64);
    trace["visual_token_mask"] = torch::zeros({static_cast<std::int64_t>(samples[0].ids.size())});
    trace["visual_token_mask"].slice(0, samples[0].image_begin, samples[0].image_end).fill_(1);
  }
  const PackedInput packed = pack(samples, c.model->device());
  const torch::Tensor hidden_TC = c.model->hidden_states(packed, nullptr, batched ? nullptr : &trace);
  const ObjectiveResult result =
      objective->forward(*c.model, packed, hidden_TC, targets, objective->counts(targets), &trace);
  const torch::Tensor logits = c.model->logits(hidden_TC);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Segment& segment = packed.segments[i];
    const std::string suffix = batched ? std::string(1, '.').append(std::to_string(i)) : std::string();
    trace["hidden.final" + suffix] = hidden_TC.narrow(0, segment.offset, segment.length);
    trace["logits" + suffix] = logits.narrow(0, segment.offset, segment.length);
  }
  for (const auto& [name, value] : result.values) trace["loss." + published_name(name)] = value;
  trace["loss.total"] = result.total;
  result.total.backward();
  add_gradients(*c.model, batched, trace);
  add_gradients(*objective, batched, trace);
  return trace;
}

}  // namespace pixelsail::detail
