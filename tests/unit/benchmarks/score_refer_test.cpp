#include "benchmarks/refer/expression_scores.h"

#include <gtest/gtest.h>

#include "../predict/fake_model.h"
#include "benchmarks/question_set.h"
#include "io/rle.h"

namespace pixelsail {
namespace {

using test::has;
using test::message_of;

class ScoreRefer : public ::testing::Test {
 protected:
  ScoreRefer() {
    test::write_refcoco(dir_.path(), false);
    data_.emplace(ReferData::load(dir_.path(), "refcoco", "train"));
    for (const ReferExpression& expression : data_->expressions()) {
      Prediction prediction{
          .ref_id = expression.ref_id, .sent_id = expression.sent_id, .image_id = expression.image_id};
      prediction.mask = encode_mask(data_->target_mask(expression));
      predictions_.push_back(std::move(prediction));
      predictions_.back().line = static_cast<std::int64_t>(predictions_.size());
    }
  }

  ReferScore score(const ScoreOptions& options = {}) const {
    return score_refer(*data_, "train", data_->expressions(), predictions_, options, "p.jsonl");
  }
  std::string fault() const {
    return message_of<DataError>([&] { score(); });
  }

  test::TempDir dir_;
  std::optional<ReferData> data_;
  std::vector<Prediction> predictions_;
};

TEST_F(ScoreRefer, PerfectPredictionsWithoutAnImageOnDisk) {
  const ReferScore result = score();
  EXPECT_EQ(result.overall.samples, 15);
  EXPECT_NEAR(result.overall.ciou, 1.0, 1e-9);
  EXPECT_EQ(result.overall.precision.back(), 1.0);
}

TEST_F(ScoreRefer, NoMaskIsAnEmptyPrediction) {
  for (Prediction& prediction : predictions_) prediction.mask.reset();
  EXPECT_EQ(score().overall.ciou, 0.0);
  EXPECT_EQ(score().overall.giou, 0.0);
}

TEST_F(ScoreRefer, OrderDoesNotMatter) {
  predictions_[0].mask.reset();
  const double expected = score().overall.giou;
  std::ranges::reverse(predictions_);
  EXPECT_DOUBLE_EQ(score().overall.giou, expected);
}

TEST_F(ScoreRefer, KindsAddUpToTheWhole) {
  predictions_[0].mask.reset();
  const ReferScore result = score();
  ASSERT_EQ(result.kinds.size(), 2u);
  EXPECT_EQ(result.kinds[0].first, "left");
  EXPECT_EQ(result.kinds[0].second.samples + result.kinds[1].second.samples, result.overall.samples);
  EXPECT_NEAR(result.kinds[1].second.ciou, 1.0, 1e-9);
  const OrderedJson json = score_to_json(result);
  EXPECT_EQ(json["kinds"]["left"]["samples"], 3);
  EXPECT_EQ(json["pr"]["0.5"], 14.0 / 15);
  EXPECT_FALSE(json.contains("n_acc"));
}

TEST_F(ScoreRefer, MissingOnesAreCountedAndNamed) {
  predictions_.resize(10);
  const std::string message = fault();
  EXPECT_TRUE(has(message, "p.jsonl: 5 of 15 expressions have no prediction (ref_id ")) << message;
}

TEST_F(ScoreRefer, UnknownDuplicateAndForeignOnesAreNamedWithTheirLine) {
  Prediction unknown = predictions_[0];
  unknown.sent_id = 999;
  unknown.line = 16;
  Prediction duplicate = predictions_[3];
  duplicate.line = 17;
  predictions_.push_back(unknown);
  predictions_.push_back(duplicate);
  predictions_[5].image_id = 77;
  const std::string message = fault();
  EXPECT_TRUE(has(message, "1 predictions belong to no expression")) << message;
  EXPECT_TRUE(has(message, "line 16: ref_id 101 sent_id 999")) << message;
  EXPECT_TRUE(has(message, "1 predictions are for an expression that has one already (line 17: ")) << message;
  EXPECT_TRUE(has(message, "line 6: ")) << message;
  EXPECT_TRUE(has(message, "says image 77")) << message;
}

TEST_F(ScoreRefer, MaskOfAnotherSizeIsRefused) {
  predictions_[2].mask = encode_mask(Mask(30, 20));
  const std::string message = fault();
  EXPECT_TRUE(has(message, "line 3: ")) << message;
  EXPECT_TRUE(has(message, "is 30x20, its image 20x30")) << message;
}

TEST_F(ScoreRefer, BlindAnswersTakeEveryObjectOfTheImage) {
  const QuestionSet set =
      load_questions({.benchmark = "refcoco", .root = dir_.path().string(), .split = "train"});
  for (std::size_t i = 0; i < predictions_.size(); ++i)
    predictions_[i].mask = encode_mask(set.blind(i).masks.front());
  const SegmentationScore overall = score().overall;
  // Each image holds two objects, and every expression asks for one of them.
  std::int64_t target = 0, all = 0;
  for (std::size_t i = 0; i < predictions_.size(); ++i) {
    const Mask truth = data_->target_mask(data_->expressions()[i]);
    target += std::ranges::count(truth.data, 1);
    all += static_cast<std::int64_t>(rle_area(*predictions_[i].mask));
  }
  EXPECT_NEAR(overall.ciou, static_cast<double>(target) / static_cast<double>(all), 1e-9);
  EXPECT_LT(overall.ciou, 0.6);
}

TEST_F(ScoreRefer, RootMayBeTheBenchmarksOwnFolder) {
  EXPECT_EQ(refer_root(dir_.path() / "refcoco", "refcoco"), dir_.path());
  EXPECT_EQ(refer_root(dir_.path() / "refcoco" / "", "refcoco"), dir_.path());
  EXPECT_EQ(refer_root(dir_.path(), "refcoco"), dir_.path());
  EXPECT_EQ(refer_root(dir_.path() / "refcoco", "refcoco+"), dir_.path() / "refcoco");
}

TEST(ScoreMerge, OverlappingPolygons) {
  const test::TempDir dir;
  test::ReferFiles files;
  files.images.push_back(test::coco_image(1, 10, 12));
  files.annotations.push_back(test::coco_annotation(
      5, 1, Json::array({test::rectangle(0, 0, 6, 10), test::rectangle(4, 0, 10, 10)})));
  files.refs.push_back(test::ref(1, 1, 5, "val", {"thing"}));
  files.write(dir.path(), "refcoco", "refs(unc).p", false);
  const ReferData data = ReferData::load(dir.path(), "refcoco", "val");
  Prediction prediction{.ref_id = 1, .sent_id = 100, .image_id = 1};
  prediction.mask = encode_mask(test::rectangle_mask(10, 12, 0, 0, 10, 10));
  const auto score = [&](PolygonMerge merge) {
    return score_refer(data, "val", data.expressions(), std::span(&prediction, 1), {.gt_merge = merge}, "p");
  };
  EXPECT_NEAR(score(PolygonMerge::kUnion).overall.ciou, 1.0, 1e-9);
  // The two columns where both polygons lie count as predicted, not as target.
  EXPECT_NEAR(score(PolygonMerge::kLisaSum).overall.ciou, 0.8, 1e-9);
  EXPECT_NEAR(score(PolygonMerge::kSa2vaRle).overall.ciou, 0.8, 1e-9);
  EXPECT_EQ(score(PolygonMerge::kUnion).merge_differs, 0);
  EXPECT_EQ(score(PolygonMerge::kLisaSum).merge_differs, 1);
  EXPECT_EQ(score_to_json(score(PolygonMerge::kLisaSum))["gt_merge"], "lisa_sum");
}

TEST(ScoreNoTarget, SmallMasksSayNoTarget) {
  const test::TempDir dir;
  test::ReferFiles files = test::small_refer();
  files.refs = Json::array({test::ref(1, 1, Json::array({10, 11}), "val", {"both"}),
                            test::ref(2, 2, Json::array({-1}), "val", {"nothing"})});
  files.write(dir.path(), "grefcoco", "grefs(unc).json", false);
  const ReferData data = ReferData::load(dir.path(), "grefcoco", "val");
  std::vector<Prediction> predictions;
  for (const ReferExpression& e : data.expressions()) {
    predictions.push_back(
        {.ref_id = e.ref_id, .sent_id = e.sent_id, .image_id = e.image_id, .mask = std::nullopt});
  }
  predictions[0].mask = encode_mask(data.target_mask(data.expressions()[0]));
  predictions[1].mask = encode_mask(test::rectangle_mask(20, 30, 0, 0, 3, 3));
  const auto json = [&](std::int64_t min_pixels) {
    return score_to_json(
        score_refer(data, "val", data.expressions(), predictions, {.nt_min_pixels = min_pixels}, "p"));
  };
  EXPECT_EQ(json(0)["n_acc"], 0.0);
  EXPECT_EQ(json(9)["n_acc"], 0.0);
  EXPECT_EQ(json(10)["n_acc"], 1.0);
  EXPECT_EQ(json(10)["t_acc"], 1.0);
  EXPECT_EQ(json(10)["giou"], 1.0);
  EXPECT_EQ(json(10)["pr"]["0.9"], 1.0);
  EXPECT_EQ(json(10)["no_target_samples"], 1);
  EXPECT_EQ(json(100000)["t_acc"], 0.0);
}

}  // namespace
}  // namespace pixelsail
