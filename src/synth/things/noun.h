#pragma once

/// The words for a kind of thing.

#include <string>

namespace pixelsail {

struct ThingCategory {
  int id = 0;  ///< in the order of their names, from 0
  std::string name, plural;
};

struct ThingNoun {
  int id = 0;  ///< in the order of their names, from 0; those without a name come last
  std::string name, plural;
  const ThingCategory* category = nullptr;  ///< null: none that everybody would name
  bool sayable = true;  ///< false: a picture of something that nobody has named; `name` is a number
};

}  // namespace pixelsail
