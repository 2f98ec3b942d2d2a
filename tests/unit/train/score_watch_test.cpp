// Which evaluation was the best, and when enough have brought nothing.

#include "train/score_watch.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "io/atomic_file.h"
#include "support/temp_dir.h"
#include "train/end_sentence.h"

namespace pixelsail {
namespace {

constexpr double kNoScore = std::numeric_limits<double>::quiet_NaN();

/// Takes scores at steps 10, 20, ...; returns which were the best when they came.
std::vector<bool> take_all(ScoreWatch& watch, const std::vector<double>& scores) {
  std::vector<bool> best;
  std::int64_t step = 0;
  for (const double score : scores) best.push_back(watch.take(step += 10, score));
  return best;
}

TEST(ScoreWatch, CountsEvaluationsWithoutImprovement) {
  ScoreWatch watch({.metric = "ciou", .patience = 2});
  EXPECT_EQ(take_all(watch, {0.1, 0.3, 0.2}), (std::vector<bool>{true, true, false}));
  EXPECT_EQ(watch.without_improvement(), 1);
  EXPECT_FALSE(watch.exhausted());
  EXPECT_FALSE(watch.take(40, 0.3));  // as good is no better
  EXPECT_TRUE(watch.exhausted());
  EXPECT_EQ(watch.best()->step, 20);
  EXPECT_EQ(watch.best()->score, 0.3);
}

TEST(ScoreWatch, AnImprovementBeginsTheCountAnew) {
  ScoreWatch watch({.metric = "ciou", .patience = 2});
  take_all(watch, {0.3, 0.2, 0.4, 0.1});
  EXPECT_EQ(watch.without_improvement(), 1);
  EXPECT_FALSE(watch.exhausted());
}

TEST(ScoreWatch, LessMayBeBetter) {
  ScoreWatch watch({.metric = "loss", .higher_is_better = false, .patience = 1, .min_delta = 0.5});
  EXPECT_EQ(take_all(watch, {3, 2.5, 4}), (std::vector<bool>{true, true, false}));
  EXPECT_EQ(watch.best()->step, 20);
  EXPECT_TRUE(watch.exhausted());
}

/// The best model is any better one; patience counts only what is better by min_delta than the last that counted.
TEST(ScoreWatch, SmallStepsAddUpToAnImprovement) {
  ScoreWatch watch({.metric = "ciou", .patience = 3, .min_delta = 0.1});
  EXPECT_EQ(take_all(watch, {0.50, 0.55, 0.58}), (std::vector<bool>{true, true, true}));
  EXPECT_EQ(watch.without_improvement(), 2);
  EXPECT_TRUE(watch.take(40, 0.6));  // 0.6 - 0.5 in binary is less than 0.1
  EXPECT_EQ(watch.without_improvement(), 0);
}

TEST(ScoreWatch, AScoreThatIsNoNumberIsNoImprovement) {
  ScoreWatch watch({.metric = "ciou", .patience = 3});
  EXPECT_EQ(take_all(watch, {kNoScore, 0.1, kNoScore, std::numeric_limits<double>::infinity()}),
            (std::vector<bool>{false, true, false, false}));
  EXPECT_EQ(watch.best()->step, 20);
  EXPECT_EQ(watch.without_improvement(), 2);
  ScoreWatch never({.metric = "ciou", .patience = 2});
  take_all(never, {kNoScore, kNoScore});
  EXPECT_TRUE(never.exhausted());
  EXPECT_FALSE(never.best());
}

TEST(ScoreWatch, WithoutPatienceNothingEndsARun) {
  ScoreWatch watch({.metric = "ciou"});
  take_all(watch, {0.5, 0.1, 0.1, 0.1, 0.1});
  EXPECT_FALSE(watch.exhausted());
  EXPECT_TRUE(watch.watches());
  EXPECT_FALSE(ScoreWatch().watches());
}

TEST(ScoreWatch, IsReadBackFromTheRecord) {
  const test::TempDir folder;
  const auto file = folder.path() / "eval.jsonl";
  write_file_atomic(file,
                    "{\"step\":10,\"ciou\":0.25}\n{\"step\":20,\"ciou\":null}\n{\"step\":30,\"ciou\":0.2}\n"
                    "{\"step\":40,\"giou\":0.9}\n");
  ScoreWatch watch({.metric = "ciou", .patience = 3});
  watch.replay(folder.path() / "missing.jsonl");
  EXPECT_FALSE(watch.best());
  watch.replay(file);
  ASSERT_TRUE(watch.best());
  EXPECT_EQ(watch.best()->step, 10);
  EXPECT_EQ(watch.without_improvement(), 3);
  EXPECT_TRUE(watch.exhausted());
}

TEST(ScoreWatch, TheSentenceSaysWhyARunEnded) {
  const WatchedScore watched{.metric = "ciou", .patience = 3, .min_delta = 0.01};
  TrainingEnd end{.reason = TrainingEnd::Reason::kNoImprovement,
                  .step = 80,
                  .steps = 120,
                  .best_step = 20,
                  .best_score = 0.5,
                  .sentence = {}};
  EXPECT_EQ(end_sentence(end, watched, "runs/x", false),
            "ended after step 80 of 120: 3 evaluations without a better ciou by at least 0.01 "
            "(eval.patience); the best evaluation was that of step 20 (ciou 0.5), its model is in "
            "runs/x/best");
  end = {.reason = TrainingEnd::Reason::kAllSteps, .step = 120, .steps = 120, .sentence = {}};
  EXPECT_EQ(end_sentence(end, {}, "runs/x", true),
            "nothing is left to do: this training ended after all 120 steps");
  end.reason = TrainingEnd::Reason::kStopped;
  EXPECT_EQ(end_sentence(end, {}, "runs/x", false), "stopped at step 120; continue with --resume");
}

}  // namespace
}  // namespace pixelsail
