#include "survey/dataset_check.h"

#include "fixtures.h"
#include "survey/check_text.h"
#include "survey/published_counts.h"

namespace pixelsail {
namespace {

using test::has;
using test::OwnFolder;
using test::rectangle;
using test::sound_lines;

TEST(Spread, RanksOfSmallLists) {
  EXPECT_EQ(spread_of({}).count, 0);
  const Spread one = spread_of({7});
  EXPECT_EQ(one.least + one.median + one.high + one.most, 28);
  std::vector<std::int64_t> values;
  for (int i = 100; i >= 1; --i) values.push_back(i);
  const Spread hundred = spread_of(values);
  EXPECT_EQ(hundred.median, 50);
  EXPECT_EQ(hundred.high, 95);
  EXPECT_EQ(hundred.most, 100);
  EXPECT_EQ(spread_of({1, 2}).median, 1);
}

TEST(DatasetCheck, SoundDataHaveNoFault) {
  const OwnFolder folder;
  const DataCheck check = check_training_data(folder.data(sound_lines()));
  ASSERT_EQ(check.datasets.size(), 1U);
  const DatasetCheck& one = check.datasets[0];
  EXPECT_FALSE(check.has_faults()) << data_check_text(check);
  EXPECT_EQ(one.records, 5);
  EXPECT_EQ(one.looked_at, 5);
  EXPECT_EQ(one.masks.most, 2);
  EXPECT_EQ(one.tokens.count, 5);
  EXPECT_GT(one.tokens.most, one.scored_tokens.most);
  EXPECT_GT(one.scored_tokens.least, 0);
  EXPECT_EQ(one.dropped_share(), 0);
  EXPECT_TRUE(has(data_check_text(check), "no faults\n  5 records, 5 looked at, 5 usable, 0.00 % dropped"));
  EXPECT_EQ(data_check_json(check).at("faults"), 0);
}

std::vector<Json> broken_lines() {
  std::vector<Json> lines = sound_lines();
  lines.push_back(OwnFolder::expression("none.png", "the cup", Json::array({rectangle(2, 3, 9, 12)})));
  lines.push_back(OwnFolder::expression("a.png", "the cup", Json::array({rectangle(90, 90, 99, 99)})));
  lines.push_back(OwnFolder::expression(
      "a.png", "the cup", {Json{{"size", {9, 9}}, {"counts", {1, 80}}}, rectangle(2, 3, 9, 12)}));
  lines.push_back({{"image", "a.png"},
                   {"question", "Where?"},
                   {"answer", "[SEG] [SEG]"},
                   {"masks", Json::array({rectangle(2, 3, 9, 12)})}});
  return lines;
}

TEST(DatasetCheck, EveryBrokenLineIsFoundWithItsPlace) {
  const OwnFolder folder;
  const DataCheck check = check_training_data(folder.data(broken_lines()), {.threads = 3});
  const DatasetCheck& one = check.datasets[0];
  EXPECT_TRUE(check.has_faults());
  EXPECT_EQ(one.looked_at, 9);
  EXPECT_EQ(one.unusable(), 4) << data_check_text(check);
  EXPECT_EQ(one.faults.at("masks_differ_from_seg").count, 1);
  std::string all;
  for (const auto& [reason, fault] : one.faults)
    for (const std::string& place : fault.first) all += place + "\n";
  for (const char* line : {"samples.jsonl:6", "samples.jsonl:7", "samples.jsonl:8", "samples.jsonl:9"})
    EXPECT_TRUE(has(all, line)) << all;
  EXPECT_NEAR(one.dropped_share(), 4.0 / 9, 1e-12);
  const OrderedJson json = data_check_json(check);
  EXPECT_GT(json.at("faults"), 0);
  EXPECT_EQ(json.at("datasets")[0].at("usable"), 5);
}

TEST(DatasetCheck, LinesOfOnePictureAreLookedAtOneByOne) {
  const OwnFolder folder;
  // With two lines of four at a visit the broken one would be missed now and then.
  std::vector<Json> lines(12,
                          OwnFolder::expression("a.png", "the cup", Json::array({rectangle(2, 3, 9, 12)})));
  lines.push_back(OwnFolder::expression("a.png", "the dog", Json::array({rectangle(90, 90, 99, 99)})));
  const DataCheck check = check_training_data(folder.data(lines, 2));
  EXPECT_EQ(check.datasets[0].records, 13);
  EXPECT_EQ(check.datasets[0].unusable(), 1);
  EXPECT_EQ(check.datasets[0].tokens.count, 1) << "lengths are those of the training's samples";
}

TEST(DatasetCheck, TheNumberOfThreadsChangesNothing) {
  const OwnFolder folder;
  std::vector<Json> lines;
  for (int i = 0; i < 40; ++i)
    for (const Json& line : broken_lines()) lines.push_back(line);
  const TrainingData data = folder.data(lines);
  const std::string one = data_check_json(check_training_data(data, {.threads = 1})).dump();
  EXPECT_EQ(data_check_json(check_training_data(data, {.threads = 4})).dump(), one);
  const DataCheck few = check_training_data(data, {.limit = 5});
  EXPECT_EQ(few.datasets[0].looked_at, 5);
  EXPECT_FALSE(few.has_faults());
}

TEST(DatasetCheck, WhatCannotBeReadAtAllHidesNothingElse) {
  const OwnFolder folder;
  TrainingData data = folder.data(sound_lines());
  data.config.datasets.insert(data.config.datasets.begin(), {.kind = "refcoco"});
  data.config.teachers = {{.slot = "sam2", .dir = "teachers/none"},
                          {.slot = "mask2former", .module = "none.pt"}};
  const DataCheck check = check_training_data(data);
  ASSERT_EQ(check.datasets.size(), 2U);
  EXPECT_FALSE(check.datasets[0].error.empty());
  EXPECT_TRUE(check.datasets[1].error.empty());
  EXPECT_FALSE(check.teachers.at(0).error.empty());
  EXPECT_FALSE(check.teachers.at(1).error.empty());
  EXPECT_TRUE(check.has_faults());
  EXPECT_TRUE(has(data_check_text(check), "CANNOT BE READ"));
  EXPECT_EQ(data_check_json(check).at("faults"), 3);
}

TEST(DatasetCheck, StopsWhenAsked) {
  const OwnFolder folder;
  const std::atomic<bool> stop{true};
  const DataCheck check = check_training_data(folder.data(sound_lines()), {.stop = &stop});
  EXPECT_TRUE(check.datasets.empty());
}

TEST(DatasetCheck, CountsOfPublishedFiles) {
  EXPECT_EQ(published_records({.kind = "coco_instance"}), 118287);
  EXPECT_EQ(published_records({.kind = "refcoco+", .turns_per_sample = 5}), 16992);
  EXPECT_EQ(published_records({.kind = "refcoco+", .rules = "published"}), 16992);
  EXPECT_EQ(published_records({.kind = "refcocog_vp"}), 21899);
  EXPECT_EQ(published_records({.kind = "reasonseg"}), 239);
  EXPECT_FALSE(published_records({.kind = "refcoco+"})) << "one sample is one expression then";
  EXPECT_FALSE(published_records({.kind = "llava", .split = "val"}));
  EXPECT_FALSE(published_records({.kind = "folder"}));
}

}  // namespace
}  // namespace pixelsail
