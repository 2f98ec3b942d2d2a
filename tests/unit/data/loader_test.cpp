#include "data/loader.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "data/teacher_cache.h"
#include "io/tensors/safetensors.h"
#include "loader_fixture.h"

namespace pixelsail {
namespace {

using test::has;
using test::LoaderTest;
using test::message_of;

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
  EXPECT_EQ(states[7]["micro_batches"], 7);
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
  EXPECT_TRUE(has(message_of<DataError>([&] { make(5)->restore(state); }), "another batch_size"));
  Json broken = state;
  broken["micro_batches"] = -1;
  EXPECT_TRUE(has(message_of<DataError>([&] { make()->restore(broken); }), "-1 is an impossible number"));
  broken.erase("micro_batches");
  EXPECT_TRUE(has(message_of<DataError>([&] { make()->restore(broken); }), "micro_batches"));
  broken["version"] = 3;
  EXPECT_TRUE(has(message_of<DataError>([&] { make()->restore(broken); }), "version 3"));
  EXPECT_THROW(make()->restore(Json()), DataError);
  config_.datasets[0].weight = 5;
  EXPECT_TRUE(has(message_of<DataError>([&] { make()->restore(state); }), "another datasets"));
}

TEST_F(LoaderTest, AStateOfTheVersionBeforeIsContinuedWhereThatIsExact) {
  const auto whole = make();
  take(*whole, 6);
  Json old = whole->state();
  old.erase("version");
  old.erase("micro_batches");
  old.erase("batch_size");
  old.update({{"batches", 6}, {"items", 24}, {"skipped", 0}, {"rank", 0}, {"world_size", 1}});
  const auto resumed = make();
  resumed->restore(old);
  EXPECT_EQ(resumed->state(), whole->state());
  EXPECT_EQ(take(*resumed, 4), take(*whole, 4));
  const auto refused = [&](const Json& change) {
    Json other = old;
    other.update(change);
    return message_of<DataError>([&] { make()->restore(other); });
  };
  EXPECT_TRUE(has(refused({{"items", 26}, {"skipped", 2}}), "2 samples had been skipped"));
  EXPECT_TRUE(has(refused({{"items", 26}, {"skipped", 2}}), "init_from"));
  EXPECT_TRUE(has(refused({{"world_size", 2}}), "several processes"));
  EXPECT_TRUE(has(refused({{"items", 5}}), "do not fit together"));
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
  // Once an epoch, and where one that was drawn to replace it was broken too.
  EXPECT_GE(skipped, 9);
  EXPECT_LE(skipped, 15);
  EXPECT_EQ(loader->state()["micro_batches"], 18);
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

TEST_F(LoaderTest, ABrokenSampleMovesNothingBehindIt) {
  config_.datasets[0].weight = 0;
  const auto sound = make(3);
  write_own(11, {4});
  const auto damaged = make(3);
  int replaced = 0;
  for (int i = 0; i < 40; ++i) {
    const Batch a = sound->next(), b = damaged->next();
    for (std::size_t k = 0; k < 3; ++k) {
      const bool was_broken = has(a.examples[k].id, "samples.jsonl:5");
      replaced += was_broken ? 1 : 0;
      EXPECT_EQ(text(a.examples[k]) == text(b.examples[k]), !was_broken) << i << " " << k;
    }
    EXPECT_EQ(a.micro_batch, i);
  }
  EXPECT_GE(replaced, 10);
}

TEST_F(LoaderTest, AnyNumberOfRanksReadsTheSameStream) {
  constexpr int kWhole = 24;
  for (const std::set<int>& broken : {std::set<int>{}, std::set<int>{0, 5, 6}}) {
    write_own(11, broken);
    const auto whole = make();
    std::vector<std::vector<std::string>> expected;
    for (int i = 0; i < kWhole; ++i) expected.push_back(take(*whole, 1));
    /// Reads micro-batches from `state` to `end` with so many ranks; returns the state there.
    const auto read = [&](int world, const Json& state, int begin, int end) {
      Json last;
      std::set<std::int64_t> seen;
      for (int rank = 0; rank < world; ++rank) {
        const auto loader = make(4, 3, rank, world);
        loader->restore(state);
        const int count = (end - begin) / world;
        for (int k = 0; k < count; ++k) {
          const Batch batch = loader->next();
          EXPECT_EQ(batch.micro_batch % world, rank);
          EXPECT_TRUE(seen.insert(batch.micro_batch).second);
          std::vector<std::string> got;
          for (const Example& e : batch.examples) got.push_back(text(e));
          got.push_back("skipped " + std::to_string(batch.skipped));
          for (const std::string& reason : batch.skip_reasons) got.push_back(reason);
          EXPECT_EQ(got, expected.at(static_cast<std::size_t>(batch.micro_batch)));
        }
        EXPECT_TRUE(rank == 0 || loader->state() == last) << "ranks agree";
        last = loader->state();
      }
      EXPECT_EQ(seen.size(), static_cast<std::size_t>(end - begin));
      EXPECT_EQ(*seen.begin(), begin);
      EXPECT_EQ(*seen.rbegin(), end - 1);
      return Json::parse(last.dump());
    };
    for (const int first : {1, 2, 3}) {
      for (const int second : {1, 2, 3}) {
        // 8 does not divide by three: the second group begins in the middle of its round.
        const int middle = first == 3 ? 9 : 8;
        const Json state = read(first, make()->state(), 0, middle);
        EXPECT_EQ(state["micro_batches"], middle);
        read(second, state, middle, middle + 6);
      }
    }
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

/// Cached features of the picture of "image 2" alone, and their values.
std::vector<float> write_teacher_map(const std::filesystem::path& root, float value = 0.5f) {
  std::vector<float> values(2 * 5 * 7, value);
  const TensorView map{DType::kF32, {2, 5, 7}, std::as_bytes(std::span(values))};
  write_safetensors(root / "teacher/s.safetensors", {{test::image_name(2), map}});
  test::write_text(root / "teacher/index.json", Json{{"format", "pixelsail-teacher-1"},
                                                     {"channels", 2},
                                                     {"shards", {{test::image_name(2), "s.safetensors"}}}}
                                                    .dump());
  return values;
}

TEST_F(LoaderTest, TeacherMaps) {
  const std::vector<float> values = write_teacher_map(dir_.path());
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
    EXPECT_EQ(test::values_of(*e.teachers[1]), values);
  }
  EXPECT_TRUE(found);
}

TEST_F(LoaderTest, PicturesOfOneNameInTwoRootsHaveTheirOwnMaps) {
  const std::filesystem::path other = dir_.path() / "other";
  test::small_refer().write(other, "refcoco", "refs(unc).p");
  write_teacher_map(dir_.path(), 0.5f);
  config_.teachers = {{.slot = "sam2", .dir = "teacher"}};
  config_.datasets = {{.kind = "refcoco"}, {.kind = "refcoco", .root = other.string()}};
  const auto first_values = [&] {
    std::multiset<float> found;
    const auto loader = make(24);
    for (const Example& e : loader->next().examples) {
      if (e.teachers.at(0)) found.insert(test::values_of(*e.teachers[0])[0]);
    }
    return found;
  };
  // Without a folder of its own a root's pictures are those of data.root, as when a data set has links to them.
  EXPECT_GT(first_values().count(0.5f), 1U);
  EXPECT_EQ(first_values().count(0.25f), 0U);
  EXPECT_EQ(features_folders(config_.teachers[0], config_),
            std::vector<std::filesystem::path>{dir_.path() / "teacher"});
  write_teacher_map(other, 0.25f);
  EXPECT_GT(first_values().count(0.5f), 1U);
  EXPECT_GT(first_values().count(0.25f), 1U);
  EXPECT_EQ(features_folders(config_.teachers[0], config_),
            (std::vector{dir_.path() / "teacher", other / "teacher"}));
}

/// A picture that the cache lacks goes to the module, as the module sees it.
TEST_F(LoaderTest, PicturesForTeachersThatRun) {
  write_teacher_map(dir_.path());
  const std::filesystem::path module = dir_.path() / "t.pt";
  test::write_text(module, "nobody opens it here");
  test::write_text(dir_.path() / "t.yaml", "name: t\nheight: 16\nwidth: 24\nchannels: 2\n");
  config_.teachers = {{.slot = "mask2former", .dir = "teacher", .module = module.string()},
                      {.slot = "sam2", .module = module.string()}};
  const auto loader = make(12);
  bool found = false;
  const Batch batch = loader->next();
  for (const Example& e : batch.examples) {
    ASSERT_EQ(e.teacher_pictures.size(), 2u);
    EXPECT_EQ(e.picture, nullptr);
    const bool cached = has(e.id, "image 2");
    found |= cached;
    EXPECT_EQ(e.teachers[0].has_value(), cached);
    EXPECT_EQ(e.teacher_pictures[0] != nullptr, !cached && e.image_height > 0) << e.id;
    ASSERT_EQ(e.teacher_pictures[1] != nullptr, e.image_height > 0) << e.id;
    if (e.teacher_pictures[1]) {
      EXPECT_EQ(e.teacher_pictures[1]->height, 16);
      EXPECT_EQ(e.teacher_pictures[1]->width, 24);
    }
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
