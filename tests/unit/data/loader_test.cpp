#include "data/loader.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "fixtures.h"
#include "io/rle.h"
#include "io/safetensors.h"

namespace pixelsail {
namespace {

using test::has;
using test::message_of;

class LoaderTest : public ::testing::Test {
 protected:
  LoaderTest() {
    test::small_refer().write(dir_.path(), "refcoco", "refs(unc).p");
    config_.root = dir_.path().string();
    config_.datasets = {{.kind = "refcoco", .weight = 1, .turns_per_sample = 2},
                        {.kind = "folder", .root = (dir_.path() / "own").string(), .weight = 2}};
    write_own(11);
  }
  /// `broken`: these lines point to an image that is not there.
  void write_own(int lines, const std::set<int>& broken = {}) {
    std::string text;
    for (int i = 0; i < lines; ++i) {
      Json line = {{"question", "number " + std::to_string(i)}, {"answer", "yes"}};
      if (broken.contains(i)) line["image"] = "missing" + std::to_string(i) + ".png";
      text += line.dump() + "\n";
    }
    test::write_text(dir_.path() / "own/samples.jsonl", text);
  }
  std::unique_ptr<Loader> make(std::int64_t batch = 4, std::uint64_t seed = 3, int rank = 0, int world = 1) {
    return std::make_unique<Loader>(config_, test::demo_builder(), batch, seed, rank, world);
  }
  static std::string text(const Example& e) {
    std::string result = e.id;
    for (const auto id : e.tokens.ids) result += " " + std::to_string(id);
    for (const auto& mask : e.masks) result += " " + rle_to_string(encode_mask(mask));
    return result;
  }
  static std::vector<std::string> take(Loader& loader, int batches) {
    std::vector<std::string> result;
    for (int i = 0; i < batches; ++i) {
      const Batch batch = loader.next();
      for (const Example& e : batch.examples) result.push_back(text(e));
      result.push_back("skipped " + std::to_string(batch.skipped));
      for (const std::string& reason : batch.skip_reasons) result.push_back(reason);
    }
    return result;
  }
  test::TempDir dir_;
  DataConfig config_;
};

TEST_F(LoaderTest, BatchesHaveTheirSizeAndShares) {
  const auto loader = make(4);
  EXPECT_EQ(loader->sizes(),
            (std::vector<std::pair<std::string, std::int64_t>>{{"refcoco train", 3}, {"folder train", 11}}));
  std::map<bool, int> counts;
  for (int i = 0; i < 192; ++i) {
    const Batch batch = loader->next();
    ASSERT_EQ(batch.examples.size(), 4u);
    EXPECT_EQ(batch.skipped, 0);
    for (const Example& e : batch.examples) ++counts[e.has_mask_loss];
  }
  EXPECT_NEAR(counts[true], 256, 4);
  EXPECT_GE(loader->last_wait_s(), 0);
}

TEST_F(LoaderTest, OrderDependsOnTheSeedOnly) {
  write_own(11, {2, 5, 6});
  std::vector<std::string> first;
  for (const auto& [workers, prefetch] :
       std::vector<std::pair<int, int>>{{1, 1}, {1, 5}, {3, 1}, {8, 2}, {5, 20}}) {
    config_.workers = workers;
    config_.prefetch = prefetch;
    const auto got = take(*make(), 40);
    if (first.empty()) first = got;
    EXPECT_EQ(got, first) << workers << " workers, prefetch " << prefetch;
  }
  EXPECT_NE(take(*make(4, 4), 40), first);
}

TEST_F(LoaderTest, RestoreContinuesExactly) {
  write_own(11, {0, 5, 6});
  config_.workers = 3;
  const auto whole = make();
  std::vector<Json> states;
  std::vector<std::vector<std::string>> batches;
  for (int i = 0; i < 30; ++i) {
    states.push_back(Json::parse(whole->state().dump()));
    batches.push_back(take(*whole, 1));
  }
  EXPECT_EQ(states[7]["batches"], 7);
  EXPECT_GT(states[29]["skipped"].get<int>(), 5);
  const auto used = make();
  take(*used, 5);
  for (const int at : {0, 1, 13, 29, 4}) {
    const auto fresh = make();
    for (Loader* loader : {fresh.get(), used.get()}) {
      loader->restore(states[static_cast<std::size_t>(at)]);
      EXPECT_EQ(loader->state(), states[static_cast<std::size_t>(at)]);
      for (int i = at; i < std::min(at + 6, 30); ++i) {
        EXPECT_EQ(take(*loader, 1), batches[static_cast<std::size_t>(i)]) << at << " " << i;
      }
    }
  }
}

TEST_F(LoaderTest, RestoreRefusesAnotherStream) {
  const Json state = make()->state();
  EXPECT_TRUE(has(message_of<DataError>([&] { make(4, 99)->restore(state); }), "another seed"));
  EXPECT_TRUE(has(message_of<DataError>([&] { make(4, 3, 1, 2)->restore(state); }), "rank"));
  Json broken = state;
  broken["items"] = 5;
  EXPECT_TRUE(has(message_of<DataError>([&] { make()->restore(broken); }), "do not fit together"));
  broken.erase("items");
  EXPECT_TRUE(has(message_of<DataError>([&] { make()->restore(broken); }), "items"));
  EXPECT_THROW(make()->restore(Json()), DataError);
  config_.datasets[0].weight = 5;
  EXPECT_TRUE(has(message_of<DataError>([&] { make()->restore(state); }), "another datasets"));
}

TEST_F(LoaderTest, SkipsAreCountedAndReplaced) {
  config_.datasets[0].weight = 0;
  write_own(10, {3});
  const auto loader = make(5);
  std::int64_t skipped = 0;
  std::map<std::string, int> seen;
  for (int i = 0; i < 18; ++i) {
    const Batch batch = loader->next();
    ASSERT_EQ(batch.examples.size(), 5u);
    ASSERT_EQ(batch.skip_reasons.size(), static_cast<std::size_t>(batch.skipped));
    for (const std::string& reason : batch.skip_reasons) {
      EXPECT_TRUE(has(reason, "samples.jsonl:4") && has(reason, "missing3.png")) << reason;
    }
    skipped += batch.skipped;
    for (const Example& e : batch.examples) ++seen[e.id];
  }
  EXPECT_GE(skipped, 9);
  EXPECT_LE(skipped, 10);
  EXPECT_EQ(loader->state()["skipped"], skipped);
  EXPECT_EQ(loader->state()["items"], 90 + skipped);
  EXPECT_EQ(seen.size(), 9u);
}

TEST_F(LoaderTest, StopHandsTheErrorToTheCaller) {
  config_.on_error = "stop";
  config_.datasets[0].weight = 0;
  write_own(10, {3});
  const auto loader = make(1);
  const auto run = [&] {
    for (int i = 0; i < 11; ++i) loader->next();
  };
  EXPECT_TRUE(has(message_of<DataError>(run), "missing3.png"));
  const Json state = loader->state();
  EXPECT_TRUE(has(message_of<DataError>([&] { loader->next(); }), "missing3.png"));
  EXPECT_EQ(loader->state(), state);
}

TEST_F(LoaderTest, GivesUpWhenNothingWorks) {
  config_.datasets[0].weight = 0;
  write_own(3, {0, 1, 2});
  const auto loader = make(2);
  const auto message = message_of<DataError>([&] { loader->next(); });
  EXPECT_TRUE(has(message, "1000 samples in a row") && has(message, "missing")) << message;
}

TEST_F(LoaderTest, RanksShareTheStream) {
  config_.datasets[0].turns_per_sample = 1;
  const auto whole = take(*make(1), 30);
  const auto even = take(*make(1, 3, 0, 2), 15), odd = take(*make(1, 3, 1, 2), 15);
  for (std::size_t i = 0; i < 15; ++i) {
    EXPECT_EQ(even[2 * i], whole[4 * i]);
    EXPECT_EQ(odd[2 * i], whole[4 * i + 2]);
  }
}

TEST_F(LoaderTest, EndsAtAnyMomentWithoutHanging) {
  config_.workers = 4;
  config_.prefetch = 3;
  make();
  for (int i = 0; i < 20; ++i) {
    const auto loader = make(2);
    for (int k = 0; k < i % 4; ++k) loader->next();
  }
  write_own(3, {0, 1, 2});
  config_.datasets[0].weight = 0;
  const auto failing = make(2);
  EXPECT_THROW(failing->next(), DataError);
}

TEST_F(LoaderTest, TeacherMaps) {
  std::vector<float> values(2 * 5 * 7, 0.5f);
  const TensorView map{DType::kF32, {2, 5, 7}, std::as_bytes(std::span(values))};
  write_safetensors(dir_.path() / "teacher/s.safetensors", {{test::image_name(2), map}});
  test::write_text(dir_.path() / "teacher/index.json",
                   Json{{"format", "pixelsail-teacher-1"},
                        {"channels", 2},
                        {"shards", {{test::image_name(2), "s.safetensors"}}}}
                       .dump());
  config_.teachers = {{.slot = "mask2former", .dir = "teacher"}, {.slot = "sam2", .dir = "teacher"}};
  const auto loader = make(12);
  bool found = false;
  const Batch batch = loader->next();
  for (const Example& e : batch.examples) {
    ASSERT_EQ(e.teachers.size(), 2u);
    const bool cached = has(e.id, "image 2");
    EXPECT_EQ(e.teachers[0].has_value(), cached);
    EXPECT_EQ(e.teachers[1].has_value(), cached);
    if (!cached) continue;
    found = true;
    EXPECT_EQ(e.teachers[1]->values, values);
  }
  EXPECT_TRUE(found);
}

TEST_F(LoaderTest, RefusesBadSettings) {
  EXPECT_THROW(make(0), ConfigError);
  EXPECT_THROW(make(1, 1, 2, 2), ConfigError);
  config_.on_error = "ignore";
  EXPECT_THROW(make(), ConfigError);
  config_.on_error = "skip";
  config_.gt_merge = "sum";
  EXPECT_THROW(make(), ConfigError);
  config_.gt_merge = "union";
  config_.datasets[1].root = "/nonexistent";
  EXPECT_TRUE(has(message_of<DataError>([&] { make(); }), "/nonexistent/samples.jsonl"));
  config_.datasets.clear();
  EXPECT_THROW(make(), ConfigError);
}

}  // namespace
}  // namespace pixelsail
