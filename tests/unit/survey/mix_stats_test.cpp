#include "survey/mix_stats.h"

#include <cmath>

#include "fixtures.h"

namespace pixelsail {
namespace {

using test::has;
using test::OwnFolder;

TEST(MixStats, SharesAndLengths) {
  const OwnFolder one, two;
  TrainingData data = one.data(test::sound_lines());
  std::vector<Json> lines = test::sound_lines();
  lines.push_back(OwnFolder::expression("none.png", "the cup", Json::array()));
  two.data(lines);
  data.config.datasets = {{.kind = "folder", .weight = 3},
                          {.kind = "folder", .root = two.path().string(), .weight = 1}};
  const MixStats stats = mix_stats(data, 20000, 60);
  ASSERT_EQ(stats.parts.size(), 2U);
  EXPECT_EQ(stats.parts[0].samples, 5);
  EXPECT_EQ(stats.parts[1].samples, 6);
  EXPECT_DOUBLE_EQ(stats.parts[0].planned, 0.75);
  EXPECT_EQ(stats.parts[0].drawn + stats.parts[1].drawn, 20000);
  EXPECT_NEAR(static_cast<double>(stats.parts[0].drawn) / 20000, 0.75, 0.01);
  EXPECT_EQ(stats.parts[0].tokens.count + stats.parts[1].tokens.count + stats.parts[1].unusable.at("unnamed"),
            60);
  EXPECT_TRUE(stats.parts[0].unusable.empty());
  EXPECT_EQ(stats.parts[0].masks.most, 2);
  EXPECT_TRUE(has(mix_stats_text(stats), "planned 75.0000 %"));
  EXPECT_EQ(mix_stats_json(stats).at("datasets")[1].at("samples"), 6);
}

TEST(MixStats, NothingMadeWhereNothingIsAskedFor) {
  const OwnFolder folder;
  const MixStats stats = mix_stats(folder.data(test::sound_lines()), 10, 0);
  EXPECT_EQ(stats.parts[0].drawn, 10);
  EXPECT_EQ(stats.parts[0].tokens.count, 0);
}

}  // namespace
}  // namespace pixelsail
