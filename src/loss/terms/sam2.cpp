// Distillation of SAM 2's image features into the states of the patches.

#include <torch/torch.h>

#include "loss/distill.h"
#include "loss/term.h"

namespace pixelsail {
namespace {

class Sam2Term : public LossTerm {
 public:
  explicit Sam2Term(const LossTermOptions& options)
      : weight_(options.loss.distill.weight_of_sam2()),
        linear_(
            distill_layer(options.model.hidden_size, options.loss.distill.sam2_channels, options.device)) {}

  std::int64_t count(const SampleTarget& target) const override { return target.sam2_chw.defined() ? 1 : 0; }
  std::vector<std::pair<std::string, std::shared_ptr<torch::nn::Module>>> layers() const override {
    return {{"sam2_distill_linear", linear_.ptr()}};
  }

  std::vector<torch::Tensor> forward(LossInput& input, std::int64_t count) const override {
    std::vector<torch::Tensor> errors;
    for (std::size_t i = 0; i < input.size(); ++i) {
      const Segment& segment = input.segment(i);
      const torch::Tensor& teacher_chw = input.target(i).sam2_chw;
      if (segment.patch_count() == 0 || !teacher_chw.defined()) continue;
      const torch::Tensor student_hwc =
          linear_(input.patch_states_VC(i)).view({segment.grid_h, segment.grid_w, -1});
      errors.push_back(distill_error(student_hwc, teacher_chw));
    }
    return {distill_loss(errors, weight_, count)};
  }

 private:
  double weight_;
  mutable Linear linear_;
};

}  // namespace

std::unique_ptr<LossTerm> make_sam2_term(const LossTermOptions& options) {
  if (options.loss.distill.sam2_channels == 0) return nullptr;
  return std::make_unique<Sam2Term>(options);
}

}  // namespace pixelsail
