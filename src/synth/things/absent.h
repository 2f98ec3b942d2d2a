#pragma once

/// What a scene of things does not show, though it is near.

#include <optional>

#include "synth/expressions.h"

namespace pixelsail {

/// A noun of the library that nothing in the scene is or could be taken for, or that of something in the scene with a
/// colour that is not its own. Nothing when none is found.
std::optional<Attributes> absent_thing(const Scene& scene, Rng& rng);

/// An expression that may mean nothing in the scene; whether it does is left to resolve(). Absent things, and relations
/// between things that are there.
std::optional<Expression> absent_expression(const Scene& scene, Rng& rng);

}  // namespace pixelsail
