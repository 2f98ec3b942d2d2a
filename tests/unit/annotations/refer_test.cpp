#include "annotations/refer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "fixtures.h"

namespace pixelsail {
namespace {

using test::coco_annotation;
using test::coco_image;
using test::rectangle;
using test::ref;

class ReferTest : public ::testing::Test {
 protected:
  std::vector<std::int64_t> ref_ids(const std::string& benchmark, const std::string& split) const {
    std::vector<std::int64_t> ids;
    const ReferData data = ReferData::load(dir_.path(), benchmark, split);
    for (const auto& e : data.expressions()) ids.push_back(e.ref_id);
    return ids;
  }
  test::TempDir dir_;
  test::ReferFiles files_;
};

using Ids = std::vector<std::int64_t>;

TEST_F(ReferTest, SplitRules) {
  files_.images = {coco_image(1)};
  files_.annotations = {coco_annotation(10, 1, Json::array())};
  int id = 0;
  for (const char* split : {"train", "val", "testA", "testB", "testAB", "test"}) {
    files_.refs.push_back(ref(++id, 1, 10, split, {"s"}));
  }
  files_.write(dir_.path(), "refcoco", "refs(unc).p", false);
  files_.write(dir_.path(), "refcocog", "refs(umd).p", false);
  EXPECT_EQ(ref_ids("refcoco", "train"), Ids{1});
  EXPECT_EQ(ref_ids("refcoco", "val"), Ids{2});
  EXPECT_EQ(ref_ids("refcoco", "testA"), (Ids{3, 5}));
  EXPECT_EQ(ref_ids("refcoco", "testB"), (Ids{4, 5}));
  EXPECT_EQ(ref_ids("refcoco", "test"), (Ids{3, 4, 5, 6}));
  EXPECT_EQ(ref_ids("refcocog", "test"), (Ids{3, 4, 5, 6}));

  for (Json& r : files_.refs) r["ann_id"] = Json::array({10});
  files_.write(dir_.path(), "grefcoco", "grefs(unc).json", false);
  EXPECT_EQ(ref_ids("grefcoco", "testA"), Ids{3});
  EXPECT_EQ(ref_ids("grefcoco", "test"), Ids{6});
}

TEST_F(ReferTest, KeepsOrderAndFields) {
  files_ = test::small_refer();
  std::swap(files_.refs[0], files_.refs[3]);
  files_.refs[0]["kind"] = "position";
  files_.refs[1]["sentences"][0]["kind"] = "relation";
  files_.write(dir_.path(), "refcoco+", "refs(unc).p", false);
  const ReferData data = ReferData::load(dir_.path(), "refcoco+", "train");
  ASSERT_EQ(data.expressions().size(), 15u);
  const ReferExpression& e = data.expressions()[1];
  EXPECT_EQ(e.ref_id, 202);
  EXPECT_EQ(e.sent_id, 20201);
  EXPECT_EQ(e.image_id, 2);
  EXPECT_EQ(e.ann_ids, Ids{21});
  EXPECT_EQ(e.sentence, "second one");
  EXPECT_EQ(e.raw, "second one!");
  EXPECT_EQ(e.kind, "position");
  EXPECT_EQ(data.expressions()[2].kind, "relation");
  EXPECT_EQ(data.expressions()[3].kind, "");
  EXPECT_EQ(data.image_path(2), dir_.path() / "images/train2014" / test::image_name(2));
  EXPECT_EQ(data.image(2).width, 30);
  EXPECT_EQ(data.annotations_of_image(2), (Ids{20, 21}));
  EXPECT_EQ(data.category(21), 7);
  EXPECT_EQ(data.segmentation(21), Json::array({rectangle(12, 4, 20, 14)}));
  EXPECT_THROW(data.segmentation(5), DataError);
  EXPECT_THROW(data.image(9), DataError);
}

TEST_F(ReferTest, ScopeAndCrowds) {
  files_ = test::small_refer();
  files_.annotations.push_back(coco_annotation(12, 1, Json::array({rectangle(1, 1, 3, 3)})));
  Json crowd = coco_annotation(13, 1, Json{{"size", {20, 30}}, {"counts", {0, 5, 595}}});
  crowd["iscrowd"] = 1;
  files_.annotations.push_back(crowd);
  crowd["id"] = 14;
  files_.annotations.push_back(crowd);
  files_.refs.push_back(ref(301, 1, 14, "train", {"the crowd"}));
  files_.write(dir_.path(), "refcoco", "refs(unc).p", false);
  const ReferData all = ReferData::load(dir_.path(), "refcoco", "train");
  EXPECT_EQ(all.annotations_of_image(1), (Ids{10, 11, 12}));
  const Mask mask = all.annotation_mask(14);
  EXPECT_EQ(std::accumulate(mask.data.begin(), mask.data.end(), 0), 5);
  const ReferData targets = ReferData::load(dir_.path(), "refcoco", "train", "", ReferScope::kTargets);
  EXPECT_EQ(targets.annotations_of_image(1), (Ids{10, 11}));
  EXPECT_THROW(targets.segmentation(12), DataError);
}

TEST_F(ReferTest, OtherSplitFiles) {
  files_ = test::small_refer();
  files_.write(dir_.path(), "refcoco", "refs(google).p", false);
  EXPECT_EQ(ReferData::load(dir_.path(), "refcoco", "train", "google").expressions().size(), 15u);
  EXPECT_THROW(ReferData::load(dir_.path(), "refcoco", "train"), DataError);
  EXPECT_THROW(ReferData::load(dir_.path(), "refcoco", "train", "umd"), ConfigError);
  EXPECT_THROW(ReferData::load(dir_.path(), "refcoco", "valid"), ConfigError);
  const auto message = test::message_of<ConfigError>([&] { ReferData::load(dir_.path(), "refclef", "val"); });
  EXPECT_TRUE(test::has(message, "refcoco, refcoco+, refcocog, grefcoco")) << message;
}

TEST_F(ReferTest, GeneralRefsFromJsonAndPickle) {
  files_ = test::small_refer();
  files_.refs = {ref(1, 1, {10, 11}, "val", {"both"}), ref(2, 2, {-1}, "val", {"the unicorn"}),
                 ref(3, 3, {30}, "val", {"left"}), ref(4, 3, {31}, "val", {})};
  files_.write(dir_.path(), "grefcoco", "grefs(unc).json", false);
  const ReferData json = ReferData::load(dir_.path(), "grefcoco", "val");
  std::filesystem::remove(dir_.path() / "grefcoco/grefs(unc).json");
  files_.write(dir_.path(), "grefcoco", "grefs(unc).p", false);
  const ReferData pickle = ReferData::load(dir_.path(), "grefcoco", "val");
  for (const ReferData* data : {&json, &pickle}) {
    ASSERT_EQ(data->expressions().size(), 3u);
    EXPECT_EQ(data->refs_without_sentences(), 1);
    EXPECT_EQ(data->expressions()[0].ann_ids, (Ids{10, 11}));
    EXPECT_TRUE(data->expressions()[1].ann_ids.empty());
    const Mask both = data->target_mask(data->expressions()[0]);
    const Mask a = data->annotation_mask(10), b = data->annotation_mask(11);
    for (std::size_t i = 0; i < both.data.size(); ++i) EXPECT_EQ(both.data[i], a.data[i] | b.data[i]);
    for (const auto merge : {PolygonMerge::kUnion, PolygonMerge::kLisaSum, PolygonMerge::kSa2vaRle}) {
      EXPECT_EQ(data->target_mask(data->expressions()[1], merge), Mask(20, 30));
    }
  }
}

/// What a run-length encoder that starts a run at every change of value makes of an image of sums.
std::vector<std::uint8_t> toggled(const std::vector<std::uint8_t>& values, int height, int width) {
  std::vector<std::uint8_t> result(values.size());
  std::uint8_t previous = 0, state = 0;
  for (int x = 0; x < width; ++x) {
    for (int y = 0; y < height; ++y) {
      const std::size_t i = static_cast<std::size_t>(y * width + x);
      if (values[i] != previous) state ^= 1;
      previous = values[i];
      result[i] = state;
    }
  }
  return result;
}

TEST_F(ReferTest, MergesOverlappingPolygonsInThreeWays) {
  const Json polygons = {rectangle(3, 3, 12, 12), rectangle(5, 6, 9, 12)};
  files_.images = {coco_image(1)};
  files_.annotations = {coco_annotation(10, 1, polygons), coco_annotation(11, 1, Json::array({polygons[0]})),
                        coco_annotation(12, 1, Json::array({polygons[1]}))};
  files_.refs = {ref(1, 1, {10}, "val", {"one"}), ref(2, 1, {10, 11}, "val", {"two"})};
  files_.write(dir_.path(), "grefcoco", "grefs(unc).json", false);
  const ReferData data = ReferData::load(dir_.path(), "grefcoco", "val");
  const Mask a = data.annotation_mask(11), b = data.annotation_mask(12);
  std::vector<std::uint8_t> sum(a.data.size()), joined(a.data.size());
  for (std::size_t i = 0; i < sum.size(); ++i) {
    sum[i] = static_cast<std::uint8_t>(a.data[i] + b.data[i]);
    joined[i] = sum[i] | a.data[i];
  }
  ASSERT_TRUE(std::ranges::count(sum, 2) > 0 && std::ranges::count(joined, 3) > 0);

  const ReferExpression& one = data.expressions()[0];
  EXPECT_EQ(data.target_values(one, PolygonMerge::kLisaSum), sum);
  EXPECT_EQ(data.target_values(one, PolygonMerge::kSa2vaRle), toggled(sum, 20, 30));
  EXPECT_NE(toggled(sum, 20, 30), data.target_values(one, PolygonMerge::kUnion));
  EXPECT_NE(toggled(sum, 20, 30), data.target_mask(one, PolygonMerge::kLisaSum).data);
  const Mask lisa = data.target_mask(one, PolygonMerge::kLisaSum), whole = data.target_mask(one);
  for (std::size_t i = 0; i < sum.size(); ++i) {
    EXPECT_EQ(whole.data[i], sum[i] > 0);
    EXPECT_EQ(lisa.data[i], sum[i] == 1);
  }
  const ReferExpression& two = data.expressions()[1];
  EXPECT_EQ(data.target_values(two, PolygonMerge::kLisaSum), joined);
  EXPECT_EQ(data.target_values(two, PolygonMerge::kSa2vaRle), toggled(joined, 20, 30));
  EXPECT_EQ(data.target_mask(two), whole);
}

TEST_F(ReferTest, ClipsPolygonsAtTheBorder) {
  files_.images = {coco_image(1, 10, 10)};
  files_.annotations = {coco_annotation(10, 1, Json::array({rectangle(-3, -3, 4, 4)})),
                        coco_annotation(11, 1, Json::array({rectangle(40, 40, 50, 50)})),
                        coco_annotation(12, 1, Json::array())};
  files_.refs = {ref(1, 1, 10, "val", {"a"}), ref(2, 1, 11, "val", {"b"}), ref(3, 1, 12, "val", {"c"})};
  files_.write(dir_.path(), "refcoco", "refs(unc).p", false);
  const ReferData data = ReferData::load(dir_.path(), "refcoco", "val");
  const Mask corner = data.annotation_mask(10);
  EXPECT_EQ(std::accumulate(corner.data.begin(), corner.data.end(), 0), 16);
  EXPECT_EQ(corner.at(3, 3), 1);
  EXPECT_EQ(data.annotation_mask(11), Mask(10, 10));
  EXPECT_EQ(data.annotation_mask(12), Mask(10, 10));
}

}  // namespace
}  // namespace pixelsail
