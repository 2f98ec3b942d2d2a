#include "eval/prediction_log.h"

#include <gtest/gtest.h>

#include "fake_model.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;
using test::has;
using test::message_of;

Prediction prediction(std::int64_t sent_id, const std::string& error = {}) {
  return {.ref_id = 1, .sent_id = sent_id, .image_id = 3, .answer = "yes", .error = error};
}

std::vector<ReferExpression> expressions(int count) {
  std::vector<ReferExpression> list;
  for (int i = 0; i < count; ++i) list.push_back({.ref_id = 1, .sent_id = i, .image_id = 3});
  return list;
}

class Log : public ::testing::Test {
 protected:
  std::string text() const { return read_file(dir_.path() / "predictions.jsonl"); }
  void write(const std::string& content) const {
    test::write_text(dir_.path() / "predictions.jsonl", content);
  }

  test::TempDir dir_;
  const OrderedJson identity_{{"checkpoint", "aa"}, {"dtype", "f32"}};
};

TEST_F(Log, ContinuesWhereItStopped) {
  { PredictionLog(dir_.path(), identity_, false).append({prediction(2), prediction(0)}); }
  PredictionLog log(dir_.path(), identity_, false);
  EXPECT_EQ(log.predictions().size(), 2u);
  const auto left = log.remaining(expressions(4));
  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(left[0].sent_id, 1);
  log.append({prediction(3), prediction(1)});
  log.finish(expressions(4));
  std::string expected;
  for (int i = 0; i < 4; ++i) expected += prediction_to_line(prediction(i)) + "\n";
  EXPECT_EQ(text(), expected);
}

TEST_F(Log, TornLastLineIsCut) {
  { PredictionLog(dir_.path(), identity_, false).append({prediction(0), prediction(1)}); }
  const std::string whole = text();
  for (const std::size_t cut : {whole.size() - 1, whole.size() - 20, whole.size() / 2 + 1}) {
    write(whole.substr(0, cut));
    PredictionLog log(dir_.path(), identity_, false);
    ASSERT_EQ(log.predictions().size(), 1u) << cut;
    log.append({prediction(1)});
    EXPECT_EQ(text(), whole);
  }
  write(whole.substr(0, 5));
  EXPECT_TRUE(PredictionLog(dir_.path(), identity_, false).predictions().empty());
  EXPECT_EQ(text(), "");
}

TEST_F(Log, DamageBeforeTheLastLineIsReported) {
  { PredictionLog(dir_.path(), identity_, false).append({prediction(0), prediction(1)}); }
  write("{broken\n" + text());
  EXPECT_THROW(PredictionLog(dir_.path(), identity_, false), DataError);
}

TEST_F(Log, FailedOnesAreTriedAgain) {
  {
    PredictionLog(dir_.path(), identity_, false)
        .append({prediction(0), prediction(1, "no image"), prediction(2)});
  }
  PredictionLog log(dir_.path(), identity_, false);
  EXPECT_EQ(log.predictions().size(), 2u);
  EXPECT_FALSE(has(text(), "no image"));
}

TEST_F(Log, AnotherRunIsRefusedWithTheDifferences) {
  { PredictionLog(dir_.path(), identity_, false).append({prediction(0)}); }
  const OrderedJson other{{"checkpoint", "bb"}, {"dtype", "f32"}, {"prompt", "?"}};
  const std::string message = message_of<ConfigError>([&] { PredictionLog(dir_.path(), other, false); });
  EXPECT_TRUE(has(message, "checkpoint: \"aa\" -> \"bb\"")) << message;
  EXPECT_TRUE(has(message, "prompt: not set -> \"?\"")) << message;
  EXPECT_FALSE(has(message, "dtype")) << message;
  EXPECT_EQ(PredictionLog(dir_.path(), identity_, false).predictions().size(), 1u);
  EXPECT_TRUE(PredictionLog(dir_.path(), other, true).predictions().empty());
}

TEST_F(Log, PredictionsOfAnUnknownRunAreRefused) {
  write(prediction_to_line(prediction(0)) + "\n");
  EXPECT_THROW(PredictionLog(dir_.path(), identity_, false), ConfigError);
}

TEST_F(Log, OneWriterAtATime) {
  const PredictionLog log(dir_.path(), identity_, false);
  EXPECT_THROW(PredictionLog(dir_.path(), identity_, false), RunError);
}

}  // namespace
}  // namespace pixelsail
