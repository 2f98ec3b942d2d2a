#pragma once

/// Shared by the tests of the io room.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "pixelsail/error.h"
#include "support/temp_dir.h"

namespace pixelsail::test {

/// The message of the error that `action` throws; empty when it throws none.
template <class Expected, class Action>
std::string message_of(Action&& action) {
  try {
    action();
  } catch (const Expected& error) {
    return error.what();
  }
  return {};
}

/// `action` must throw an Expected whose message contains `part`.
template <class Expected, class Action>
void expect_error(Action&& action, const std::string& part) {
  const std::string message = message_of<Expected>(action);
  EXPECT_FALSE(message.empty()) << "nothing thrown; expected: " << part;
  EXPECT_NE(message.find(part), message.npos) << "message: " << message << "\nshould contain: " << part;
}

inline std::filesystem::path fixture(const std::string& name) {
  return std::filesystem::path(PIXELSAIL_SOURCE_DIR) / "tests/unit/io/fixtures" / name;
}

}  // namespace pixelsail::test
