// A checkpoint with more rows than its tokenizer has tokens, as published ones are.

#include "train/init_from.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "../checkpoint/small_checkpoint.h"
#include "infer/predictor.h"
#include "model/weights.h"
#include "pixelsail/error.h"
#include "synth/synth.h"
#include "train/trainer.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;
using namespace testing_support;

constexpr std::int64_t kPadding = 30;

class PaddedVocabulary : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(root_);
    tokenizer_ = load_tokenizer(demo_tokenizer());
    ModelConfig config = small_config();
    config.max_position_embeddings = 1024;
    config.tie_word_embeddings = false;
    config.vocab_size = tokenizer_->vocab_size() + kPadding;
    fill_from_tokenizer(config, *tokenizer_);
    PixelSail model(config);
    model->initialize(5);
    fs::create_directories(root_ / "start");
    save_checkpoint(root_ / "start", *model, *tokenizer_, preprocess_of(config));
  }
  void TearDown() override { fs::remove_all(root_); }

  RunConfig training() const {
    RunConfig c;
    c.output_dir = (root_ / "run").string();
    c.device = "cpu";
    c.init_from = (root_ / "start").string();
    c.model = init_model_config(c.init_from);
    c.max_image_side = 96;
    c.data.root = (root_ / "data").string();
    c.data.max_length = 1024;
    c.data.datasets.push_back({.kind = "refcoco", .turns_per_sample = 2});
    c.loss.num_points = 64;
    c.train.steps = 2;
    c.train.accumulate = 1;
    c.train.checkpoint_every = 1;
    c.train.optimizer.lr = 1e-3;
    return c;
  }

  const fs::path root_ = fs::path(testing::TempDir()) / "padded_vocabulary_test";
  std::shared_ptr<const Tokenizer> tokenizer_;
};

TEST_F(PaddedVocabulary, TrainsKeepsItsRowsAndNeverSaysThem) {
  const SynthConfig scenes{.seed = 4, .train = 4, .val = 1, .test_a = 1, .test_b = 1};
  write_synthetic_dataset(scenes, root_ / "data", nullptr);
  RunConfig c = training();
  EXPECT_TRUE(Trainer(c, "config\n").run(RunStart::kFresh));
  c.train.steps = 3;
  EXPECT_TRUE(Trainer(c, "config\n").run(RunStart::kResume)) << "resumes";

  LoadedModel loaded = load_checkpoint(root_ / "run" / "final", WeightOptions{});
  EXPECT_EQ(loaded.model->config.vocab_size, tokenizer_->vocab_size() + kPadding);
  const auto tensors = read_tensors(root_ / "run" / "final" / "model.safetensors");
  EXPECT_EQ(tensors.at("single_transformer.lm_head.weight").size(0), tokenizer_->vocab_size() + kPadding);
  EXPECT_EQ(tensors.at("single_transformer.model.embed_tokens.weight").size(0),
            tokenizer_->vocab_size() + kPadding);

  // Every state points to a padded row now; answers hold real tokens all the same.
  {
    const torch::NoGradGuard no_grad;
    torch::Tensor head = loaded.model->single_transformer->lm_head->weight;
    head.slice(0, tokenizer_->vocab_size()).copy_(head.slice(0, 0, kPadding) * 100.0);
    loaded.model->single_transformer->model->norm->weight.fill_(1.0);
  }
  const Predictor predictor{loaded};
  const std::vector<Query> queries{{.image = nullptr, .question = "Hello", .max_new_tokens = 20},
                                   {.image = nullptr, .question = "What is red?", .max_new_tokens = 20}};
  for (const Answer& answer : predictor.answer(queries)) {
    ASSERT_FALSE(answer.token_ids.empty());
    for (const std::int64_t id : answer.token_ids) EXPECT_LT(id, tokenizer_->vocab_size());
  }
}

TEST_F(PaddedVocabulary, TheModelIsFittedToTokenizerAndCheckpoint) {
  ModelConfig model = init_model_config(root_ / "start");
  model.vocab_size = 0;
  model.special_token_ids.clear();
  fit_to_start(model, *tokenizer_, root_ / "start");
  EXPECT_EQ(model.vocab_size, tokenizer_->vocab_size() + kPadding);
  EXPECT_FALSE(model.special_token_ids.empty());
  ModelConfig fresh = small_config();
  fit_to_start(fresh, *tokenizer_, {});
  EXPECT_EQ(fresh.vocab_size, tokenizer_->vocab_size());
  ModelConfig other = init_model_config(root_ / "start");
  other.rope_theta = 77;
  EXPECT_THROW(fit_to_start(other, *tokenizer_, root_ / "start"), ConfigError);
  ModelConfig smaller = init_model_config(root_ / "start");
  smaller.vocab_size = tokenizer_->vocab_size() - 1;
  EXPECT_THROW(fit_to_start(smaller, *tokenizer_, root_ / "start"), ConfigError);
}

TEST_F(PaddedVocabulary, ACheckpointOfAnotherFamilyIsToldHowToConvert) {
  const fs::path qwen = fs::path(PIXELSAIL_SOURCE_DIR) / "tests" / "golden" / "hf_qwen2_tied";
  try {
    init_model_config(qwen);
    FAIL() << "taken";
  } catch (const ConfigError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("qwen2"), std::string::npos) << message;
    EXPECT_NE(message.find("pixelsail-convert --from"), std::string::npos) << message;
  }
  EXPECT_THROW(init_model_config(root_ / "nowhere"), DataError);
}

}  // namespace
}  // namespace pixelsail
