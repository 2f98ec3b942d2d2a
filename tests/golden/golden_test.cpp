// Every tensor of the published code's cases against this library.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "parity/parity.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

fs::path golden_folder() {
  return fs::path(PIXELSAIL_SOURCE_DIR) / "tests" / "golden";
}

double largest(const torch::Tensor& tensor) {
  return tensor.numel() == 0 ? 0.0 : tensor.to(torch::kFloat64).abs().max().item<double>();
}

bool has(const std::string& name, const char* part) {
  return name.find(part) != std::string::npos;
}

/// What may differ for a tensor of this name: relative to its largest value, and absolute.
struct Limit {
  double relative = 3e-5, absolute = 0;
};

Limit limit_of(const std::string& name) {
  if (name.starts_with("grad")) return {1e-4, 0};
  if (has(name, "patches") && !has(name, "masks")) return {0, 1e-6};
  if (has(name, "sampled_") || has(name, "read.")) return {0, 3e-5};
  if (has(name, "coords") || has(name, "selection_gap")) return {0, 1e-6};
  return {};
}

void compare(const std::string& name, const torch::Tensor& expected, const Trace& trace) {
  const auto it = trace.find(name);
  ASSERT_NE(it, trace.end()) << name << " was not computed";
  const torch::Tensor& actual = it->second;
  ASSERT_EQ(actual.sizes(), expected.sizes()) << name;
  if (name == "masks") {
    const torch::Tensor differs = actual != expected;
    const torch::Tensor sure = trace.at("mask_logits_full").abs() > 1e-4;
    EXPECT_EQ((differs & sure).sum().item<std::int64_t>(), 0) << name;
  } else if (!expected.is_floating_point()) {
    EXPECT_TRUE(torch::equal(actual, expected)) << name;
  } else {
    const Limit limit = limit_of(name);
    const double difference = largest(actual.to(torch::kFloat64) - expected.to(torch::kFloat64));
    EXPECT_LE(difference, limit.absolute + limit.relative * largest(expected)) << name;
  }
}

/// Tensors of preprocess/ and points/ that are inputs of the case.
bool is_input(const std::string& name) {
  return name.ends_with(".prompt_masks") || has(name, "rand_") || name == "mask_logits" ||
         name == "read.coords" || name == "read.binary_masks";
}

class Golden : public testing::TestWithParam<const char*> {};

TEST_P(Golden, EveryTensorAgrees) {
  const fs::path folder = golden_folder() / GetParam();
  const Trace trace = run_parity_case(folder);
  std::size_t compared = 0;
  for (const char* file : {"outputs.safetensors", "grads.safetensors", "tensors.safetensors"}) {
    if (!fs::exists(folder / file)) continue;
    const bool cases = std::string(file) == "tensors.safetensors";
    const std::string prefix = std::string(file) == "grads.safetensors" ? "grad/" : "";
    for (const auto& [name, expected] : read_tensors(folder / file)) {
      if (cases && is_input(name)) continue;
      compare(prefix + name, expected, trace);
      ++compared;
    }
  }
  EXPECT_GE(compared, 5U);
}

INSTANTIATE_TEST_SUITE_P(Published, Golden,
                         testing::Values("sail_tiny", "sail_text", "sail_image_no_vp", "sail_preproj",
                                         "sail_batch", "generate", "generate_seg", "points", "preprocess"),
                         [](const auto& instance) { return std::string(instance.param); });

TEST(GoldenFolder, AnythingElseIsRefused) {
  EXPECT_THROW(run_parity_case(golden_folder() / "tokenizer_spm"), DataError);
  EXPECT_THROW(run_parity_case(golden_folder() / "no_such_case"), DataError);
}

}  // namespace
}  // namespace pixelsail
