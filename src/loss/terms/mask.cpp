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
    std::vector<torch::Tensor> logits, labels;  // [N, P] each
    for (std::size_t i = 0; i < input.size(); ++i) {
      if (input.segment(i).patch_count() > 0 && input.target(i).masks_Nhw.defined())
        read_sample(input, i, logits, labels);
    }
    if (logits.empty()) return {{}, {}};
    const torch::Tensor logits_NP = torch::cat(logits), labels_NP = torch::cat(labels);
    const torch::Tensor bce = config_.mask_bce * point_bce_loss(logits_NP, labels_NP, count);
    return {bce, config_.mask_dice * point_dice_loss(logits_NP, labels_NP, count)};
  }

 private:
  void read_sample(const LossInput& input, std::size_t i, std::vector<torch::Tensor>& logits,
                   std::vector<torch::Tensor>& labels) const {
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
    const torch::Tensor coords_NP2 = points(target, masks, logits_NHW);
    logits.push_back(read_points(logits_NHW, coords_NP2));
    labels.push_back(read_points(target.masks_Nhw.to(torch::kFloat32), coords_NP2));
    input.record_sample("mask_logits", i, logits_NHW);
    input.record_single("seg_embeddings", seg_ND);
    input.record_single("sampled_logits", logits.back());
    input.record_single("sampled_labels", labels.back());
  }

  torch::Tensor points(const SampleTarget& target, std::int64_t masks,
                       const torch::Tensor& logits_NHW) const {
    const torch::Device device = logits_NHW.device();
    if (target.point_coords_NP2.defined()) return target.point_coords_NP2;
    auto generator = torch::make_generator<torch::CPUGeneratorImpl>(target.noise_seed);
    const PointNoise noise = draw_point_noise(masks, config_.num_points, config_.oversample_ratio,
                                              config_.importance_ratio, generator, device);
    return select_points(logits_NHW.detach(), config_.num_points, config_.importance_ratio, noise);
  }

  LossConfig config_;
};

}  // namespace

std::unique_ptr<LossTerm> make_mask_term(const LossTermOptions& options) {
  return std::make_unique<MaskTerm>(options.loss);
}

}  // namespace pixelsail
