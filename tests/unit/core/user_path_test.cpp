#include "core/user_path.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

class UserPath : public ::testing::Test {
 protected:
  UserPath() : before_(std::getenv("HOME") == nullptr ? "" : std::getenv("HOME")) {
    setenv("HOME", "/home/me", 1);
  }
  ~UserPath() override { setenv("HOME", before_.c_str(), 1); }
  std::string before_;
};

TEST_F(UserPath, TheHomeFolder) {
  EXPECT_EQ(expand_user_path("~"), "/home/me");
  EXPECT_EQ(expand_user_path("~/run"), "/home/me/run");
  EXPECT_EQ(expand_user_path("$HOME/run"), "/home/me/run");
  EXPECT_EQ(expand_user_path("${HOME}/run"), "/home/me/run");
  for (const char* same :
       {"", "run", "/a/b", "a~/b", "./~", "~x", "costs $5", "$5/x", " Segment {sent}.", "a$HOME"})
    EXPECT_EQ(expand_user_path(same), same);
}

TEST_F(UserPath, WhatWouldBecomeAStrangeFolderIsRefused) {
  for (const char* bad : {"~you/run", "/data/$USER/x", "$SCRATCH/run", "${WORK}", "a/$B"})
    EXPECT_THROW(expand_user_path(bad), ConfigError) << bad;
  setenv("HOME", "", 1);
  EXPECT_THROW(expand_user_path("~/run"), ConfigError);
  EXPECT_EQ(expand_user_path("run"), "run");
}

}  // namespace
}  // namespace pixelsail
