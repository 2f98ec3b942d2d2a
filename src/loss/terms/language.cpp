// Cross-entropy of the next token, over the scored tokens of the micro-batch. Samples with a mask loss weigh
// less.
//
//   language    = sum_i w_i sum_t ce(i, t) / tokens     w_i = lm_with_masks or lm_without_masks
//   language_ce = sum_i sum_t ce(i, t) / tokens

#include <torch/torch.h>

#include "loss/term.h"

namespace pixelsail {
namespace {

class LanguageTerm : public LossTerm {
 public:
  explicit LanguageTerm(const LossConfig& config) : config_(config) {}

  std::int64_t count(const SampleTarget& target) const override { return scored_tokens(target.labels); }

  std::vector<torch::Tensor> forward(LossInput& input, std::int64_t count) const override {
    const ScoredPositions& scored = input.scored();
    if (scored.count == 0) return {{}, {}};
    const torch::Tensor ce_S = input.cross_entropy_S();
    const torch::Tensor weight_S = torch::full_like(ce_S, config_.lm_without_masks)
                                       .masked_fill_(scored.has_masks_S, config_.lm_with_masks);
    const auto tokens = static_cast<double>(count);
    const torch::Tensor plain = ce_S.sum() / tokens;
    return {(ce_S * weight_S).sum() / tokens, plain};
  }

 private:
  LossConfig config_;
};

}  // namespace

std::unique_ptr<LossTerm> make_language_term(const LossTermOptions& options) {
  return std::make_unique<LanguageTerm>(options.loss);
}

}  // namespace pixelsail
