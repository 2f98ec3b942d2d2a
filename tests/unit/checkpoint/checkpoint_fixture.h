#pragma once

/// Small checkpoints of several families for tests, made anew in a temporary folder.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "checkpoint/checkpoint.h"
#include "checkpoint/hf_config.h"
#include "families/family.h"
#include "io/json.h"
#include "model/weights.h"
#include "small_checkpoint.h"

namespace pixelsail::testing_support {

class Checkpoints : public testing::Test {
 protected:
  Checkpoints() {
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_);
  }
  ~Checkpoints() override { std::filesystem::remove_all(root_); }

  /// A Pixel-SAIL with the demo's tokenizer.
  std::filesystem::path write_pixelsail(const std::string& name, bool tied = true) {
    const std::filesystem::path folder = root_ / name;
    write_small_checkpoint(folder, tied);
    return folder;
  }

  /// A language model of Hugging Face without a tokenizer; `change` may edit its tensors.
  std::filesystem::path write_language_model(const std::string& name, const NameTable& table, bool tied,
                                             const std::function<void(NamedTensors&)>& change = {}) {
    ModelConfig config = small_config();
    config.backbone = Backbone::kText;
    config.vocab_size = 50;
    config.tie_word_embeddings = tied;
    config.attention_bias = table.family == "qwen2";
    PixelSail model(config);
    model->initialize(7);
    NamedTensors tensors;
    for (const auto& [ours, tensor] : named_tensors(*model))
      tensors.emplace_back(*table.from_ours(ours), tensor.detach().clone());
    if (change) change(tensors);
    const std::filesystem::path folder = root_ / name;
    std::filesystem::create_directories(folder);
    write_json_atomic(folder / "config.json", model_config_to_hf(config, table.family, "float32"));
    write_tensors(folder / "model.safetensors", tensors);
    return folder;
  }

  static void expect_same_tensors(const std::map<std::string, torch::Tensor>& a,
                                  const std::map<std::string, torch::Tensor>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (const auto& [name, tensor] : a) {
      ASSERT_TRUE(b.contains(name)) << name;
      EXPECT_EQ(tensor.scalar_type(), b.at(name).scalar_type()) << name;
      EXPECT_TRUE(torch::equal(tensor, b.at(name))) << name;
    }
  }

  std::filesystem::path root_ = std::filesystem::path(testing::TempDir()) /
                                testing::UnitTest::GetInstance()->current_test_info()->name();
};

}  // namespace pixelsail::testing_support
