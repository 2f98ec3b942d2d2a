#include "metrics/average_precision.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace pixelsail {
namespace {

using Hits = std::vector<bool>;

double precision_of(const std::vector<ApImage>& images) {
  return average_precision(images, std::vector<std::uint32_t>(images.size(), 1));
}

TEST(MatchDetections, EachTakesTheBestFreeObject) {
  const std::vector<ApTarget> targets(2);
  // The first detection takes object 1; the second, which fits it better, is left with too little.
  const ApImage image = match_detections(targets, 3, std::vector<double>{0.6, 0.7, 0.4, 0.9, 0.5, 0.0}, 0.5);
  EXPECT_EQ(image.hits, (Hits{true, false, true}));
  EXPECT_EQ(image.targets, 2);
}

TEST(MatchDetections, OfEqualIousTheLastObject) {
  const std::vector<ApTarget> targets(2);
  const ApImage image = match_detections(targets, 2, std::vector<double>{0.8, 0.8, 0.8, 0.1}, 0.5);
  EXPECT_EQ(image.hits, (Hits{true, true}));
}

TEST(MatchDetections, CrowdsAreNotCounted) {
  const std::vector<ApTarget> targets{{.crowd = true}, {}};
  // Two detections in the crowd, one on the object although the crowd holds it better, one on nothing.
  const ApImage image =
      match_detections(targets, 4, std::vector<double>{1.0, 0.0, 0.9, 0.0, 1.0, 0.6, 0.2, 0.2}, 0.5);
  EXPECT_EQ(image.hits, (Hits{true, false}));
  EXPECT_EQ(image.targets, 1);
}

TEST(MatchDetections, TheObjectWithIdZeroIsTakenButNotHit) {
  const std::vector<ApTarget> targets{{.zero_id = true}};
  EXPECT_EQ(match_detections(targets, 2, std::vector<double>{1.0, 1.0}, 0.5).hits, (Hits{false, false}));
}

TEST(MatchDetections, PerfectMatchReachesOneAndOnlyAHundredCount) {
  const std::vector<ApTarget> targets(1);
  EXPECT_EQ(match_detections(targets, 1, std::vector<double>{1.0}, 1.0).hits, Hits{true});
  EXPECT_EQ(match_detections(targets, 150, std::vector<double>(150, 0.0), 0.5).hits.size(), 100u);
  EXPECT_THROW(match_detections(targets, 2, std::vector<double>{1.0}, 0.5), std::invalid_argument);
}

TEST(AveragePrecision, HandMadeCurves) {
  EXPECT_NEAR(precision_of({{.hits = {true}, .targets = 1}}), 1.0, 1e-12);
  // Half of the objects found, without a fault: recall levels 0 to 0.5 of 101.
  EXPECT_NEAR(precision_of({{.hits = {true}, .targets = 2}}), 51.0 / 101, 1e-12);
  // A miss first: precision 1/2 at every level.
  EXPECT_NEAR(precision_of({{.hits = {false, true}, .targets = 1}}), 0.5, 1e-12);
  // Precision 1 to recall 0.5, then 2/3.
  EXPECT_NEAR(precision_of({{.hits = {true, false}, .targets = 1}, {.hits = {true}, .targets = 1}}),
              (51.0 + 50.0 * 2 / 3) / 101, 1e-12);
  EXPECT_EQ(precision_of({{.hits = {}, .targets = 3}}), 0.0);
  EXPECT_EQ(precision_of({{.hits = {false}, .targets = 0}}), 0.0);
}

TEST(AveragePrecision, WeightsAreCopies) {
  const ApImage good{.hits = {true}, .targets = 1}, bad{.hits = {false}, .targets = 1};
  const std::vector<ApImage> two{good, bad};
  EXPECT_DOUBLE_EQ(average_precision(two, std::vector<std::uint32_t>{2, 1}), precision_of({good, good, bad}));
  EXPECT_DOUBLE_EQ(average_precision(two, std::vector<std::uint32_t>{0, 1}), 0.0);
}

}  // namespace
}  // namespace pixelsail
