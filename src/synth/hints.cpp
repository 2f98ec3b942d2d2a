#include "synth/hints.h"

#include <array>
#include <utility>

#include "synth/things/library.h"

namespace pixelsail {
namespace {

constexpr std::array<const char*, kThingColorCount> kColorOf{
    "a ripe tomato", "a meadow in May", "the sky at noon", "a lemon",   "a pumpkin",     "lavender",
    "fresh snow",    "a lump of coal",  "dark chocolate",  "wet ashes", "cherry blossom"};

/// What a shape brings to mind, after "looks like" or "look like".
constexpr std::array<const char*, kShapeCount> kShapeLike{"a coin seen from above",
                                                          "one face of a die",
                                                          "the outline of a pyramid",
                                                          "what twinkles in the sky at night",
                                                          "a plus sign",
                                                          "something that could be worn on a finger",
                                                          "a kite or a square on its tip",
                                                          "the moon a few days after it was new",
                                                          "a sign that shows the way",
                                                          "a sign of love"};

/// None for plain objects.
constexpr std::array<const char*, kPatternCount> kPatternLike{nullptr, "the coat of a zebra",
                                                              "the back of a ladybird", "a chessboard"};

struct CategoryHint {
  const char* category;
  const char* one;   ///< the verb for one thing
  const char* many;  ///< and for several
  const char* rest;
};

/// What is true of every thing of a category and of no other one in its scene.
constexpr std::array<CategoryHint, 7> kCategoryHints{
    {{"animal", "has", "have", " to eat to stay alive"},
     {"fruit", "belongs", "belong", " in a fruit salad"},
     {"vegetable", "belongs", "belong", " in a vegetable soup"},
     {"food", "was", "were", " made to be eaten"},
     {"vehicle", "takes", "take", " people from place to place"},
     {"tool", "belongs", "belong", " in a toolbox"},
     {"musical instrument", "could", "could", " be played in a band"}}};

void add(std::vector<Hint>& hints, const Scene& scene, const Attributes& meaning, const std::string& one,
         const std::string& many, const std::string& rest) {
  std::vector<int> targets = matches(meaning, scene);
  if (!targets.empty() && !doubtful(meaning, scene))
    hints.push_back({one + rest, many + rest, meaning, std::move(targets)});
}

}  // namespace

std::vector<Hint> hints_for(const Scene& scene) {
  std::vector<Hint> hints;
  for (int i = 0; i < (scene.things ? kThingColorCount : kColorCount); ++i)
    add(hints, scene, {.color = static_cast<Color>(i)}, "has", "have",
        std::string(" the color of ") + kColorOf[static_cast<std::size_t>(i)]);
  if (scene.things) {
    for (const ThingCategory& category : scene.things->categories()) {
      for (const CategoryHint& hint : kCategoryHints) {
        if (category.name == hint.category)
          add(hints, scene, {.category = &category}, hint.one, hint.many, hint.rest);
      }
    }
    return hints;
  }
  for (int i = 0; i < kShapeCount; ++i)
    add(hints, scene, {.shape = static_cast<Shape>(i)}, "looks", "look",
        std::string(" like ") + kShapeLike[static_cast<std::size_t>(i)]);
  for (int i = 0; i < kPatternCount; ++i) {
    const char* like = kPatternLike[static_cast<std::size_t>(i)];
    if (like != nullptr)
      add(hints, scene, {.pattern = static_cast<Pattern>(i)}, "is", "are",
          std::string(" painted like ") + like);
  }
  return hints;
}

std::string hint_phrase(const Hint& hint) {
  return hint.targets.size() == 1 ? "the object that " + hint.clause : "the objects that " + hint.clause_many;
}

std::string hint_sentence(const Hint& hint, Rng& rng) {
  const bool one = hint.targets.size() == 1;
  switch (rng.below(3)) {
    case 0:
      return one ? "Somebody looks for something that " + hint.clause + ". Which object would that be?"
                 : "Somebody looks for things that " + hint.clause_many + ". Which objects would they be?";
    case 1:
      return one ? "If only one object could be kept, namely the one that " + hint.clause +
                       ", which would it be?"
                 : "If only those objects could be kept that " + hint.clause_many + ", which would stay?";
    default:
      return one ? "Which object in this picture " + hint.clause + '?'
                 : "Which objects in this picture " + hint.clause_many + '?';
  }
}

}  // namespace pixelsail
