// Every tensor of the published code's cases against this library.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <fstream>

#include "golden/checkpoint_golden.h"
#include "golden/golden.h"
#include "io/json.h"
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
  const Trace trace = run_golden(folder);
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

/// Weights after some optimizer steps: of PyTorch's AdamW on the published model (sail_steps,
/// sail_preproj_steps), and on a plain PyTorch twin of each family (make_step_cases.py).
class GoldenSteps : public testing::TestWithParam<std::tuple<const char*, int>> {};

TEST_P(GoldenSteps, EveryParameterMovesAlike) {
  const auto [name, threads] = GetParam();
  const fs::path folder = golden_folder() / name;
  const int before_threads = torch::get_num_threads();
  torch::set_num_threads(threads);
  const Trace trace = run_golden(folder);
  torch::set_num_threads(before_threads);
  const Json config = read_json(folder / "config.json");
  const auto before = read_tensors(folder / config.at("weights").get<std::string>());
  const auto after = read_tensors(folder / "after.safetensors");
  for (const auto& [key, expected] : after) {
    const auto found = trace.find("after/" + key);
    ASSERT_NE(found, trace.end()) << key;
    const double update = (expected - before.at(key)).norm().item<double>();
    // The gradient of a key's bias is close to rounding noise.
    const double limit = key.ends_with("k_proj.bias") ? 3e-2 : 3e-3;
    EXPECT_LT((found->second - expected).norm().item<double>(), limit * update) << key;
  }
  const auto moved = static_cast<std::size_t>(
      std::ranges::count_if(trace, [](const auto& item) { return item.first.starts_with("after/"); }));
  EXPECT_EQ(moved, after.size()) << "a parameter moved that has no gradient";
  const auto outputs = read_tensors(folder / "outputs.safetensors");
  const auto relative = [&](const char* key) {
    const torch::Tensor& expected = outputs.at(key);
    EXPECT_EQ(trace.at(key).sizes(), expected.sizes());
    return ((trace.at(key) - expected).abs() / expected.abs()).max().item<double>();
  };
  EXPECT_LT(relative("step_loss"), 3e-5);
  EXPECT_LT(relative("step_grad_norm"), 1e-4);
}

INSTANTIATE_TEST_SUITE_P(Published, GoldenSteps,
                         testing::Combine(testing::Values("sail_steps", "sail_preproj_steps", "steps_sail",
                                                          "steps_sail_7b", "steps_solo", "steps_eve"),
                                          testing::Values(1, 2)),
                         [](const auto& instance) {
                           return std::string(std::get<0>(instance.param)) + "_" +
                                  std::to_string(std::get<1>(instance.param));
                         });

TEST(GoldenSchedule, EveryRateIsMmengines) {
  const fs::path file = golden_folder() / "schedule" / "schedule.json";
  const OrderedJson computed = run_schedule_golden(file);
  const Json cases = read_json(file);
  ASSERT_GE(cases.size(), 3U);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto expected = cases[i].at("rates").get<std::vector<double>>();
    const auto rates = computed[i].at("rates").get<std::vector<double>>();
    ASSERT_EQ(rates.size(), expected.size()) << i;
    for (std::size_t k = 0; k < rates.size(); ++k)
      EXPECT_NEAR(rates[k], expected[k], std::max(1e-9 * expected[k], 1e-15)) << i << " " << k;
  }
}

TEST(GoldenSchedule, AMalformedCaseIsNamed) {
  const fs::path file = fs::path(testing::TempDir()) / "schedules.json";
  const auto refused = [&](const std::string& text, const std::string& part) {
    std::ofstream(file) << text;
    try {
      run_schedule_golden(file);
      ADD_FAILURE() << text;
    } catch (const DataError& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  };
  refused("{}", "not a list");
  refused(R"([{"lr": 1, "micro_batches": 8, "accumulate": 2}, {"lr": 1, "accumulate": 2}])", "case 1");
  refused(R"([{"lr": 1, "micro_batches": 8, "accumulate": 0}])", "case 0");
  refused(R"([{"lr": 1, "micro_batches": 8, "accumulate": 1, "schedule_unit": "epoch"}])", "schedule_unit");
  fs::remove(file);
}

/// Checkpoints that transformers wrote, and what it computes from them (make_hf_golden.py).
class HuggingFace : public testing::TestWithParam<const char*> {};

TEST_P(HuggingFace, LogitsAndGreedyTokensAgree) {
  const fs::path folder = golden_folder() / GetParam();
  const auto expected = read_tensors(folder / "expected.safetensors");
  const bool f32 = expected.contains("tokens_0");
  const Trace trace = run_checkpoint_golden({.checkpoint = folder,
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

TEST(CheckpointGolden, BadIdsAndTooLongTextsAreNamed) {
  const fs::path folder = golden_folder() / "hf_mistral", ids = fs::path(testing::TempDir()) / "ids.json";
  const auto refused = [&](const std::string& text, std::int64_t generate, const std::string& part) {
    std::ofstream(ids) << text;
    try {
      run_checkpoint_golden({.checkpoint = folder, .ids = ids, .generate = generate});
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
    const Trace trace = run_golden(golden_folder() / name);
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
  EXPECT_THROW(run_golden(golden_folder() / "hf_mistral" / "config.json"), DataError);
  EXPECT_THROW(run_golden(golden_folder() / "no_such_case"), DataError);
}

}  // namespace
}  // namespace pixelsail
