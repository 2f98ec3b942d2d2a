#pragma once

/// Requests that do not name what they mean: "the color of fresh snow" instead of "white".

#include <string>
#include <vector>

#include "synth/expressions.h"

namespace pixelsail {

struct Hint {
  std::string clause;        ///< "has the color of fresh snow"
  std::string clause_many;   ///< "have the color of fresh snow"
  Attributes meaning;        ///< a colour, shape, pattern or category
  std::vector<int> targets;  ///< the objects of the scene that fit, ascending
};

/// One hint for each colour, shape, striking pattern and telling category that occurs in the scene: none may.
std::vector<Hint> hints_for(const Scene& scene);

/// "the object that has the color of fresh snow", with several targets "the objects that have ..."
std::string hint_phrase(const Hint& hint);
/// A sentence that asks for the targets.
std::string hint_sentence(const Hint& hint, Rng& rng);

}  // namespace pixelsail
