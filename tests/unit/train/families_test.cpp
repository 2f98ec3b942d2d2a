// Every family of backbones, at tiny size: two steps of training, then questions to the result.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "../checkpoint/small_checkpoint.h"
#include "io/atomic_file.h"
#include "io/json.h"
#include "pixelsail/session.h"
#include "synth/synth.h"
#include "text/extend_tokenizer.h"
#include "train/trainer.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kSceneChannels = 30;  ///< of the teacher maps in a synthetic data set

struct Family {
  const char* name;
  Backbone backbone;
  bool bias;
  std::int64_t patch;
  bool plain = false;  ///< the paper's baseline: pooled prompts, masks at the grid of patches
};

class Families : public testing::TestWithParam<Family> {
 protected:
  static void SetUpTestSuite() {
    fs::remove_all(root());
    const SynthConfig config{.seed = 4, .train = 8, .val = 1, .test_a = 1, .test_b = 1};
    write_synthetic_dataset(config, root() / "data", nullptr);
    // The tokenizer of the demo with the token that ends a row of patches in SOLO.
    const auto tokenizer =
        extend_tokenizer(*load_tokenizer(testing_support::demo_tokenizer()), {"<vrow_sep>"});
    fs::create_directories(root() / "tokenizer");
    for (const auto& [name, bytes] : tokenizer->files())
      write_file_atomic(root() / "tokenizer" / name, bytes);
  }
  static void TearDownTestSuite() { fs::remove_all(root()); }
  static fs::path root() { return fs::path(testing::TempDir()) / "families_test"; }

  static RunConfig config(const Family& family) {
    RunConfig c;
    c.output_dir = (root() / family.name).string();
    c.device = "cpu";
    c.tokenizer = (root() / "tokenizer").string();
    c.max_image_side = 96;
    c.model = testing_support::small_config();
    c.model.backbone = family.backbone;
    c.model.attention_bias = family.bias;
    c.model.tie_word_embeddings = family.backbone == Backbone::kSail && family.bias;
    c.model.vision_patch_size = family.patch;
    c.model.patch_stride = family.patch / 2;
    c.model.mm_hidden_size = 12;
    c.model.max_position_embeddings = 1024;
    if (family.plain) {
      c.model.prompt_injection = PromptInjection::kPooled;
      c.model.mask_stride = family.patch;
    }
    c.data.root = (root() / "data").string();
    c.data.max_length = 1024;
    for (const char* kind : {"refcoco", "refcocog_caption"})
      c.data.datasets.push_back({.kind = kind, .turns_per_sample = 2});
    c.data.teachers.push_back({.slot = "mask2former", .dir = "teachers/scene"});
    c.loss.distill.mask2former_channels = kSceneChannels;
    c.loss.num_points = 64;
    c.train.steps = 2;
    c.train.batch_size = 2;
    c.train.accumulate = 1;
    c.train.checkpoint_every = 0;
    c.train.optimizer.lr = 1e-3;
    return c;
  }
};

TEST_P(Families, TrainAndAnswer) {
  const RunConfig c = config(GetParam());
  ASSERT_TRUE(Trainer(c, "config\n").run(RunStart::kFresh));
  std::vector<double> losses;
  std::int64_t masks = 0;
  read_jsonl(fs::path(c.output_dir) / "log.jsonl", [&](Json&& line, std::size_t) {
    losses.push_back(line.at("loss").get<double>());
    masks += line.at("masks").get<std::int64_t>();
    EXPECT_GT(line.at("loss_distill").get<double>(), 0);
    EXPECT_EQ(line.at("skipped"), 0);
    EXPECT_EQ(line.at("seg_mismatches"), 0);
  });
  ASSERT_EQ(losses.size(), 2U);
  EXPECT_TRUE(std::isfinite(losses[1]));
  EXPECT_GT(masks, 0);

  const fs::path final_folder = fs::path(c.output_dir) / "final";
  auto image = std::make_shared<Image>(60, 90);
  for (std::size_t i = 0; i < image->rgb.size(); ++i) image->rgb[i] = static_cast<std::uint8_t>(i * 7);
  const std::vector<Query> queries{{.image = image,
                                    .question = "What is <Prompt0>?",
                                    .visual_prompts = {BoxRegion{5, 5, 60, 40}},
                                    .max_new_tokens = 6,
                                    .answer_prefix = "It is [SEG]."},
                                   {.image = image, .question = "Is [SEG] a disc?", .max_new_tokens = 4},
                                   {.image = nullptr, .question = "Hello", .max_new_tokens = 5}};
  std::vector<Answer> exact;
  for (const char* dtype : {"f32", "bf16", "f16", "int8", "int4"}) {
    const Session session(final_folder, {.device = "cpu", .dtype = dtype});
    const std::vector<Answer> answers = session.answer(queries);
    ASSERT_GE(answers[0].masks.size(), 1U) << dtype;
    ASSERT_GE(answers[1].masks.size(), 1U) << dtype;
    EXPECT_EQ(answers[0].masks[0].width, 90);
    EXPECT_TRUE(answers[2].masks.empty());
    if (exact.empty()) exact = answers;
    // Rounded weights may choose other words, but the mask of a given [SEG] hardly moves.
    std::int64_t differing = 0;
    const Mask &a = answers[1].masks[0], &b = exact[1].masks[0];
    for (std::size_t i = 0; i < a.data.size(); ++i) differing += a.data[i] != b.data[i] ? 1 : 0;
    EXPECT_LT(static_cast<double>(differing), 0.25 * static_cast<double>(a.data.size())) << dtype;
    const Answer single = session.answer(queries[1]);
    EXPECT_EQ(single.token_ids, answers[1].token_ids) << dtype;
  }
  // Prompts reach the answer in every family.
  const Session session(final_folder, {.device = "cpu"});
  Query elsewhere = queries[0];
  elsewhere.visual_prompts = {BoxRegion{60, 40, 25, 15}};
  EXPECT_NE(session.answer(elsewhere).token_log_probability,
            session.answer(queries[0]).token_log_probability);
}

INSTANTIATE_TEST_SUITE_P(All, Families,
                         testing::Values(Family{"sail", Backbone::kSail, true, 16},
                                         Family{"sail_7b", Backbone::kSail, false, 32},
                                         Family{"solo", Backbone::kSolo, false, 32},
                                         Family{"eve", Backbone::kEve, true, 32},
                                         Family{"plain", Backbone::kSail, true, 16, true},
                                         Family{"plain_eve", Backbone::kEve, true, 32, true}),
                         [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace pixelsail
