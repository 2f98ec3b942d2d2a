// The published code's tensors against the library on the strict device.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <stdexcept>

#include "device.h"
#include "golden/golden.h"
#include "io/json.h"
#include "learner.h"
#include "support/source_folder.h"

namespace pixelsail::strict {
namespace {

namespace fs = std::filesystem;

fs::path golden() {
  return testing_support::source_folder() / "tests" / "golden";
}

/// Folders with a case of a model: what it computes from inputs, or its weights after some steps.
std::vector<std::string> model_cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(golden())) {
    if (fs::exists(entry.path() / "config.json") && fs::exists(entry.path() / "inputs.safetensors"))
      names.push_back(entry.path().filename().string());
  }
  if (names.empty()) throw std::runtime_error(golden().string() + ": no case of a model");
  std::ranges::sort(names);
  return names;
}

double largest(const torch::Tensor& tensor) {
  return tensor.numel() == 0 ? 0.0 : tensor.to(torch::kFloat64).abs().max().item<double>();
}

/// Forward tensors and losses, and gradients and their norms, relative to the largest value.
double limit_of(const std::string& name) {
  constexpr double kForward = 3e-5, kGradient = 1e-4;
  return name.starts_with("grad") || name == "step_grad_norm" ? kGradient : kForward;
}

void compare(const std::string& name, const torch::Tensor& expected, const Trace& trace) {
  ASSERT_TRUE(trace.contains(name)) << name << " was not computed";
  const torch::Tensor& actual = trace.at(name);
  ASSERT_EQ(actual.sizes(), expected.sizes()) << name;
  if (name == "masks") {
    const torch::Tensor sure = trace.at("mask_logits_full").abs() > 1e-4;
    EXPECT_FALSE(((actual != expected) & sure).any().item<bool>()) << name;
  } else if (!expected.is_floating_point()) {
    EXPECT_TRUE(torch::equal(actual, expected)) << name;
  } else {
    const double difference = largest(actual.to(torch::kFloat64) - expected.to(torch::kFloat64));
    // Readings at points are sums of values that may cancel out.
    const double absolute = name.starts_with("sampled_") ? 3e-5 : 0;
    EXPECT_LE(difference, absolute + limit_of(name) * largest(expected)) << name;
  }
}

/// Weights after some steps: the way they went from those that the case began with.
void compare_updates(const fs::path& folder, const Trace& trace) {
  const auto weights = read_tensors(
      folder / json_string(read_json(folder / "config.json"), "weights", (folder / "config.json").string()));
  const auto after = read_tensors(folder / "after.safetensors");
  for (const auto& [name, expected] : after) {
    ASSERT_TRUE(trace.contains("after/" + name)) << name;
    const torch::Tensor before = weights.at(name).to(torch::kFloat64);
    EXPECT_LT(relative_norm(trace.at("after/" + name).to(torch::kFloat64) - before,
                            expected.to(torch::kFloat64) - before),
              update_limit(name))
        << name;
  }
  const auto moved =
      std::ranges::count_if(trace, [](const auto& item) { return item.first.starts_with("after/"); });
  EXPECT_EQ(static_cast<std::size_t>(moved), after.size()) << "a parameter moved that has no gradient";
}

class Published : public testing::TestWithParam<std::string> {};

TEST_P(Published, EveryTensorAgrees) {
  const fs::path folder = golden() / GetParam();
  const Trace trace = run_golden(folder, device());
  std::size_t compared = 0;
  for (const char* file : {"outputs.safetensors", "grads.safetensors"}) {
    if (!fs::exists(folder / file)) continue;
    const std::string prefix = std::string(file) == "grads.safetensors" ? "grad/" : "";
    for (const auto& [name, expected] : read_tensors(folder / file)) {
      compare(prefix + name, expected, trace);
      ++compared;
    }
  }
  EXPECT_GE(compared, 2U);
  if (fs::exists(folder / "after.safetensors")) compare_updates(folder, trace);
}

INSTANTIATE_TEST_SUITE_P(Cases, Published, testing::ValuesIn(model_cases()),
                         [](const auto& instance) { return instance.param; });

TEST(PublishedCases, AreAllThere) {
  const std::vector<std::string> names = model_cases();
  if (!is_strict()) GTEST_SKIP() << "a release holds some of them";
  for (const char* name : {"eve_generate", "eve_tiny", "generate", "generate_seg", "sail_batch",
                           "sail_image_no_vp", "sail_preproj", "sail_text", "sail_tiny"})
    EXPECT_TRUE(std::ranges::count(names, name) == 1) << name;
}

}  // namespace
}  // namespace pixelsail::strict
