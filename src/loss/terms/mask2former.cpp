// Distillation of Mask2Former's pixel features into the mask features.

#include <torch/torch.h>

#include "loss/distill.h"
#include "loss/term.h"

namespace pixelsail {
namespace {

class Mask2formerTerm : public LossTerm {
 public:
  explicit Mask2formerTerm(const LossTermOptions& options)
      : weight_(options.loss.distill.weight_of_mask2former()),
        linear_(distill_layer(options.model.seg_hidden_states, options.loss.distill.mask2former_channels,
                              options.device)) {}

  std::int64_t count(const SampleTarget& target) const override {
    return target.mask2former_chw.defined() ? 1 : 0;
  }
  bool reads_mask_features(const SampleTarget& target) const override {
    return target.mask2former_chw.defined();
  }
  std::vector<std::pair<std::string, std::shared_ptr<torch::nn::Module>>> layers() const override {
    return {{"mask2former_distill_linear", linear_.ptr()}};
  }

  std::vector<torch::Tensor> forward(LossInput& input, std::int64_t count) const override {
    std::vector<torch::Tensor> errors;
    for (std::size_t i = 0; i < input.size(); ++i) {
      const torch::Tensor& teacher_chw = input.target(i).mask2former_chw;
      if (input.segment(i).patch_count() == 0 || !teacher_chw.defined()) continue;
      errors.push_back(distill_error(linear_(input.mask_features_HWD(i)), teacher_chw));
    }
    return {distill_loss(errors, weight_, count)};
  }

 private:
  double weight_;
  mutable Linear linear_;
};

}  // namespace

std::unique_ptr<LossTerm> make_mask2former_term(const LossTermOptions& options) {
  if (options.loss.distill.mask2former_channels == 0) return nullptr;
  return std::make_unique<Mask2formerTerm>(options);
}

}  // namespace pixelsail
