#include "benchmarks/refer/refer.h"

#include <gtest/gtest.h>

#include "../annotations/fixtures.h"
#include "annotations/refer.h"
#include "benchmarks/benchmark.h"
#include "benchmarks/bootstrap.h"
#include "io/rle.h"

namespace pixelsail {
namespace {

using test::has;
using test::message_of;
using test::rectangle;

/// Two images of 20 x 30; ref 1 on the first with two sentences, ref 2 on the second with one; its annotation
/// has two polygons that share pixels. In grefcoco the second ref has no target.
class ReferBenchmark : public ::testing::Test {
 protected:
  void write(const std::string& benchmark) {
    request_.benchmark = benchmark;
    request_.annotations = dir_.path();
    request_.split = "val";
    request_.predictions = {(dir_.path() / "p.jsonl").string()};
    const bool several = benchmark == "grefcoco";
    test::ReferFiles files;
    files.images = {test::coco_image(1), test::coco_image(2)};
    files.annotations = {test::coco_annotation(10, 1, Json::array({rectangle(0, 0, 10, 10)})),
                         test::coco_annotation(20, 2, {rectangle(0, 0, 10, 10), rectangle(5, 0, 15, 10)})};
    files.refs = {test::ref(1, 1, several ? Json::array({10}) : Json(10), "val", {"the first", "again"}),
                  test::ref(2, 2, several ? Json::array({-1}) : Json(20), "val", {"the second"})};
    files.write(dir_.path(), benchmark, several ? "grefs(unc).json" : "refs(unc).p", false);
    data_.emplace(ReferData::load(dir_.path(), benchmark, "val"));
  }
  std::string line(std::size_t i, const Json& mask) const {
    const ReferExpression& e = data_->expressions()[i];
    return Json{{"ref_id", e.ref_id}, {"sent_id", e.sent_id}, {"image_id", e.image_id}, {"mask", mask}}
               .dump() +
           '\n';
  }
  static Json box(double x0, double y0, double x1, double y1) {
    const Json polygon = rectangle(x0, y0, x1, y1);
    return rle_to_json(polygon_to_rle(polygon.get<std::vector<double>>(), 20, 30));
  }
  ScoreResult score(const std::string& lines) {
    test::write_text(request_.predictions.front(), lines);
    return score_benchmark(request_);
  }

  test::TempDir dir_;
  ScoreRequest request_;
  std::optional<ReferData> data_;
};

TEST_F(ReferBenchmark, ScoresSamplesAndDraws) {
  write("refcoco");
  // Intersections 100, 0, 150 of unions 100, 100, 300.
  ScoreResult result = score(line(0, box(0, 0, 10, 10)) + line(1, nullptr) + line(2, box(0, 0, 15, 20)));
  EXPECT_NEAR(result.json.at("ciou").get<double>(), 250.0 / 500, 1e-9);
  EXPECT_EQ(result.metrics[2], "pr0.5");
  EXPECT_EQ(result.units, 2u);  // images
  ASSERT_EQ(result.samples.size(), 3u);
  EXPECT_EQ(result.samples[1].unit, result.samples[0].unit);
  EXPECT_EQ(result.samples[2].detail.at("union"), 300);
  EXPECT_DOUBLE_EQ(result.samples[2].detail.at("iou").get<double>(), 0.5);
  EXPECT_DOUBLE_EQ(draw_all(result.draw, 2).at(0), result.json.at("ciou").get<double>());
  EXPECT_NEAR(result.draw(std::vector<std::uint32_t>{0, 2}).at(0), 0.5, 1e-9);
  EXPECT_NEAR(result.draw(std::vector<std::uint32_t>{1, 0}).at(0), 0.5, 1e-9);
}

TEST_F(ReferBenchmark, OverlappingPolygonsCountAsTheMergeSays) {
  write("refcoco");
  const std::string lines =
      line(0, box(0, 0, 10, 10)) + line(1, box(0, 0, 10, 10)) + line(2, box(0, 0, 15, 10));
  EXPECT_NEAR(score(lines).json.at("ciou").get<double>(), 1.0, 1e-9);
  request_.options.set("gt_merge", "lisa_sum");  // 50 pixels belong to no class, and all 150 are predicted
  const ScoreResult sum = score(lines);
  EXPECT_EQ(sum.samples[2].detail.at("intersection"), 100);
  EXPECT_EQ(sum.samples[2].detail.at("union"), 150);
  EXPECT_EQ(sum.json.at("merge_differs"), 1);
}

TEST_F(ReferBenchmark, NoTargetRule) {
  write("grefcoco");
  const ScoreResult result = score(line(0, box(0, 0, 10, 10)) + line(1, nullptr) + line(2, nullptr));
  EXPECT_DOUBLE_EQ(result.json.at("n_acc").get<double>(), 1.0);
  EXPECT_DOUBLE_EQ(result.json.at("t_acc").get<double>(), 0.5);
  EXPECT_EQ(result.samples[2].detail.at("iou"), 1.0);
  EXPECT_EQ(result.samples[1].detail.at("iou"), 0.0);
}

TEST_F(ReferBenchmark, FaultsEndTheRunOrCountAsWrong) {
  write("refcoco");
  const Json wrong_size{{"size", {30, 20}}, {"counts", Json::array({600})}};
  const std::string lines = line(0, box(0, 0, 10, 10)) + line(1, wrong_size);
  const std::string message = message_of<DataError>([&] { score(lines); });
  EXPECT_TRUE(has(message, "line 2: 1:")) << message;
  EXPECT_TRUE(has(message, "the mask is 30x20, its image 20x30")) << message;
  EXPECT_TRUE(has(message, "1 samples have no prediction (2:")) << message;
  request_.allow_missing = true;
  const ScoreResult result = score(lines);
  EXPECT_EQ(result.json.at("faults").at("broken"), 1);
  EXPECT_EQ(result.json.at("faults").at("missing"), 1);
  EXPECT_NEAR(result.json.at("giou").get<double>(), 1.0 / 3, 1e-6);
}

TEST_F(ReferBenchmark, WhatARequestMustHave) {
  write("refcoco");
  request_.split.clear();
  EXPECT_TRUE(has(message_of<ConfigError>([&] { score(""); }), "needs a split"));
  request_.split = "val";
  request_.predictions.push_back("second.jsonl");
  EXPECT_TRUE(has(message_of<ConfigError>([&] { score(""); }), "takes 1 prediction file, not 2"));
  request_.benchmark = "refcoco++";
  EXPECT_TRUE(has(message_of<ConfigError>([&] { score(""); }), "known: refcoco, refcoco+"));
}

}  // namespace
}  // namespace pixelsail
