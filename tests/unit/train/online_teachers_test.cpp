// Teachers that run during a training against the same ones with cached features.

#include "train/online_teachers.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <map>

#include "io/atomic_file.h"
#include "io/json.h"
#include "model/weights.h"
#include "pixelsail/error.h"
#include "support/messages.h"
#include "support/tiny_training.h"
#include "synth/synth.h"
#include "teach/compute_features.h"
#include "train/trainer.h"

namespace pixelsail {
namespace {

/// sentencepiece wrote over a part of libc10, and a TorchScript module never came back, where the name that both have was
/// libc10's (text/sentencepiece_tokenizer.cpp).
TEST(SharedNames, AGlobalOfTwoLibrariesIsTheProgramsOwn) {
  static const int kOurs = 0;
  Dl_info flag{}, ours{};
  ASSERT_NE(dladdr(dlsym(RTLD_DEFAULT, "FLAGS_minloglevel"), &flag), 0);
  ASSERT_NE(dladdr(&kOurs, &ours), 0);
  EXPECT_STREQ(flag.dli_fname, ours.dli_fname);
}

/// What a training left: its log, and the weights of the end.
struct TaughtRun {
  std::vector<Json> log;
  std::map<std::string, torch::Tensor> weights;
  std::string file;

  double value(std::size_t step, const char* key) const { return log.at(step).at(key).get<double>(); }
  std::int64_t sum(const char* key) const {
    std::int64_t total = 0;
    for (const Json& line : log) total += line.at(key).get<std::int64_t>();
    return total;
  }
};

/// The largest differences of two trainings: of what the log has, relative to itself or to the step's loss, and of a weight.
struct Distance {
  double loss = 0, weight = 0;
};

Distance distance(const TaughtRun& a, const TaughtRun& b) {
  Distance most;
  EXPECT_EQ(a.log.size(), b.log.size());
  for (std::size_t i = 0; i < a.log.size(); ++i)
    for (const char* key : {"loss", "loss_distill", "grad_norm"}) {
      const double scale = std::max(std::abs(a.value(i, "loss")), std::abs(a.value(i, key)));
      most.loss = std::max(most.loss, std::abs(a.value(i, key) - b.value(i, key)) / scale);
    }
  EXPECT_EQ(a.weights.size(), b.weights.size());
  for (const auto& [name, tensor] : a.weights)
    most.weight = std::max(most.weight, (tensor - b.weights.at(name)).abs().max().item<double>());
  return most;
}

class OnlineTeachersRun : public testing::Test {
 protected:
  using Path = std::filesystem::path;
  static void SetUpTestSuite() {
    std::filesystem::remove_all(root());
    const SynthConfig config{.seed = 6, .train = 10, .val = 1, .test_a = 1, .test_b = 1};
    write_synthetic_dataset(config, root() / "data", nullptr);
    for (const std::string name : {"stretch", "padded"}) {
      compute(golden(name), name, 1);
      compute(golden(name), name + "_half", 2);
      // The same module on pictures that were resized otherwise: a fault that is hard to see.
      const Path other = root() / (name + ".pt");
      std::filesystem::copy_file(golden(name), other);
      write_file_atomic(teacher_spec_file(other),
                        read_file(teacher_spec_file(golden(name))) + "filter: bicubic\n");
      compute(other, name + "_bicubic", 1);
    }
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(root()); }
  static Path root() { return Path(testing::TempDir()) / "online_teachers_test"; }
  static Path golden(const std::string& name) {
    return Path(PIXELSAIL_SOURCE_DIR) / "tests/golden/teacher" / (name + ".pt");
  }

  /// Features of the pictures, or of the first part of them.
  static void compute(const Path& module, const std::string& out, std::size_t part) {
    Logger quiet(LogLevel::kOff);
    const TeachOptions options{.module = module,
                               .images = root() / "data/images/train2014",
                               .out = root() / "data/teachers" / out,
                               .device = "cpu",
                               .threads = 1,
                               .progress = false};
    TeacherPictures pictures = list_teacher_pictures(options.images);
    pictures.pictures.resize(pictures.pictures.size() / part);
    compute_features(options, pictures, quiet);
  }

  /// Both kinds of teachers: `dir` behind their names is the folder of their features.
  static RunConfig config(const std::string& name, bool cached, bool online, const std::string& dir = "") {
    RunConfig c = test::tiny_training();
    c.output_dir = (root() / name).string();
    c.threads = 1;
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
    c.loss.distill.mask2former_channels = 6;
    c.loss.distill.sam2_channels = 4;
    c.train.steps = 5;
    c.train.batch_size = 3;
    c.train.accumulate = 2;
    c.train.checkpoint_every = 0;
    // So large an epsilon makes an update follow the gradient: AdamW's own turns the last bit of a gradient near zero
    // into a whole step.
    c.train.optimizer.lr = 0.02;
    c.train.optimizer.eps = 0.01;
    return c;
  }

  static TaughtRun train(const RunConfig& c) {
    EXPECT_TRUE(Trainer(c, "config\n").run(RunStart::kFresh));
    TaughtRun run;
    read_jsonl(Path(c.output_dir) / "log.jsonl",
               [&](Json&& line, std::size_t) { run.log.push_back(std::move(line)); });
    EXPECT_EQ(run.log.size(), 5U);
    const Path file = Path(c.output_dir) / "final" / "model.safetensors";
    for (const auto& [name, tensor] : read_tensors(file)) run.weights.emplace(name, tensor);
    run.file = read_file(file);
    return run;
  }
};

/// One picture at a time goes through a module in either way: not a bit may differ.
TEST_F(OnlineTeachersRun, OneByOneTheyAreTheCachedFeatures) {
  RunConfig cached = config("cached_single", true, false), online = config("online_single", false, true);
  cached.train.batch_size = online.train.batch_size = 1;
  const TaughtRun a = train(cached), b = train(online);
  for (std::size_t i = 0; i < a.log.size(); ++i) {
    EXPECT_GT(a.value(i, "loss_distill"), 0);
    for (const char* key : {"loss", "loss_distill", "grad_norm"})
      EXPECT_EQ(a.value(i, key), b.value(i, key)) << key << ", step " << i + 1;
  }
  EXPECT_EQ(a.file, b.file);
}

TEST_F(OnlineTeachersRun, TrainAsCachedFeaturesDo) {
  const TaughtRun cached = train(config("cached", true, false));
  const TaughtRun online = train(config("online", false, true));
  const TaughtRun both = train(config("both", true, true, "_half"));
  for (const TaughtRun* other : {&online, &both}) {
    const Distance found = distance(cached, *other);
    EXPECT_LT(found.loss, 2e-6);
    EXPECT_LT(found.weight, 2e-6);
  }
  // The measure sees what is wrong.
  const Distance wrong = distance(cached, train(config("wrong", true, false, "_bicubic")));
  EXPECT_GT(wrong.loss, 5e-4);
  EXPECT_GT(wrong.weight, 2e-5);
  // Three samples in two micro-batches and two teachers.
  const std::int64_t maps = 5 * 3 * 2 * 2;
  EXPECT_EQ(cached.sum("teacher_hits"), maps);
  EXPECT_EQ(cached.sum("teacher_computed"), 0);
  EXPECT_EQ(cached.value(0, "teacher_s"), 0);
  EXPECT_EQ(online.sum("teacher_hits"), 0);
  EXPECT_EQ(online.sum("teacher_computed"), maps);
  EXPECT_GT(online.value(0, "teacher_s"), 0);
  EXPECT_EQ(both.sum("teacher_hits") + both.sum("teacher_computed"), maps);
  EXPECT_GT(both.sum("teacher_hits"), 0);
  EXPECT_GT(both.sum("teacher_computed"), 0);
}

TEST_F(OnlineTeachersRun, PicturesWithoutFeaturesAreCounted) {
  const TaughtRun half = train(config("half", true, false, "_half"));
  EXPECT_GT(half.sum("teacher_missing"), 0);
  EXPECT_EQ(half.sum("teacher_missing") + half.sum("teacher_hits"), 5 * 3 * 2 * 2);
}

TEST_F(OnlineTeachersRun, FeaturesThatAreNotFiniteNameModuleAndSample) {
  RunConfig c = config("infinite", false, true);
  const Path module = root() / "infinite.pt";
  std::filesystem::copy_file(golden("padded"), module);
  // So small a deviation makes the input larger than half precision holds.
  write_file_atomic(teacher_spec_file(module),
                    read_file(teacher_spec_file(golden("padded"))) + "std: [1e-45, 1e-45, 1e-45]\n");
  c.data.teachers[1].module = module.string();
  const std::string message =
      test::message_of<RunError>([&] { Trainer(c, "config\n").run(RunStart::kFresh); });
  EXPECT_TRUE(test::has(message, "infinite.pt: features of refcoco")) << message;
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
  EXPECT_TRUE(test::has(message(c), "teachers/scene has features of 30 channels, the module makes 6"))
      << message(c);
}

}  // namespace
}  // namespace pixelsail
