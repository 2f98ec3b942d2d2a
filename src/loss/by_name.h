#pragma once

/// A short list of values by name, in a fixed order.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pixelsail/error.h"

namespace pixelsail {

/// Names point into rows, which live as long as the program.
template <class T>
class ByName : public std::vector<std::pair<std::string_view, T>> {
 public:
  /// Throws RunError for a name that is not there.
  const T& at(std::string_view name) const {
    for (const auto& [key, value] : *this) {
      if (key == name) return value;
    }
    throw RunError("no loss value '" + std::string(name) + "'");
  }
  /// The value of a name; a new one stands at the end.
  T& operator[](std::string_view name) {
    for (auto& [key, value] : *this) {
      if (key == name) return value;
    }
    return this->emplace_back(name, T{}).second;
  }
};

}  // namespace pixelsail
