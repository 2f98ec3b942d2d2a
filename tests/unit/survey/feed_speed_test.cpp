#include "survey/feed_speed.h"

#include "fixtures.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

TEST(FeedSpeed, CountsWhatIsHandedOut) {
  const test::OwnFolder folder;
  // A sample with two masks, and a broken one.
  const std::vector<Json> lines = {test::sound_lines().front(),
                                   test::OwnFolder::expression("none.png", "the cup", Json::array())};
  TrainingData data = folder.data(lines);
  data.config.workers = 2;
  const FeedSpeed speed = feed_speed(data, 40);
  EXPECT_EQ(speed.records, 2);
  EXPECT_EQ(speed.samples, 40);
  EXPECT_EQ(speed.masks, 80);
  EXPECT_GT(speed.skipped, 0);
  EXPECT_GT(speed.seconds, 0);
  const OrderedJson json = feed_speed_json(speed);
  EXPECT_EQ(json.at("workers"), 2);
  EXPECT_EQ(json.at("masks"), 2);
  EXPECT_GT(json.at("patches").get<double>(), 0);
  EXPECT_GT(json.at("tokens").get<double>(), json.at("patches").get<double>());
  EXPECT_DOUBLE_EQ(json.at("samples_per_s").get<double>(), 40 / speed.seconds);
  EXPECT_TRUE(test::has(feed_speed_text(speed), "2 records loaded"));
}

TEST(FeedSpeed, NothingToHandOut) {
  const test::OwnFolder folder;
  TrainingData data = folder.data({test::OwnFolder::expression("none.png", "the cup", Json::array())});
  data.config.on_error = "stop";
  EXPECT_THROW(feed_speed(data, 1), DataError);
}

}  // namespace
}  // namespace pixelsail
