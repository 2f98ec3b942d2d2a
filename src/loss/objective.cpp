#include "loss/objective.h"

#include <torch/torch.h>

#include <cmath>

#include "loss/language.h"
#include "loss/mask_loss.h"
#include "loss/points.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr double kCountOffset = 1e-4;
/// Small: an untrained student should say nothing about the teacher's map rather than noise to be unlearned.
constexpr double kReadoutDeviation = 1e-3;

/// Mean squared error against a teacher map resized bilinearly (half-pixel centres, no antialiasing) to the
/// student's grid. student [h, w, c], teacher [c, any, any].
torch::Tensor distill_error(const torch::Tensor& student_hwc, const torch::Tensor& teacher_chw) {
  const torch::Tensor target = at::upsample_bilinear2d(teacher_chw.unsqueeze(0).to(torch::kFloat32),
                                                       {student_hwc.size(0), student_hwc.size(1)}, false)
                                   .squeeze(0)
                                   .permute({1, 2, 0});
  return (student_hwc.to(torch::kFloat32) - target).square().mean();
}

torch::Tensor plus(const torch::Tensor& sum, const torch::Tensor& value) {
  return sum.defined() ? sum + value : value;
}

/// What the images of a micro-batch add up to.
struct ImageSums {
  std::vector<torch::Tensor> point_logits, point_labels;  ///< [N, P] each
  torch::Tensor mask2former, sam2;
};

}  // namespace

std::vector<std::int64_t> seg_positions(const ModelConfig& config, const std::vector<std::int64_t>& ids,
                                        const std::vector<std::int64_t>& labels) {
  const std::vector<std::int64_t>& searched = config.traits().scored_seg_only ? labels : ids;
  const std::int64_t seg = config.token_id("[SEG]");
  std::vector<std::int64_t> positions;
  for (std::size_t i = 0; i < searched.size(); ++i) {
    if (searched[i] == seg) positions.push_back(static_cast<std::int64_t>(i));
  }
  return positions;
}

BatchCounts count(std::span<const SampleTarget> targets) {
  BatchCounts counts;
  for (const SampleTarget& target : targets) {
    // The first label is never predicted.
    for (std::size_t t = 1; t < target.labels.size(); ++t)
      counts.scored_tokens += target.labels[t] >= 0 ? 1 : 0;
    counts.masks += target.masks_Nhw.defined() ? target.masks_Nhw.size(0) : 0;
    counts.mask2former_images += target.mask2former_chw.defined() ? 1 : 0;
    counts.sam2_images += target.sam2_chw.defined() ? 1 : 0;
  }
  return counts;
}

ObjectiveImpl::ObjectiveImpl(const ModelConfig& model, const LossConfig& config_, torch::Device device)
    : config(config_) {
  const auto readout = [&](const char* name, std::int64_t in, std::int64_t out) {
    return out > 0 ? register_module(name, Linear(in, out, true, WeightOptions{.device = device})) : nullptr;
  };
  mask2former_distill_linear =
      readout("mask2former_distill_linear", model.seg_hidden_states, config.distill.mask2former_channels);
  sam2_distill_linear = readout("sam2_distill_linear", model.hidden_size, config.distill.sam2_channels);
}

void ObjectiveImpl::initialize(std::uint64_t seed) {
  const torch::NoGradGuard no_grad;
  auto generator = torch::make_generator<torch::CPUGeneratorImpl>(seed);
  for (auto& item : named_parameters()) {
    torch::Tensor& value = item.value();
    if (value.dim() == 1) {
      value.zero_();
    } else {
      value.copy_(torch::empty(value.sizes(), torch::kFloat32).normal_(0.0, kReadoutDeviation, generator));
    }
  }
}

LossTerms ObjectiveImpl::forward(PixelSailImpl& model, const PackedInput& input,
                                 const torch::Tensor& hidden_TC, std::span<const SampleTarget> targets,
                                 const BatchCounts& counts, Trace* trace) {
  if (targets.size() != input.segments.size()) throw RunError("loss: targets and samples differ in number");
  const torch::Device device = hidden_TC.device();
  const bool single = targets.size() == 1;
  ImageSums sums;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const SampleTarget& target = targets[i];
    const Segment& segment = input.segments[i];
    if (segment.patch_count() == 0) continue;
    const bool with_masks = target.masks_Nhw.defined();
    const bool with_mask2former = mask2former_distill_linear && target.mask2former_chw.defined();
    const torch::Tensor patch_states_VC = patch_states(hidden_TC, segment.offset + segment.first_patch,
                                                       segment.grid_h, segment.grid_w, segment.row_stride);
    const std::string suffix = single ? std::string() : std::string(1, '.').append(std::to_string(i));

    torch::Tensor features_HWD;
    if (with_masks || with_mask2former) {
      features_HWD =
          model.mask_features(patch_states_VC, segment.grid_h, segment.grid_w, single ? trace : nullptr);
    }
    if (with_masks) {
      const auto masks = static_cast<std::int64_t>(target.seg_positions.size());
      if (masks == 0 || target.masks_Nhw.size(0) != masks) {
        throw RunError("loss: a sample has " + std::to_string(masks) + " [SEG] but " +
                       std::to_string(target.masks_Nhw.size(0)) + " masks");
      }
      const torch::Tensor seg_index =
          torch::tensor(target.seg_positions, torch::kInt64).to(device) + segment.offset;
      const torch::Tensor seg_ND = model.seg_embeddings(hidden_TC.index_select(0, seg_index));
      const torch::Tensor logits_NHW = PixelSailImpl::mask_logits(seg_ND, features_HWD).to(torch::kFloat32);
      torch::Tensor coords_NP2;
      if (target.point_coords_NP2.defined()) {
        coords_NP2 = target.point_coords_NP2.to(device);
      } else {
        auto generator = torch::make_generator<torch::CPUGeneratorImpl>(target.point_seed);
        const PointNoise noise = draw_point_noise(masks, config.num_points, config.oversample_ratio,
                                                  config.importance_ratio, generator, device);
        coords_NP2 = select_points(logits_NHW.detach(), config.num_points, config.importance_ratio, noise);
      }
      sums.point_logits.push_back(read_points(logits_NHW, coords_NP2));
      sums.point_labels.push_back(read_points(target.masks_Nhw.to(device).to(torch::kFloat32), coords_NP2));
      record(trace, "mask_logits" + suffix, logits_NHW);
      if (single) {
        record(trace, "seg_embeddings", seg_ND);
        record(trace, "sampled_logits", sums.point_logits.back());
        record(trace, "sampled_labels", sums.point_labels.back());
      }
    }
    if (with_mask2former) {
      sums.mask2former = plus(sums.mask2former, distill_error(mask2former_distill_linear(features_HWD),
                                                              target.mask2former_chw.to(device)));
    }
    if (sam2_distill_linear && target.sam2_chw.defined()) {
      const torch::Tensor student =
          sam2_distill_linear(patch_states_VC).view({segment.grid_h, segment.grid_w, -1});
      sums.sam2 = plus(sums.sam2, distill_error(student, target.sam2_chw.to(device)));
    }
  }

  LossTerms terms;
  const torch::Tensor zero = torch::zeros({}, torch::TensorOptions().device(device));
  terms.mask = terms.dice = terms.mask2former = terms.sam2 = terms.llm = terms.language_ce = zero;

  std::vector<const std::vector<std::int64_t>*> labels;
  std::vector<double> weights;
  for (const SampleTarget& target : targets) {
    labels.push_back(&target.labels);
    weights.push_back(target.masks_Nhw.defined() ? config.lm_with_masks : config.lm_without_masks);
  }
  const ScoredPositions scored = scored_positions(input.segments, labels, weights, device);
  if (scored.count > 0) {
    const torch::Tensor ce_S =
        token_cross_entropy(model.logits(hidden_TC.index_select(0, scored.position_S)), scored.target_S);
    const auto tokens = static_cast<double>(counts.scored_tokens);
    terms.language_ce = ce_S.sum() / tokens;
    terms.llm = (ce_S * scored.weight_S).sum() / tokens;
  }
  if (!sums.point_logits.empty()) {
    const torch::Tensor logits_NP = torch::cat(sums.point_logits);
    const torch::Tensor labels_NP = torch::cat(sums.point_labels);
    terms.mask = config.mask_bce * point_bce_loss(logits_NP, labels_NP, counts.masks);
    terms.dice = config.mask_dice * point_dice_loss(logits_NP, labels_NP, counts.masks);
  }
  if (sums.mask2former.defined()) {
    terms.mask2former = config.distill.weight_of_mask2former() * sums.mask2former /
                        (static_cast<double>(counts.mask2former_images) + kCountOffset);
  }
  if (sums.sam2.defined()) {
    terms.sam2 = config.distill.weight_of_sam2() * sums.sam2 /
                 (static_cast<double>(counts.sam2_images) + kCountOffset);
  }
  terms.total = terms.llm + terms.mask + terms.dice + terms.mask2former + terms.sam2;
  return terms;
}

}  // namespace pixelsail
