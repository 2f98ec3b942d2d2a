#include "pixelsail/error.h"

#include <gtest/gtest.h>

#include "core/log.h"

namespace pixelsail {
namespace {

TEST(Error, CarriesItsExitCode) {
  EXPECT_EQ(ConfigError("x").exit_code(), 2);
  EXPECT_EQ(DataError("x").exit_code(), 3);
  EXPECT_EQ(RunError("x").exit_code(), 4);
}

template <class Kind>
void expect_context() {
  try {
    try {
      throw Kind("cut off");
    } catch (const Error& error) {
      throw_with_context(error, "a.png");
    }
  } catch (const Kind& error) {
    EXPECT_STREQ(error.what(), "a.png: cut off");
    return;
  }
  ADD_FAILURE() << "the kind of the error was lost";
}

TEST(Error, ContextKeepsTheKind) {
  expect_context<ConfigError>();
  expect_context<DataError>();
  expect_context<RunError>();
}

TEST(Logger, WritesFromItsLevelUpAndTakesBraces) {
  ::testing::internal::CaptureStderr();
  {
    Logger log(LogLevel::kWarning);
    log.info("hidden");
    log.warning("seen {} {0} {");
    log.error("also seen");
  }
  const std::string out = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(out.find("hidden"), std::string::npos) << out;
  EXPECT_NE(out.find("seen {} {0} {"), std::string::npos) << out;
  EXPECT_NE(out.find("also seen"), std::string::npos) << out;
}

TEST(Logger, OffIsSilent) {
  ::testing::internal::CaptureStderr();
  {
    Logger log(LogLevel::kOff);
    log.error("hidden");
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace pixelsail
