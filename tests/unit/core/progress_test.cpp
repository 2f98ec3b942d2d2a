#include "core/progress.h"

#include <gtest/gtest.h>

#include <string>

namespace pixelsail {
namespace {

TEST(FormatDuration, MinutesAndHours) {
  EXPECT_EQ(format_duration(0), "0:00");
  EXPECT_EQ(format_duration(5), "0:05");
  EXPECT_EQ(format_duration(59.4), "0:59");
  EXPECT_EQ(format_duration(59.6), "1:00");
  EXPECT_EQ(format_duration(245), "4:05");
  EXPECT_EQ(format_duration(3599), "59:59");
  EXPECT_EQ(format_duration(3600), "1:00:00");
  EXPECT_EQ(format_duration(3723), "1:02:03");
  EXPECT_EQ(format_duration(360000), "100:00:00");
  EXPECT_EQ(format_duration(-1), "0:00");
}

/// What a run of `steps` updates prints when standard error is no terminal and every update is due.
std::string printed(std::int64_t total, std::int64_t first, std::int64_t last) {
  ::testing::internal::CaptureStderr();
  {
    Progress progress("train", total, "step", 0.0);
    if (first > 0) progress.start_at(first);
    for (std::int64_t i = first + 1; i <= last; ++i) progress.update(i, "loss " + std::to_string(i));
  }
  return ::testing::internal::GetCapturedStderr();
}

TEST(Progress, PrintsPlainLinesWithCountAndNote) {
  const std::string out = printed(4, 0, 4);
  EXPECT_NE(out.find("train 25% 1/4 step"), std::string::npos) << out;
  EXPECT_NE(out.find("loss 3\n"), std::string::npos) << out;
  EXPECT_NE(out.find("100% 4/4"), std::string::npos) << out;
  EXPECT_NE(out.find(" took 0:00"), std::string::npos) << out;
  EXPECT_EQ(out.find('\r'), std::string::npos) << out;
}

TEST(Progress, UnknownTotalShowsTheCountOnly) {
  const std::string out = printed(0, 0, 2);
  EXPECT_NE(out.find("train 2 step"), std::string::npos) << out;
  EXPECT_EQ(out.find('%'), std::string::npos) << out;
  EXPECT_EQ(out.find("ETA"), std::string::npos) << out;
}

TEST(Progress, ResumedWorkCountsFromItsStart) {
  const std::string out = printed(10, 8, 10);
  EXPECT_EQ(out.find(" 8/10"), std::string::npos) << out;
  EXPECT_NE(out.find("90% 9/10"), std::string::npos) << out;
}

TEST(Progress, NothingDoneSaysNothing) {
  EXPECT_EQ(printed(10, 0, 0), "");
}

TEST(Progress, FinishesOnce) {
  ::testing::internal::CaptureStderr();
  {
    Progress progress("x", 1, "it", 1000.0);
    progress.update(1);
    progress.finish();
    progress.finish();
  }
  const std::string out = ::testing::internal::GetCapturedStderr();
  const std::size_t took = out.find("took");
  ASSERT_NE(took, std::string::npos) << out;
  EXPECT_EQ(out.find("took", took + 1), std::string::npos) << out;
}

}  // namespace
}  // namespace pixelsail
