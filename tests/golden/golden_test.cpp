// Every tensor of the published code's cases against this library.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <fstream>

#include "io/json.h"
#include "parity/checkpoint_case.h"
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
  if ((has(name, "patches") && !has(name, "masks")) || has(name, "pixel_values")) return {0, 1e-6};
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
  for (const char* file :
       {"outputs.safetensors", "grads.safetensors", "tensors.safetensors", "eve_tensors.safetensors"}) {
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
                                         "sail_batch", "generate", "generate_seg", "eve_tiny", "eve_generate",
                                         "points", "preprocess"),
                         [](const auto& instance) { return std::string(instance.param); });

/// Checkpoints that transformers wrote, and what it computes from them (make_hf_golden.py).
class HuggingFace : public testing::TestWithParam<const char*> {};

TEST_P(HuggingFace, LogitsAndGreedyTokensAgree) {
  const fs::path folder = golden_folder() / GetParam();
  const auto expected = read_tensors(folder / "expected.safetensors");
  const bool f32 = expected.contains("tokens_0");
  const Trace trace = run_checkpoint_case({.checkpoint = folder,
                                           .ids = folder / "ids.json",
                                           .dtype = f32 ? torch::kFloat32 : torch::kBFloat16,
                                           .generate = f32 ? expected.at("tokens_0").size(0) : 0});
  ASSERT_EQ(trace.size(), expected.size());
  std::int64_t clear = 0, equal = 0;
  for (const auto& [name, tensor] : expected) {
    const torch::Tensor& actual = trace.at(name);
    ASSERT_EQ(actual.sizes(), tensor.sizes()) << name;
    if (name.starts_with("tokens_")) {
      EXPECT_TRUE(torch::equal(actual, tensor)) << name;
    } else if (f32) {
      const double range = (tensor.max() - tensor.min()).item<double>();
      EXPECT_LE(largest(actual - tensor), 2e-4 * range) << name;
    } else {
      // bfloat16 keeps 8 bits: logits closer than that may change places.
      const auto best = tensor.topk(2, 1);
      const torch::Tensor first = std::get<0>(best).select(1, 0), second = std::get<0>(best).select(1, 1);
      const torch::Tensor wide = first - second > first.abs() / 128;
      clear += wide.sum().item<std::int64_t>();
      equal += (wide & (tensor.argmax(1) == actual.argmax(1))).sum().item<std::int64_t>();
    }
  }
  EXPECT_GE(static_cast<double>(equal), 0.99 * static_cast<double>(clear));
  if (!f32) {
    EXPECT_GT(clear, 20);
  }
}

INSTANTIATE_TEST_SUITE_P(Written, HuggingFace,
                         testing::Values("hf_qwen2_tied", "hf_qwen2_untied", "hf_qwen2_bf16", "hf_mistral",
                                         "hf_mistral_bf16"),
                         [](const auto& instance) { return std::string(instance.param); });

TEST(CheckpointCase, BadIdsAndTooLongTextsAreNamed) {
  const fs::path folder = golden_folder() / "hf_mistral", ids = fs::path(testing::TempDir()) / "ids.json";
  const auto refused = [&](const std::string& text, std::int64_t generate, const std::string& part) {
    std::ofstream(ids) << text;
    try {
      run_checkpoint_case({.checkpoint = folder, .ids = ids, .generate = generate});
      ADD_FAILURE() << text;
    } catch (const DataError& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  };
  refused("[[1, 2], [3, 307]]", 0, "[1][1] is 307");
  refused("[[1], [-1]]", 0, "[1][0] is -1");
  refused("[[]]", 0, "[0] is not a list");
  refused("{}", 0, "list of lists");
  refused("[[1, 2, 3]]", 198, "sliding_window");
  fs::remove(ids);
}

TEST(GoldenTokenizers, EveryLineHasItsIds) {
  std::size_t lines = 0;
  for (const char* name : {"tokenizer_bpe", "tokenizer_spm"}) {
    const Trace trace = run_parity_case(golden_folder() / name);
    for (const auto& entry : fs::directory_iterator(golden_folder() / name)) {
      if (entry.path().extension() != ".jsonl") continue;
      read_jsonl(entry.path(), [&](Json&& line, std::size_t number) {
        const torch::Tensor& ids =
            trace.at(entry.path().stem().string() + "." + std::to_string(number - 1) + ".ids");
        const auto expected = line.at("ids").get<std::vector<std::int64_t>>();
        EXPECT_TRUE(torch::equal(ids, torch::tensor(expected, torch::kInt64))) << name << " " << number;
        ++lines;
      });
    }
  }
  EXPECT_GT(lines, 400U);
}

TEST(GoldenFolder, AnythingElseIsRefused) {
  EXPECT_THROW(run_parity_case(golden_folder() / "hf_mistral" / "config.json"), DataError);
  EXPECT_THROW(run_parity_case(golden_folder() / "no_such_case"), DataError);
}

}  // namespace
}  // namespace pixelsail
