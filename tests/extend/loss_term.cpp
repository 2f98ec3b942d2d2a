// A loss term of one's own (docs/howto_loss.md): the mean entropy of the model's predictions at the scored
// tokens. Its weight is `loss.extra.entropy`; a small one keeps the model from becoming too sure of itself.

#include <torch/torch.h>

#include "loss/term.h"
#include "pixelsail/error.h"
#include "tiny_run.h"

namespace pixelsail {
namespace {

class EntropyTerm : public LossTerm {
 public:
  explicit EntropyTerm(double weight) : weight_(weight) {}

  std::int64_t count(const SampleTarget& target) const override { return scored_tokens(target.labels); }

  std::vector<torch::Tensor> forward(LossInput& input, std::int64_t count) const override {
    if (input.scored().count == 0) return {{}, {}};
    const torch::Tensor log_p_SV = input.logits_SV().to(torch::kFloat32).log_softmax(1);
    const torch::Tensor entropy = -(log_p_SV.exp() * log_p_SV).sum() / static_cast<double>(count);
    return {-weight_ * entropy, entropy};
  }

 private:
  double weight_;
};

std::unique_ptr<LossTerm> make_entropy_term(const LossTermOptions& options) {
  return std::make_unique<EntropyTerm>(options.weight);
}

const Extension<LossTermRow> kEntropy({.name = "entropy",
                                       .values = {{"loss_entropy", "loss_entropy"},
                                                  {"entropy", "entropy", /*in_total=*/false}},
                                       .make = make_entropy_term});

TEST(ExtendLossTerm, IsTrainedAndLogged) {
  RunConfig config = extend::tiny_run(extend::test_folder("loss"));
  config.loss.extra = {{"entropy", 0.5}};
  EXPECT_TRUE(Trainer(config, "").run(RunStart::kFresh));
  const std::vector<double> loss = extend::logged(config, "loss"),
                            added = extend::logged(config, "loss_entropy"),
                            entropy = extend::logged(config, "entropy"),
                            language = extend::logged(config, "loss_lm"),
                            mask = extend::logged(config, "loss_mask"),
                            dice = extend::logged(config, "loss_dice");
  ASSERT_EQ(loss.size(), 2U);
  for (std::size_t i = 0; i < loss.size(); ++i) {
    EXPECT_GT(entropy[i], 0);
    EXPECT_NEAR(added[i], -0.5 * entropy[i], 1e-5);
    EXPECT_NEAR(loss[i], language[i] + mask[i] + dice[i] + added[i], 1e-4);
  }
}

TEST(ExtendLossTerm, AnUnknownNameIsAnErrorThatListsTheKnownOnes) {
  RunConfig config = extend::tiny_run(extend::test_folder("loss_unknown"));
  config.loss.extra = {{"entropie", 0.5}};
  try {
    Trainer(config, "");
    FAIL() << "taken";
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("known: entropy"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace pixelsail
