#include "synth/things/absent.h"

#include <algorithm>

#include "synth/things/library.h"

namespace pixelsail {
namespace {

constexpr int kAbsentTries = 40;

/// Half of the time one of the category of something that is there.
std::optional<Attributes> other_noun(const Scene& scene, Rng& rng) {
  const ThingCategory* category = rng.below(2) == 0 ? rng.pick(scene.objects).thing->category : nullptr;
  for (int i = 0; i < kAbsentTries; ++i) {
    const ThingNoun& noun = rng.pick(scene.things->nouns());
    if (category != nullptr && noun.category != category && i < kAbsentTries / 2) continue;
    const bool near = std::any_of(scene.objects.begin(), scene.objects.end(), [&](const Object& o) {
      return o.thing == &noun || scene.things->alike(*o.thing, noun);
    });
    if (!near) return Attributes{.noun = &noun};
  }
  return std::nullopt;
}

std::optional<Attributes> other_color(const Scene& scene, Rng& rng) {
  for (int i = 0; i < kAbsentTries; ++i) {
    Attributes a{.noun = rng.pick(scene.objects).thing};
    a.color = static_cast<Color>(rng.below(kThingColorCount));
    if (matches(a, scene).empty() && !doubtful(a, scene)) return a;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Attributes> absent_thing(const Scene& scene, Rng& rng) {
  return rng.uniform() < 0.65 ? other_noun(scene, rng) : other_color(scene, rng);
}

std::optional<Expression> absent_expression(const Scene& scene, Rng& rng) {
  Expression e{.kind = ExpressionKind::kNone};
  if (rng.uniform() < 0.7) {
    const auto absent = absent_thing(scene, rng);
    if (!absent) return std::nullopt;
    e.subjects = {*absent};
    return e;
  }
  const Object& subject = rng.pick(scene.objects);
  const Object& anchor = rng.pick(scene.objects);
  if (subject.thing == anchor.thing) return std::nullopt;
  e.subjects = {attributes_of(subject, kShapeBit)};
  e.anchor = attributes_of(anchor, kShapeBit);
  e.relation = static_cast<Relation>(rng.below(kRelationCount - 1));
  return e;
}

}  // namespace pixelsail
