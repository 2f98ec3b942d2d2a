// Sessions on a small random checkpoint.

#include "pixelsail/session.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>

#include "../checkpoint/small_checkpoint.h"
#include "checkpoint/checkpoint.h"
#include "io/atomic_file.h"
#include "io/json.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

class RandomSession : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    fs::remove_all(folder());
    testing_support::write_small_checkpoint(folder());
  }
  static void TearDownTestSuite() { fs::remove_all(folder()); }
  static fs::path folder() { return fs::path(testing::TempDir()) / "session_test"; }

  static std::shared_ptr<const Image> picture(int height, int width, int seed) {
    auto image = std::make_shared<Image>(height, width);
    for (std::size_t i = 0; i < image->rgb.size(); ++i)
      image->rgb[i] = static_cast<std::uint8_t>(i * 7 + seed * 31);
    return image;
  }

  Session session_{folder(), {.device = "cpu"}};
};

TEST_F(RandomSession, BatchEqualsSingle) {
  const auto shared = picture(60, 90, 1);
  std::vector<Query> queries{
      {.image = shared, .prompt = "Please segment the [SEG] disc.", .max_new_tokens = 12},
      {.image = shared, .prompt = "What is this?", .max_new_tokens = 5},
      {.image = picture(33, 20, 2), .prompt = "Hello", .max_new_tokens = 9},
      {.image = nullptr, .prompt = "No picture at all", .max_new_tokens = 7},
      {.image = shared,
       .prompt = "What is <Prompt0>?",
       .regions = {BoxRegion{10, 10, 30, 20}},
       .max_new_tokens = 8,
       .answer_prefix = "It is [SEG]"}};
  const std::vector<Answer> batch = session_.answer(queries);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const Answer single = session_.answer(queries[i]);
    EXPECT_EQ(batch[i].text, single.text) << i;
    EXPECT_EQ(batch[i].token_ids, single.token_ids) << i;
    EXPECT_EQ(batch[i].masks, single.masks) << i;
    EXPECT_NEAR(batch[i].token_log_probability, single.token_log_probability, 1e-4) << i;
  }
}

TEST_F(RandomSession, EverySegHasAMaskOfTheImagesSize) {
  const Answer answer = session_.answer({.image = picture(47, 81, 3),
                                         .prompt = "[SEG] and [SEG]",
                                         .max_new_tokens = 4,
                                         .answer_prefix = "It is [SEG]."});
  ASSERT_GE(answer.masks.size(), 3U);
  EXPECT_EQ(answer.mask_scores.size(), answer.masks.size());
  for (const Mask& mask : answer.masks) {
    EXPECT_EQ(mask.height, 47);
    EXPECT_EQ(mask.width, 81);
  }
  for (const double score : answer.mask_scores) EXPECT_TRUE(score == 0 || (score > 0.5 && score <= 1));
  EXPECT_TRUE(answer.text.starts_with("It is [SEG]."));
}

TEST_F(RandomSession, BadQueriesAreErrors) {
  const auto image = picture(32, 32, 1);
  EXPECT_THROW(session_.answer({.image = image, .prompt = ""}), DataError);
  EXPECT_THROW(
      session_.answer({.image = image, .prompt = "What is <Prompt1>?", .regions = {PointRegion{3, 3}}}),
      DataError);
  EXPECT_THROW(session_.answer({.image = image, .prompt = std::string(4000, 'x')}), DataError);
  EXPECT_THROW(session_.answer({.image = nullptr, .prompt = "hi", .regions = {PointRegion{3, 3}}}),
               ConfigError);
  EXPECT_THROW(session_.answer({.image = image, .prompt = "x", .regions = {PointRegion{99, 3}}}), DataError);
  EXPECT_THROW(session_.answer({.image = image, .prompt = "x", .max_new_tokens = 0}), ConfigError);
}

TEST_F(RandomSession, BrokenCheckpointsAreNamed) {
  EXPECT_THROW(Session(folder() / "nowhere"), DataError);
  EXPECT_THROW(Session(folder(), {.device = "tpu"}), ConfigError);
  const fs::path broken = folder().string() + "_broken";
  const auto broken_with = [&](const char* file, const std::string& bytes) {
    fs::remove_all(broken);
    fs::copy(folder(), broken);
    write_file_atomic(broken / file, bytes);
  };
  const std::string weights = read_file(folder() / "model.safetensors");
  broken_with("model.safetensors", weights.substr(0, weights.size() / 2));
  EXPECT_THROW(Session{broken}, DataError);
  Json config = read_json(folder() / "config.json");
  config["special_token_ids"]["[SEG]"] = 3;
  broken_with("config.json", config.dump());
  EXPECT_THROW(Session{broken}, DataError);
  config = read_json(folder() / "config.json");
  config["intermediate_size"] = 64;
  broken_with("config.json", config.dump());
  EXPECT_THROW(Session{broken}, DataError);
  broken_with("preprocessor_config.json", "{}");
  EXPECT_THROW(Session{broken}, DataError);
  fs::remove_all(broken);
}

TEST_F(RandomSession, RowsOfAPaddedVocabularyAreNeverChosen) {
  LoadedModel loaded = load_checkpoint(folder(), torch::kCPU, torch::kFloat32);
  const std::int64_t tokens = loaded.tokenizer->vocab_size();
  ModelConfig config = loaded.model->config;
  config.vocab_size = tokens + 40;
  PixelSail padded(config);
  padded->initialize(5);
  {
    const torch::NoGradGuard no_grad;
    // Large rows of either sign: one of them has the largest logit of all.
    torch::Tensor rows = padded->single_transformer->model->embed_tokens->weight.narrow(0, tokens, 40);
    rows.copy_(torch::randn(rows.sizes()) * 50);
  }
  const fs::path path = folder().string() + "_padded";
  fs::create_directories(path);
  save_checkpoint(path, *padded, *loaded.tokenizer, PreprocessConfig{});
  const Session session(path, {.device = "cpu"});
  const Answer answer =
      session.answer({.image = picture(40, 40, 1), .prompt = "What is this?", .max_new_tokens = 6});
  for (const std::int64_t id : answer.token_ids) EXPECT_LT(id, tokens);
  fs::remove_all(path);
}

TEST_F(RandomSession, HalfPrecisionAnswers) {
  const Session half(folder(), {.device = "cpu", .dtype = "bf16"});
  const Answer answer = half.answer({.image = picture(40, 40, 1), .prompt = "[SEG]", .max_new_tokens = 3});
  EXPECT_FALSE(answer.masks.empty());
  EXPECT_GT(half.parameter_count(), 10000);
}

}  // namespace
}  // namespace pixelsail
