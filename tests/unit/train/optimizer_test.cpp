#include "train/optimizer.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>

#include "pixelsail/error.h"
#include "train/optimizers/orthogonalize.h"

namespace pixelsail {
namespace {

TEST(Optimizer, TwoStepsAsWritten) {
  const OptimizerConfig config{.beta1 = 0.9, .beta2 = 0.99, .eps = 1e-8, .weight_decay = 0.1, .clip_norm = 0};
  const torch::Tensor w = torch::tensor({0.5F}).requires_grad_();
  const std::unique_ptr<Optimizer> optimizer = make_optimizer(NamedTensors{{"w", w}}, config);
  double value = 0.5, m = 0, v = 0;
  for (int t = 1; t <= 2; ++t) {
    const double lr = 0.1 / t, g = 0.3 * t;
    w.mutable_grad() = torch::tensor({static_cast<float>(g)});
    optimizer->step(lr);
    value -= lr * 0.1 * value;
    m = 0.9 * m + 0.1 * g;
    v = 0.99 * v + 0.01 * g * g;
    value -= lr * (m / (1 - std::pow(0.9, t))) / (std::sqrt(v / (1 - std::pow(0.99, t))) + 1e-8);
    EXPECT_NEAR(w.item<double>(), value, 1e-6) << t;
  }
}

TEST(Optimizer, ClipsToTheCommonNormAndReportsIt) {
  const torch::Tensor a = torch::zeros({1}).requires_grad_(), b = torch::zeros({1}).requires_grad_();
  const std::unique_ptr<Optimizer> optimizer =
      make_optimizer(NamedTensors{{"a", a}, {"b", b}}, {.clip_norm = 1.0});
  a.mutable_grad() = torch::tensor({3.0F});
  b.mutable_grad() = torch::tensor({4.0F});
  const double norm = optimizer->gradient_norm().item<double>();
  EXPECT_NEAR(norm, 5.0, 1e-6);
  optimizer->clip_gradients(norm);
  EXPECT_NEAR(a.grad().item<double>(), 0.6, 1e-5);
  EXPECT_NEAR(b.grad().item<double>(), 0.8, 1e-5);
}

TEST(Optimizer, ParametersWithoutGradientStay) {
  const torch::Tensor a = torch::ones({1}).requires_grad_(), b = torch::ones({1}).requires_grad_();
  const std::unique_ptr<Optimizer> optimizer = make_optimizer(NamedTensors{{"a", a}, {"b", b}}, {});
  a.mutable_grad() = torch::ones({1});
  optimizer->step(0.1);
  EXPECT_EQ(b.item<double>(), 1.0);
  EXPECT_NE(a.item<double>(), 1.0);
}

TEST(Optimizer, AGradientOfAnotherLayoutIsRefusedBeforeAnythingChanges) {
  const auto refused = [](const torch::Tensor& gradient, const std::string& part) {
    const torch::Tensor a = torch::ones({2, 3}).requires_grad_(), b = torch::ones({2, 3}).requires_grad_();
    const std::unique_ptr<Optimizer> optimizer =
        make_optimizer(NamedTensors{{"first", a}, {"second", b}}, {});
    a.mutable_grad() = torch::ones({2, 3});
    b.mutable_grad() = gradient;
    try {
      optimizer->step(0.1);
      ADD_FAILURE() << part;
    } catch (const RunError& error) {
      EXPECT_NE(std::string(error.what()).find("second"), std::string::npos) << error.what();
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
    EXPECT_TRUE(torch::equal(a, torch::ones({2, 3})));
  };
  refused(torch::ones({3, 2}).t(), "layout");
  refused(torch::ones({2, 6}).slice(1, 0, 6, 2), "layout");
}

TEST(Optimizer, OrthogonalizeBringsSingularValuesNearOne) {
  torch::manual_seed(3);
  for (const auto& [rows, columns] : {std::pair{6, 20}, {20, 6}, {8, 8}}) {
    const torch::Tensor x = torch::randn({2, rows, columns}) * 7.0;
    const torch::Tensor y = orthogonalize(x);
    ASSERT_EQ(y.sizes(), x.sizes());
    const torch::Tensor values = at::linalg_svdvals(y);
    EXPECT_GT(values.min().item<double>(), 0.5);
    EXPECT_LT(values.max().item<double>(), 1.3);
    // The same directions: y = u f(s) v^T, so that x y^T is symmetric.
    const torch::Tensor product = at::bmm(x, y.transpose(1, 2));
    EXPECT_LT((product - product.transpose(1, 2)).abs().max().item<double>(),
              0.03 * product.abs().max().item<double>());
  }
}

TEST(Optimizer, OrthogonalizeIsThePublishedIteration) {
  torch::manual_seed(6);
  for (const auto& [rows, columns] : {std::pair{6, 20}, {20, 6}, {8, 8}, {1, 5}}) {
    const torch::Tensor x = torch::randn({2, rows, columns});
    const torch::Tensor y = orthogonalize(x, torch::kFloat32);
    for (std::int64_t b = 0; b < 2; ++b) {
      // Five times X <- a X + (b A + c A A) X with A = X X^T, on the matrix with no more rows than columns.
      torch::Tensor z = x[b].to(torch::kFloat64);
      if (rows > columns) z = z.t();
      z = z / z.norm();
      for (int i = 0; i < 5; ++i) {
        const torch::Tensor a = z.mm(z.t());
        z = 3.4445 * z + (-4.7750 * a + 2.0315 * a.mm(a)).mm(z);
      }
      if (rows > columns) z = z.t();
      EXPECT_LT((y[b].to(torch::kFloat64) - z).norm().item<double>(), 1e-4 * z.norm().item<double>());
    }
  }
}

TEST(Optimizer, MuonMovesHiddenMatricesByOrthogonalSteps) {
  OptimizerConfig config{.kind = "muon", .weight_decay = 0.1, .clip_norm = 0, .muon_lr_scale = 2};
  torch::manual_seed(4);
  const std::string name = "single_transformer.model.layers.0.mlp.up_proj.weight";
  const torch::Tensor matrix = torch::randn({4, 6}).requires_grad_(),
                      embedding = torch::randn({4, 6}).requires_grad_();
  const std::unique_ptr<Optimizer> optimizer = make_optimizer(
      NamedTensors{{name, matrix}, {"single_transformer.model.embed_tokens.weight", embedding}}, config);
  torch::Tensor expected = matrix.detach().clone(), momentum = torch::zeros({4, 6});
  for (int step = 0; step < 2; ++step) {
    const torch::Tensor g = torch::randn({4, 6});
    matrix.mutable_grad() = g.clone();
    embedding.mutable_grad() = g.clone();
    optimizer->step(0.01);
    momentum = 0.95 * momentum + g;
    const torch::Tensor direction = orthogonalize((g + 0.95 * momentum).unsqueeze(0))[0];
    expected = expected * (1 - 0.02 * 0.1) - 0.02 * 0.2 * std::sqrt(6.0) * direction;
    EXPECT_TRUE(torch::allclose(matrix, expected, 1e-5, 1e-6)) << step;
  }
  std::vector<std::string> names;
  for (const auto& [key, tensor] : optimizer->state()) names.push_back(key);
  EXPECT_EQ(names, (std::vector<std::string>{"momentum." + name,
                                             "exp_avg.single_transformer.model.embed_tokens.weight",
                                             "exp_avg_sq.single_transformer.model.embed_tokens.weight",
                                             "step.single_transformer.model.embed_tokens.weight"}));
}

TEST(Optimizer, StateRoundTripAndMissingEntries) {
  const torch::Tensor w = torch::ones({3}).requires_grad_();
  const std::unique_ptr<Optimizer> optimizer = make_optimizer(NamedTensors{{"w", w}}, {});
  w.mutable_grad() = torch::ones({3});
  optimizer->step(0.1);
  std::map<std::string, torch::Tensor> state;
  for (auto& [name, tensor] : optimizer->state()) state[name] = tensor.clone();
  const std::unique_ptr<Optimizer> other = make_optimizer(NamedTensors{{"w", w}}, {});
  other->load_state(state, "file");
  for (auto& [name, tensor] : other->state()) EXPECT_TRUE(torch::equal(tensor, state[name])) << name;
  state.erase("exp_avg.w");
  EXPECT_THROW(other->load_state(state, "file"), DataError);
}

}  // namespace
}  // namespace pixelsail
