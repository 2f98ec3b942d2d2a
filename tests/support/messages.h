#pragma once

/// What errors say.

#include <gtest/gtest.h>

#include <exception>
#include <string>

namespace pixelsail::test {

/// Runs `action`, which must throw E, and returns the message.
template <class E, class Action>
std::string message_of(Action action) {
  try {
    action();
  } catch (const E& e) {
    return e.what();
  } catch (const std::exception& e) {
    ADD_FAILURE() << "another kind of error: " << e.what();
    return {};
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace pixelsail::test
