// Sessions on a small random checkpoint.

#include "pixelsail/session.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>

#include "../checkpoint/small_checkpoint.h"
#include "checkpoint/adapter_files.h"
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

TEST_F(RandomSession, AnswersInFloat32OnTheCpuUnlessToldOtherwise) {
  EXPECT_EQ(session_.dtype(), "f32");
  EXPECT_EQ(Session(folder(), {.device = "cpu", .dtype = "bf16"}).dtype(), "bf16");
}

TEST_F(RandomSession, BatchEqualsSingle) {
  const auto shared = picture(60, 90, 1);
  std::vector<Query> queries{
      {.image = shared, .question = "Please segment the [SEG] disc.", .max_new_tokens = 12},
      {.image = shared, .question = "What is this?", .max_new_tokens = 5},
      {.image = picture(33, 20, 2), .question = "Hello", .max_new_tokens = 9},
      {.image = nullptr, .question = "No picture at all", .max_new_tokens = 7},
      {.image = shared,
       .question = "What is <Prompt0>?",
       .visual_prompts = {BoxRegion{10, 10, 30, 20}},
       .max_new_tokens = 8,
       .answer_prefix = "It is [SEG]"}};
  const std::vector<Answer> batch = session_.answer(queries);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const Answer single = session_.answer(queries[i]);
    EXPECT_EQ(batch[i].text, single.text) << i;
    EXPECT_EQ(batch[i].token_ids, single.token_ids) << i;
    EXPECT_EQ(batch[i].masks, single.masks) << i;
    EXPECT_EQ(batch[i].token_log_probability, single.token_log_probability) << i;
  }
}

TEST_F(RandomSession, TwelveQueriesGiveTheBytesOfEachAlone) {
  const std::vector<std::shared_ptr<const Image>> pictures{picture(60, 90, 1), picture(33, 20, 2), nullptr};
  std::vector<Query> queries;
  for (int i = 0; i < 12; ++i) {
    const auto& image = pictures[static_cast<std::size_t>(i % 5 % 3)];
    queries.push_back(
        {.image = image,
         .question = "Question " + std::string(static_cast<std::size_t>(i), 'x') + " [SEG] [SEG]",
         .max_new_tokens = 3 + i});
    if (image != nullptr && i % 4 == 1) {
      queries.back().visual_prompts = {BoxRegion{2, 3, 10, 12}};
      queries.back().question += " <Prompt0>";
    }
  }
  const std::vector<Answer> together = session_.answer(queries);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const Answer alone = session_.answer(queries[i]);
    EXPECT_EQ(together[i].text, alone.text) << i;
    EXPECT_EQ(together[i].token_ids, alone.token_ids) << i;
    EXPECT_EQ(together[i].token_log_probability, alone.token_log_probability) << i;
    EXPECT_EQ(together[i].masks, alone.masks) << i;
    EXPECT_EQ(together[i].mask_scores, alone.mask_scores) << i;
  }
}

TEST_F(RandomSession, EverySegHasAMaskOfTheImagesSize) {
  const Answer answer = session_.answer({.image = picture(47, 81, 3),
                                         .question = "[SEG] and [SEG]",
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

TEST_F(RandomSession, QueriesThatShareAnImageShareItsMaskFeatures) {
  const auto image = picture(47, 81, 3);
  std::vector<Query> queries;
  for (const char* prompt : {"[SEG] one", "two [SEG] and [SEG]", "none", "four [SEG]"})
    queries.push_back({.image = image, .question = prompt, .max_new_tokens = 2});
  queries.push_back({.image = image,
                     .question = "<Prompt0> is [SEG]",
                     .visual_prompts = {BoxRegion{0, 0, 40, 40}},
                     .max_new_tokens = 2});
  const std::vector<Answer> batch = session_.answer(queries);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const Answer single = session_.answer(queries[i]);
    EXPECT_EQ(batch[i].masks, single.masks) << i;
  }
  // A prompt changes the patch states: its masks are not those of the same words without it.
  EXPECT_NE(batch[4].masks, batch[0].masks);
}

TEST_F(RandomSession, SeveralAdaptersStandBesideOneModel) {
  const fs::path root = folder().string() + "_adapters";
  const LoadedModel base = load_checkpoint(folder(), WeightOptions{});
  for (const char* name : {"a", "b"}) {
    const Adapter adapter(*base.model,
                          {.rank = 2, .alpha = 4, .dropout = 0, .targets = {"o_proj", "up_proj"}}, 1);
    torch::manual_seed(name[0]);
    const torch::NoGradGuard no_grad;
    for (const auto& [layer, lora] : adapter.layers()) lora->b_OR.normal_(0, 0.4);
    fs::create_directories(root / name);
    save_adapter(root / name, adapter, base_hash(folder()), "base");
  }
  Session session(folder(), {.device = "cpu", .adapters = {{"a", root / "a"}}});
  session.add_adapter("b", root / "b");
  const auto image = picture(60, 90, 1);
  std::vector<Query> queries;
  for (const char* adapter : {"", "a", "b", "a", ""})
    queries.push_back({.image = image, .question = "What is this?", .max_new_tokens = 6, .adapter = adapter});
  const std::vector<Answer> mixed = session.answer(queries);
  EXPECT_EQ(mixed[0].token_ids, session_.answer(queries[0]).token_ids);
  EXPECT_EQ(mixed[1].token_ids, mixed[3].token_ids);
  EXPECT_EQ(mixed[0].token_ids, mixed[4].token_ids);
  EXPECT_NE(mixed[1].token_log_probability, mixed[0].token_log_probability);
  EXPECT_NE(mixed[1].token_log_probability, mixed[2].token_log_probability);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const Answer alone = session.answer(queries[i]);
    EXPECT_EQ(alone.token_ids, mixed[i].token_ids) << i;
    EXPECT_EQ(alone.token_log_probability, mixed[i].token_log_probability) << i;
  }
  queries[2].adapter = "c";
  EXPECT_THROW(session.answer(queries), ConfigError);
  EXPECT_THROW(session.add_adapter("c", root / "nowhere"), DataError);
  EXPECT_THROW(session.add_adapter("", root / "a"), ConfigError);
  fs::remove_all(root);
}

TEST_F(RandomSession, RegionsBehindEmptyOnesKeepTheirNumbers) {
  const auto image = picture(64, 96, 1);
  const Mask empty(64, 96);
  const Region box = BoxRegion{0, 0, 40, 40}, other = BoxRegion{50, 10, 40, 40};
  const auto asked = [&](std::vector<Region> regions, const std::string& prompt) {
    return session_.answer(
        {.image = image, .question = prompt, .visual_prompts = std::move(regions), .max_new_tokens = 4});
  };
  const std::string prompt = "What do <Prompt1> and <Prompt3> have to do with [SEG]?";
  const Answer answer = asked({empty, box, empty, other}, prompt);
  ASSERT_EQ(answer.masks.size(), 1U);
  // Which number a region has counts, and so does each region.
  const Answer swapped = asked({empty, other, empty, box}, prompt);
  EXPECT_NE(answer.token_log_probability, swapped.token_log_probability);
  const Answer alone = asked({empty, box}, "What do <Prompt1> and <Prompt1> have to do with [SEG]?");
  EXPECT_NE(answer.masks, alone.masks);
  // A number that the prompt names needs pixels.
  EXPECT_THROW(asked({empty, box}, "What is <Prompt0>?"), DataError);
}

TEST_F(RandomSession, AnImageTooLargeForTheContextNamesASizeThatFits) {
  try {
    session_.answer({.image = picture(1000, 1000, 1), .question = "Hello"});
    ADD_FAILURE() << "accepted";
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("max_side"), std::string::npos) << error.what();
  }
}

TEST_F(RandomSession, DtypesAreChecked) {
  for (const char* dtype : {"f32", "bf16", "f16", "int8", "int4"})
    EXPECT_NO_THROW(Session(folder(), {.device = "cpu", .dtype = dtype})) << dtype;
  EXPECT_THROW(Session(folder(), {.device = "cpu", .dtype = "int3"}), ConfigError);
}

TEST_F(RandomSession, BadQueriesAreErrors) {
  const auto image = picture(32, 32, 1);
  EXPECT_THROW(session_.answer({.image = image, .question = ""}), DataError);
  EXPECT_THROW(session_.answer(
                   {.image = image, .question = "What is <Prompt1>?", .visual_prompts = {PointRegion{3, 3}}}),
               DataError);
  EXPECT_THROW(session_.answer({.image = image, .question = std::string(4000, 'x')}), DataError);
  EXPECT_THROW(session_.answer({.image = nullptr, .question = "hi", .visual_prompts = {PointRegion{3, 3}}}),
               ConfigError);
  EXPECT_THROW(session_.answer({.image = image, .question = "x", .visual_prompts = {PointRegion{99, 3}}}),
               DataError);
  EXPECT_THROW(session_.answer({.image = image, .question = "x", .max_new_tokens = 0}), ConfigError);
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
  LoadedModel loaded = load_checkpoint(folder(), WeightOptions{});
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
      session.answer({.image = picture(40, 40, 1), .question = "What is this?", .max_new_tokens = 6});
  for (const std::int64_t id : answer.token_ids) EXPECT_LT(id, tokens);
  fs::remove_all(path);
}

TEST_F(RandomSession, HalfPrecisionAnswers) {
  const Session half(folder(), {.device = "cpu", .dtype = "bf16"});
  const Answer answer = half.answer({.image = picture(40, 40, 1), .question = "[SEG]", .max_new_tokens = 3});
  EXPECT_FALSE(answer.masks.empty());
  EXPECT_GT(half.parameter_count(), 10000);
}

}  // namespace
}  // namespace pixelsail
