#pragma once

/// Draws a scene of the world of things, picture and all.

#include <memory>
#include <vector>

#include "synth/scene.h"
#include "synth/things/library.h"

namespace pixelsail {

/// Which exemplars and which photographs below them a scene is made of.
struct ThingChoice {
  std::shared_ptr<const ThingLibrary> things;
  ThingPart cutouts = ThingPart::kTrain, backgrounds = ThingPart::kTrain;
  bool nameless = false;  ///< things that have no name instead of those that have one
  double strangers = 0;   ///< how likely each thing is one that has no name, beside others that have
  std::vector<const ThingNoun*> among;  ///< nouns that the scene may show; empty: all that have an exemplar
  /// Whether cut-outs also change their proportions and colours a little: there are few of each noun to learn from.
  bool varied = false;
  /// Share of the things that are shown in another manner (synth/things/style.h).
  double restyled = 0;
};

/// Three to six cut-outs on a photograph with sides between 3/4 max_side and max_side, often of the same noun or category.
/// The main ones take 0.25 to 0.9 of the shorter side. At least kMinVisible of each is uncovered and nearly all of it lies
/// inside. Throws RunError when no such scene is found.
Scene sample_things(int max_side, const ThingChoice& choice, Rng& rng);

}  // namespace pixelsail
