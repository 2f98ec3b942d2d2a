#include "perf/doctor.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace pixelsail {
namespace {

TEST(Doctor, TheProcessorComputesRightAndEverythingIsOneLine) {
  const std::vector<Verdict> verdicts = examine_machine();
  for (const char* topic : {"pixelsail", "torch", "cpu", "cuda", "disk", "memory"}) {
    EXPECT_TRUE(std::any_of(verdicts.begin(), verdicts.end(), [topic](const Verdict& verdict) {
      return verdict.topic == topic;
    })) << topic;
  }
  for (const Verdict& verdict : verdicts) {
    EXPECT_FALSE(verdict.text.empty()) << verdict.topic;
    EXPECT_EQ(verdict.text.find('\n'), std::string::npos) << verdict.text;
    if (verdict.topic == "cpu") {
      EXPECT_EQ(verdict.level, Verdict::Level::kGood) << verdict.text;
    }
  }
}

}  // namespace
}  // namespace pixelsail
