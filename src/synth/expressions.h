#pragma once

/// What a referring expression says, apart from its words, and which objects of a scene it means.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "synth/scene.h"
#include "synth/things/noun.h"

namespace pixelsail {

/// What a noun phrase says about an object; what is absent fits everything.
struct Attributes {
  std::optional<Shape> shape;
  std::optional<Color> color;
  std::optional<ObjectSize> size;
  std::optional<Pattern> pattern;
  const ThingNoun* noun = nullptr;  ///< in the world of things
  const ThingCategory* category = nullptr;
  bool operator==(const Attributes&) const = default;
  bool has_noun() const { return shape || noun != nullptr || category != nullptr; }
};

bool fits(const Attributes& attributes, const Object& object);
/// Indices of the objects that fit, ascending.
std::vector<int> matches(const Attributes& attributes, const Scene& scene);
int count_of(const Attributes& attributes);

/// The attributes of `object` that `bits` selects, as far as they have words.
Attributes attributes_of(const Object& object, unsigned bits);
/// Whether all of `bits` have words, and the words go together.
bool sayable(const Object& object, unsigned bits);
/// Whether somebody might say `attributes` of an object that they do not fit: of one between two colours.
bool doubtful(const Attributes& attributes, const Scene& scene);

enum class Place {
  kLeftmost,
  kRightmost,
  kTopmost,
  kBottommost,  ///< furthest of those that fit
  kLeftSide,
  kRightSide,
  kTopSide,
  kBottomSide,  ///< the only one that fits in that half
  kUpperLeft,
  kUpperRight,
  kLowerLeft,
  kLowerRight,  ///< the only one that fits in that corner
  kMiddle,      ///< the only one that fits near the centre
  kBiggest,     ///< of those that fit; these two are said of things alone
  kSmallest
};
inline constexpr int kPlaceCount = 13;  ///< without the last two

enum class Relation { kLeftOf, kRightOf, kAbove, kBelow, kNearest };
inline constexpr int kRelationCount = 5;

/// How an expression finds its targets; kMulti and kNone occur in gRefCOCO only. Things are told apart more finely
/// than by attributes: by their noun alone, or by the first of category, colour and size that is said.
enum class ExpressionKind {
  kAttribute,
  kPosition,
  kRelation,
  kMulti,
  kNone,
  kName,
  kCategory,
  kColor,
  kSize
};
std::string_view name_of(ExpressionKind kind);

/// One noun phrase with at most one of `place` and `relation` (with its anchor), or, for kMulti, also several
/// noun phrases that mean one object each ("the star and the blue disc").
struct Expression {
  ExpressionKind kind = ExpressionKind::kAttribute;
  std::vector<Attributes> subjects;
  std::optional<Place> place;
  std::optional<Relation> relation;
  Attributes anchor;
  int among =
      0;  ///< how many fit the noun phrase alone; said of things ("the bigger dog", "the two dogs"); 0: unsaid
};

/// The objects that `expression` means, ascending; nothing at all when that is not clear: a position or
/// relation that some object fulfils only by a small margin, an anchor that could be several objects. A
/// singular phrase that fits several objects is unclear too, except in kMulti.
std::optional<std::vector<int>> resolve(const Expression& expression, const Scene& scene);

}  // namespace pixelsail
