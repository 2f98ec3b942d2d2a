// A folder of pictures to cached features: resumed, by several parts, with pictures that cannot be used.

#include "teach/compute_features.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <thread>

#include "data/teacher_cache.h"
#include "io/atomic_file.h"
#include "pixelsail/error.h"
#include "support/messages.h"
#include "support/temp_dir.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;
using test::has;
using test::message_of;

class ComputeFeatures : public testing::Test {
 protected:
  ComputeFeatures() {
    fs::create_directories(images());
    fs::copy(golden() / "images", images(), fs::copy_options::recursive);
    for (const char* ending : {".pt", ".yaml"})
      fs::copy_file(golden() / (std::string("stretch") + ending), dir_.path() / (std::string("t") + ending));
  }
  static fs::path golden() { return fs::path(PIXELSAIL_SOURCE_DIR) / "tests" / "golden" / "teacher"; }
  fs::path images() const { return dir_.path() / "images"; }
  fs::path out() const { return dir_.path() / "out"; }
  TeachOptions options() const {
    return {
        .module = dir_.path() / "t.pt", .images = images(), .out = out(), .device = "cpu", .progress = false};
  }
  static TeachResult run(const TeachOptions& options) {
    Logger quiet(LogLevel::kOff);
    return compute_features(options, list_teacher_pictures(options.images), quiet);
  }
  TeachResult run() const { return run(options()); }
  /// Every map must be the golden one.
  void check_cache(std::int64_t size) const {
    const TeacherCache cache(out());
    EXPECT_EQ(cache.size(), size);
    EXPECT_EQ(cache.channels(), 6);
    const SafetensorsFile expected(golden() / "expected.safetensors");
    for (const char* key : {"a.png", "b.png", "below/c.png", "d.png"}) {
      const auto map = cache.find(key);
      if (!map) continue;
      const TensorView wanted = expected.at(std::string("stretch/") + key);
      ASSERT_EQ(map->data->size(), wanted.data.size());
      std::vector<float> a(wanted.data.size() / 4), b(a.size());
      std::memcpy(a.data(), map->data->data(), wanted.data.size());
      std::memcpy(b.data(), wanted.data.data(), wanted.data.size());
      for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-5) << key;
    }
  }
  std::vector<std::string> shards() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(out()))
      if (entry.path().extension() == ".safetensors") names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
  }
  test::TempDir dir_;
};

TEST_F(ComputeFeatures, WritesWhatATrainingReads) {
  const TeachResult result = run();
  EXPECT_EQ(result.computed, 4);
  EXPECT_EQ(result.progress.done, 4);
  EXPECT_EQ(result.progress.missing, 0);
  check_cache(4);
  const Json index = read_json(out() / "index.json");
  EXPECT_EQ(index.at("teacher"), "golden-stretch");
  EXPECT_EQ(index.at("stride"), 4);
}

TEST_F(ComputeFeatures, WhatIsThereIsKept) {
  run();
  const auto written = fs::last_write_time(out() / shards().at(0));
  EXPECT_EQ(run().computed, 0);
  fs::copy_file(images() / "a.png", images() / "new.png");
  EXPECT_EQ(run().computed, 1);
  EXPECT_EQ(shards().size(), 2U);
  EXPECT_EQ(fs::last_write_time(out() / shards().at(0)), written);
  check_cache(5);
}

TEST_F(ComputeFeatures, PicturesOfSeveralFoldersShareAnIndex) {
  run();
  TeachOptions more = options();
  more.images = dir_.path() / "more";
  fs::create_directories(more.images);
  fs::copy_file(images() / "a.png", more.images / "e.png");
  const TeachResult result = run(more);
  EXPECT_EQ(result.computed, 1);
  EXPECT_EQ(result.progress.done, 1);
  check_cache(5);
  EXPECT_TRUE(TeacherCache(out()).find("e.png").has_value());
}

TEST_F(ComputeFeatures, AFileForEachPictureWhereShardsAreSmall) {
  TeachOptions small = options();
  small.shard_bytes = 1;
  run(small);
  EXPECT_EQ(shards().size(), 4U);
  // What a killed run leaves: a file without its final name, a shard less.
  fs::remove(out() / shards().at(2));
  write_file_atomic(out() / "features-0of1-00002.safetensors.tmp", "half");
  fs::remove(out() / "index.json");
  EXPECT_EQ(run(small).computed, 1);
  check_cache(4);
}

TEST_F(ComputeFeatures, StopsWhenAskedAndGoesOn) {
  std::atomic<bool> stop{true};
  TeachOptions stopped = options();
  stopped.stop = &stop;
  const TeachResult result = run(stopped);
  EXPECT_TRUE(result.stopped);
  EXPECT_EQ(result.computed, 0);
  EXPECT_EQ(result.progress.missing, 4);
  EXPECT_FALSE(fs::exists(out() / "index.json"));
  EXPECT_EQ(run().computed, 4);
}

TEST_F(ComputeFeatures, PartsMeetNowhere) {
  for (int i = 0; i < 20; ++i)
    fs::copy_file(images() / "a.png", images() / ("more" + std::to_string(i) + ".png"));
  std::int64_t computed = 0;
  for (std::int64_t i = 0; i < 3; ++i) {
    TeachOptions part = options();
    part.part = {.index = i, .count = 3};
    const TeachResult result = run(part);
    EXPECT_GT(result.computed, 0);
    computed += result.computed;
    EXPECT_EQ(result.progress.missing, 24 - computed);
    EXPECT_EQ(fs::exists(out() / "index.json"), i == 2);
  }
  EXPECT_EQ(computed, 24);
  check_cache(24);
}

TEST_F(ComputeFeatures, TwoWithOnePartAreRefused) {
  TeacherFolder first(out(), teacher_identity(options().module));
  first.take({.index = 0, .count = 2});
  TeachOptions second = options();
  second.part = {.index = 0, .count = 2};
  EXPECT_TRUE(has(message_of<RunError>([&] { run(second); }), "another process"));
  second.part = {.index = 1, .count = 2};
  EXPECT_NO_THROW(run(second));
}

TEST_F(ComputeFeatures, ABrokenPictureIsNamedAndTheRestIsDone) {
  write_file_atomic(images() / "broken.jpg", "no picture");
  write_file_atomic(images() / "empty.png", "");
  write_file_atomic(images() / "notes.txt", "text");
  const TeacherPictures list = list_teacher_pictures(images());
  EXPECT_EQ(list.pictures.size(), 6U);
  ASSERT_EQ(list.left_out.size(), 1U);
  TeachResult result = run();
  EXPECT_EQ(result.computed, 4);
  ASSERT_EQ(result.progress.failed.size(), 2U);
  EXPECT_TRUE(has(result.progress.failed.at("broken.jpg"), "broken.jpg"));
  check_cache(4);
  // Nothing new, and still not silent; the other process of two knows of it, too.
  EXPECT_EQ(run().progress.failed.size(), 2U);
  EXPECT_EQ(finish_features(options(), list).failed.size(), 2U);
  // Mended ones are done.
  fs::copy_file(images() / "a.png", images() / "broken.jpg", fs::copy_options::overwrite_existing);
  result = run();
  EXPECT_EQ(result.computed, 1);
  EXPECT_EQ(result.progress.failed.size(), 1U);
  check_cache(5);
}

TEST_F(ComputeFeatures, FeaturesThatAreNotFiniteAreLeftOut) {
  // So small a deviation makes the input, and with it what follows, larger than half precision holds.
  write_file_atomic(dir_.path() / "t.yaml",
                    "name: t\nheight: 16\nwidth: 32\nchannels: 6\nstore: f32\nstd: [1e-45, 1e-45, 1e-45]\n");
  const TeachResult result = run();
  EXPECT_EQ(result.progress.done, 0);
  ASSERT_EQ(result.progress.failed.size(), 4U);
  EXPECT_TRUE(has(result.progress.failed.at("a.png"), "not finite"));
  EXPECT_FALSE(fs::exists(out() / "index.json"));
}

TEST_F(ComputeFeatures, AFolderIsOfOneTeacher) {
  run();
  const std::string spec = read_file(dir_.path() / "t.yaml");
  write_file_atomic(dir_.path() / "t.yaml", spec + "filter: bicubic\n");
  EXPECT_TRUE(has(message_of<ConfigError>([&] { run(); }), "features of another teacher"));
  write_file_atomic(dir_.path() / "t.yaml", spec);
  EXPECT_EQ(run().computed, 0);
  const fs::path shard = out() / shards().at(0);
  fs::resize_file(shard, fs::file_size(shard) - 4);
  EXPECT_TRUE(has(message_of<DataError>([&] { run(); }), shard.filename().string()));
}

TEST_F(ComputeFeatures, FoldersWithoutPictures) {
  TeachOptions bad = options();
  bad.images = dir_.path() / "none";
  EXPECT_TRUE(has(message_of<DataError>([&] { run(bad); }), "no such folder"));
  fs::create_directories(bad.images / ".hidden");
  fs::copy_file(images() / "a.png", bad.images / ".hidden" / "a.png");
  EXPECT_TRUE(has(message_of<DataError>([&] { run(bad); }), "holds no picture"));
  // A link back to itself is not followed for ever.
  fs::create_directory_symlink(images(), images() / "again");
  EXPECT_GE(list_teacher_pictures(images()).pictures.size(), 4U);
  write_file_atomic(images() / "\xff.png", "x");
  EXPECT_EQ(list_teacher_pictures(images()).unnamable.size() > 0, true);
}

}  // namespace
}  // namespace pixelsail
