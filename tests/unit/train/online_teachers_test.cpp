// Teachers that run during a training against the same ones with cached features.

#include "train/online_teachers.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "io/atomic_file.h"
#include "io/json.h"
#include "pixelsail/error.h"
#include "support/messages.h"
#include "synth/synth.h"
#include "teach/compute_features.h"
#include "train/trainer.h"

namespace pixelsail {
namespace {

class OnlineTeachersRun : public testing::Test {
 protected:
  using Path = std::filesystem::path;
  static void SetUpTestSuite() {
    std::filesystem::remove_all(root());
    const SynthConfig config{.seed = 6, .train = 10, .val = 1, .test_a = 1, .test_b = 1};
    write_synthetic_dataset(config, root() / "data", nullptr);
    // Features of all pictures, and of half of them.
    Logger quiet(LogLevel::kOff);
    for (const char* name : {"stretch", "padded"}) {
      const TeachOptions all{.module = golden(name),
                             .images = root() / "data/images/train2014",
                             .out = root() / "data/teachers" / name,
                             .device = "cpu",
                             .progress = false};
      const TeacherPictures pictures = list_teacher_pictures(all.images);
      compute_features(all, pictures, quiet);
      TeachOptions half = all;
      half.out += "_half";
      TeacherPictures some = pictures;
      some.pictures.resize(pictures.pictures.size() / 2);
      compute_features(half, some, quiet);
    }
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(root()); }
  static Path root() { return Path(testing::TempDir()) / "online_teachers_test"; }
  static Path golden(const std::string& name) {
    return Path(PIXELSAIL_SOURCE_DIR) / "tests/golden/teacher" / (name + ".pt");
  }

  /// Both kinds of teachers: `dir` behind their names is the folder of their features, empty: none.
  static RunConfig config(const std::string& name, bool cached, bool online, const std::string& dir = "") {
    RunConfig c;
    c.output_dir = (root() / name).string();
    c.device = "cpu";
    c.tokenizer = (Path(PIXELSAIL_SOURCE_DIR) / "data" / "demo_tokenizer").string();
    c.model.hidden_size = 32;
    c.model.intermediate_size = 48;
    c.model.num_hidden_layers = 2;
    c.model.num_attention_heads = 4;
    c.model.num_key_value_heads = 2;
    c.model.seg_hidden_states = 16;
    c.model.mask_stride = 4;
    c.data.root = (root() / "data").string();
    c.data.max_length = 1024;
    c.data.datasets.push_back({.kind = "refcoco", .turns_per_sample = 2});
    c.data.datasets.push_back({.kind = "refcocog_caption"});
    for (const auto& [slot, teacher] : {std::pair("mask2former", "stretch"), std::pair("sam2", "padded")}) {
      TeacherConfig one{.slot = slot};
      if (cached) one.dir = std::string("teachers/") + teacher + dir;
      if (online) one.module = golden(teacher).string();
      c.data.teachers.push_back(one);
    }
    c.loss.num_points = 64;
    c.loss.distill.mask2former_channels = 6;
    c.loss.distill.sam2_channels = 4;
    c.train.steps = 5;
    c.train.batch_size = 3;
    c.train.accumulate = 2;
    c.train.checkpoint_every = 0;
    c.train.optimizer.lr = 1e-3;
    return c;
  }

  static std::vector<Json> log_of(const RunConfig& c) {
    EXPECT_TRUE(Trainer(c, "config\n").run(RunStart::kFresh));
    std::vector<Json> lines;
    read_jsonl(Path(c.output_dir) / "log.jsonl",
               [&](Json&& line, std::size_t) { lines.push_back(std::move(line)); });
    EXPECT_EQ(lines.size(), 5U);
    return lines;
  }

  static std::int64_t sum(const std::vector<Json>& lines, const char* key) {
    std::int64_t total = 0;
    for (const Json& line : lines) total += line.at(key).get<std::int64_t>();
    return total;
  }
};

TEST_F(OnlineTeachersRun, TrainAsCachedFeaturesDo) {
  const std::vector<Json> cached = log_of(config("cached", true, false));
  const std::vector<Json> online = log_of(config("online", false, true));
  const std::vector<Json> both = log_of(config("both", true, true, "_half"));
  for (std::size_t i = 0; i < cached.size(); ++i) {
    const double wanted = cached[i].at("loss");
    EXPECT_GT(cached[i].at("loss_distill").get<double>(), 0);
    for (const auto* other : {&online, &both}) {
      EXPECT_NEAR((*other)[i].at("loss").get<double>(), wanted, 2e-6 * wanted) << "step " << i + 1;
      EXPECT_NEAR((*other)[i].at("loss_distill").get<double>(), cached[i].at("loss_distill").get<double>(),
                  2e-6 * wanted);
    }
  }
  // Three samples in two micro-batches and two teachers.
  const std::int64_t maps = 5 * 3 * 2 * 2;
  EXPECT_EQ(sum(cached, "teacher_hits"), maps);
  EXPECT_EQ(sum(cached, "teacher_computed"), 0);
  EXPECT_EQ(cached[0].at("teacher_s"), 0);
  EXPECT_EQ(sum(online, "teacher_hits"), 0);
  EXPECT_EQ(sum(online, "teacher_computed"), maps);
  EXPECT_GT(online[0].at("teacher_s"), 0);
  EXPECT_EQ(sum(both, "teacher_hits") + sum(both, "teacher_computed"), maps);
  EXPECT_GT(sum(both, "teacher_hits"), 0);
  EXPECT_GT(sum(both, "teacher_computed"), 0);
}

TEST_F(OnlineTeachersRun, PicturesWithoutFeaturesAreCounted) {
  const std::vector<Json> half = log_of(config("half", true, false, "_half"));
  EXPECT_GT(sum(half, "teacher_missing"), 0);
  EXPECT_EQ(sum(half, "teacher_missing") + sum(half, "teacher_hits"), 5 * 3 * 2 * 2);
}

TEST_F(OnlineTeachersRun, SettingsThatDoNotFitAreRefusedBeforeAnyStep) {
  const auto message = [](const RunConfig& c) {
    return test::message_of<ConfigError>([&] { Trainer(c, "config\n"); });
  };
  RunConfig c = config("refused", false, false);
  EXPECT_TRUE(test::has(message(c), "data.teachers[0]: dir or module is needed")) << message(c);
  c = config("refused", false, true);
  c.loss.distill.sam2_channels = 5;
  EXPECT_TRUE(test::has(message(c), "loss.distill.sam2_channels is 5")) << message(c);
  c = config("refused", true, true);
  c.data.teachers[0].dir = "teachers/scene";
  EXPECT_TRUE(test::has(message(c), "features of 30 channels, the module makes 6")) << message(c);
}

}  // namespace
}  // namespace pixelsail
