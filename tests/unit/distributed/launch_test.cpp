#include "distributed/launch.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

class Launch : public testing::Test {
 protected:
  void SetUp() override { clear(); }
  void TearDown() override { clear(); }
  static void clear() {
    for (const char* name : {"RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT"})
      unsetenv(name);
  }
  static void set(const char* name, const char* value) { setenv(name, value, 1); }
};

TEST_F(Launch, WithoutALauncherTheProcessIsAlone) {
  const LaunchEnvironment launch = launch_environment();
  EXPECT_EQ(launch.rank, 0);
  EXPECT_EQ(launch.world_size, 1);
  EXPECT_FALSE(launch.local_rank);
  set("RANK", "3");  // some batch systems set one of them alone
  EXPECT_EQ(launch_environment().rank, 0);
}

TEST_F(Launch, ReadsWhatALauncherSets) {
  set("RANK", "3");
  set("WORLD_SIZE", "4");
  set("LOCAL_RANK", "1");
  set("MASTER_ADDR", "node0");
  set("MASTER_PORT", "29500");
  const LaunchEnvironment launch = launch_environment();
  EXPECT_EQ(launch.rank, 3);
  EXPECT_EQ(launch.world_size, 4);
  EXPECT_EQ(launch.local_rank, 1);
  EXPECT_EQ(launch.master_address, "node0");
  EXPECT_EQ(launch.master_port, 29500);
}

TEST_F(Launch, ErrorsNameTheVariable) {
  const auto message = [] {
    try {
      launch_environment();
    } catch (const ConfigError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  set("RANK", "two");
  EXPECT_NE(message().find("RANK=\"two\""), std::string::npos);
  set("RANK", "4");
  set("WORLD_SIZE", "4");
  EXPECT_NE(message().find("WORLD_SIZE"), std::string::npos);
}

}  // namespace
}  // namespace pixelsail
