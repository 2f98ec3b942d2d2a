#pragma once

/// Finds expressions that mean exactly given objects of a scene. In a scene with a shape in focus all of them
/// name that shape, and the other words alone never mean the same objects: whoever does not know the word has
/// to guess.

#include <string>
#include <vector>

#include "synth/expressions.h"
#include "synth/phrasing.h"

namespace pixelsail {

/// An expression in words.
struct Sentence {
  std::string text;
  ExpressionKind kind = ExpressionKind::kAttribute;
  Expression expression;
};

struct KindWeights {
  double attribute = 1, position = 0, relation = 0;
};

/// Up to `count` sentences with different words that each mean exactly `target`; fewer when the scene allows
/// no more, none for an object of another shape than the one in focus. Kinds are drawn by weight among those
/// that are possible.
std::vector<Sentence> refer_to(const Scene& scene, int target, int count, const KindWeights& weights,
                               PhraseStyle style, Rng& rng);

/// Up to `count` sentences that all mean the same two or more objects, which are returned in `targets`.
/// Empty when the scene has no such group.
std::vector<Sentence> refer_to_several(const Scene& scene, int count, Rng& rng, std::vector<int>& targets);

/// Up to `count` sentences that mean nothing in the scene, though most of their words fit something in it.
std::vector<Sentence> refer_to_nothing(const Scene& scene, int count, Rng& rng);

}  // namespace pixelsail
