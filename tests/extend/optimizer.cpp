// An optimizer of one's own (docs/howto_optimizer.md): Lion (Chen et al. 2023),
//
//   w <- w (1 - lr decay) - lr sign(beta1 m + (1 - beta1) g)      m <- beta2 m + (1 - beta2) g

#include "train/optimizer.h"

#include <torch/torch.h>

#include <algorithm>

#include "tiny_run.h"

namespace pixelsail {
namespace {

class Lion : public Optimizer {
 public:
  Lion(std::vector<GroupedParameter> parameters, const OptimizerConfig& config)
      : Optimizer(std::move(parameters), config) {
    for (const GroupedParameter& each : grouped()) averages_.push_back(torch::zeros_like(each.parameter));
  }

  NamedTensors state() const override {
    NamedTensors state;
    for (std::size_t i = 0; i < averages_.size(); ++i)
      state.emplace_back("exp_avg." + grouped()[i].name, averages_[i]);
    return state;
  }

 private:
  void update(double lr) override {
    for (std::size_t i = 0; i < averages_.size(); ++i) {
      const GroupedParameter& each = grouped()[i];
      const torch::Tensor& gradient = each.parameter.grad();
      if (!gradient.defined()) continue;
      const double rate = lr * each.group.lr_scale;
      const torch::Tensor direction =
          averages_[i].mul(config().beta1).add(gradient, 1 - config().beta1).sign_();
      each.parameter.mul_(1 - rate * each.group.weight_decay).sub_(direction, rate);
      averages_[i].mul_(config().beta2).add_(gradient, 1 - config().beta2);
    }
  }

  std::vector<torch::Tensor> averages_;
};

std::unique_ptr<Optimizer> make_lion(std::vector<GroupedParameter> parameters,
                                     const OptimizerConfig& config) {
  return std::make_unique<Lion>(std::move(parameters), config);
}

const Extension<OptimizerRow> kLion({.name = "lion", .make = make_lion});

RunConfig lion_run(const std::string& name) {
  RunConfig config = extend::tiny_run(extend::test_folder(name));
  config.train.optimizer.kind = "lion";
  config.train.checkpoint_every = 1;
  return config;
}

TEST(ExtendOptimizer, ItsStateSurvivesAResume) {
  const RunConfig whole = lion_run("lion"), parts = lion_run("lion_parts");
  EXPECT_TRUE(Trainer(whole, "").run(RunStart::kFresh));
  TrainerHooks hooks;
  hooks.on_step = [](const nlohmann::ordered_json&) { return false; };
  EXPECT_FALSE(Trainer(parts, "", {}, hooks).run(RunStart::kFresh));
  EXPECT_TRUE(Trainer(parts, "").run(RunStart::kResume));
  const auto weights = [](const RunConfig& config) {
    return read_file(std::filesystem::path(config.output_dir) / "final" / "model.safetensors");
  };
  EXPECT_EQ(weights(whole), weights(parts));
  EXPECT_EQ(extend::logged(whole, "loss"), extend::logged(parts, "loss"));
}

TEST(ExtendOptimizer, ItsNameIsOneOfTheKinds) {
  const std::vector<std::string> kinds = optimizer_kinds();
  EXPECT_NE(std::find(kinds.begin(), kinds.end(), "lion"), kinds.end());
}

}  // namespace
}  // namespace pixelsail
