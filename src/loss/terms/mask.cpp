// Binary cross-entropy and dice loss of the masks' logits at sampled points (src/loss/mask_loss.h has the
// formulas, src/loss/points.h the sampling).

#include <torch/torch.h>

#include "loss/mask_loss.h"
#include "loss/points.h"
#include "loss/term.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

class MaskTerm : public LossTerm {
 public:
  explicit MaskTerm(const LossConfig& config) : config_(config) {}

  std::int64_t count(const SampleTarget& target) const override {
    return target.masks_Nhw.defined() ? target.masks_Nhw.size(0) : 0;
  }
  bool reads_mask_features(const SampleTarget& target) const override { return target.masks_Nhw.defined(); }

  std::vector<torch::Tensor> forward(LossInput& input, std::int64_t count) const override {
    Readings readings;
    if (input.point_seed_M().defined()) {
      readings.noise = draw_point_noise(input.point_seed_M(), config_.num_points, config_.oversample_ratio,
                                        config_.importance_ratio);
    }
    for (std::size_t i = 0; i < input.size(); ++i) {
      if (input.segment(i).patch_count() > 0 && input.target(i).masks_Nhw.defined())
        read_sample(input, i, readings);
    }
    if (readings.logits.empty()) return {{}, {}};
    const torch::Tensor logits_NP = torch::cat(readings.logits), labels_NP = torch::cat(readings.labels);
    const torch::Tensor bce = config_.mask_bce * point_bce_loss(logits_NP, labels_NP, count);
    return {bce, config_.mask_dice * point_dice_loss(logits_NP, labels_NP, count)};
  }

 private:
  /// What was read so far, at points drawn for all samples together.
  struct Readings {
    std::vector<torch::Tensor> logits, labels;  ///< [N, P] each
    PointNoise noise;
    std::int64_t used = 0;  ///< masks of the noise
  };

  void read_sample(const LossInput& input, std::size_t i, Readings& readings) const {
    const SampleTarget& target = input.target(i);
    const auto masks = static_cast<std::int64_t>(target.seg_positions.size());
    if (masks == 0 || target.masks_Nhw.size(0) != masks) {
      throw RunError("loss: a sample has " + std::to_string(masks) + " [SEG] but " +
                     std::to_string(target.masks_Nhw.size(0)) + " masks");
    }
    const torch::Tensor seg_ND =
        input.model().seg_embeddings(input.hidden_TC().index_select(0, input.seg_token_N(i)));
    const torch::Tensor logits_NHW =
        PixelSailImpl::mask_logits(seg_ND, input.mask_features_HWD(i)).to(torch::kFloat32);
    const torch::Tensor coords_NP2 = points(target, masks, logits_NHW, readings);
    readings.logits.push_back(read_points(logits_NHW, coords_NP2));
    readings.labels.push_back(read_points(target.masks_Nhw.to(torch::kFloat32), coords_NP2));
    input.record_sample("mask_logits", i, logits_NHW);
    input.record_single("seg_embeddings", seg_ND);
    input.record_single("sampled_logits", readings.logits.back());
    input.record_single("sampled_labels", readings.labels.back());
  }

  torch::Tensor points(const SampleTarget& target, std::int64_t masks, const torch::Tensor& logits_NHW,
                       Readings& readings) const {
    if (target.point_coords_NP2.defined()) return target.point_coords_NP2;
    const PointNoise noise = readings.noise.of(readings.used, masks);
    readings.used += masks;
    return select_points(logits_NHW.detach(), config_.num_points, config_.importance_ratio, noise);
  }

  LossConfig config_;
};

}  // namespace

std::unique_ptr<LossTerm> make_mask_term(const LossTermOptions& options) {
  return std::make_unique<MaskTerm>(options.loss);
}

}  // namespace pixelsail
