#include "synth/phrasing.h"

#include <array>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace pixelsail {
namespace {

using Words = std::vector<std::string>;

const std::string& one_of(Rng& rng, const Words& words) {
  return rng.pick(words);
}

bool chance(Rng& rng, double p) {
  return rng.uniform() < p;
}

std::string join(std::initializer_list<std::string> parts) {
  std::string text;
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    if (!text.empty()) text += ' ';
    text += part;
  }
  return text;
}

std::string plural(Shape shape) {
  return std::string(name_of(shape)) + (shape == Shape::kCross ? "es" : "s");
}

/// "zebras", "animal", "disc"; empty when the attributes name nothing.
std::string noun_of(const Attributes& a, bool many) {
  if (a.noun != nullptr) return many ? a.noun->plural : a.noun->name;
  if (a.category != nullptr) return many ? a.category->plural : a.category->name;
  if (a.shape) return many ? plural(*a.shape) : std::string(name_of(*a.shape));
  return {};
}

std::string size_word(ObjectSize size, Rng& rng) {
  return size == ObjectSize::kLarge && chance(rng, 0.25) ? "big" : std::string(name_of(size));
}

std::string with_pattern(Pattern pattern) {
  switch (pattern) {
    case Pattern::kPlain:
      return "without a pattern";
    case Pattern::kStriped:
      return "with stripes";
    case Pattern::kDotted:
      return "with dots";
    case Pattern::kCheckered:
      break;
  }
  return "with checks";
}

/// Adjectives and noun, no article. `many`: the plural.
std::string noun_phrase(const Attributes& a, PhraseStyle style, Rng& rng, bool many = false) {
  const bool behind =
      a.pattern && *a.pattern != Pattern::kPlain && style == PhraseStyle::kLong && chance(rng, 0.35);
  const std::string size = a.size ? size_word(*a.size, rng) : "";
  const std::string pattern = a.pattern && !behind ? std::string(name_of(*a.pattern)) : "";
  const std::string color = a.color ? std::string(name_of(*a.color)) : "";
  std::string noun;
  if (a.has_noun()) {
    noun = noun_of(a, many);
  } else if (many) {
    noun = one_of(rng, {"objects", "objects", "things"});
  } else {
    noun = count_of(a) == 0 ? one_of(rng, {"object", "object", "thing"})
                            : one_of(rng, {"object", "one", "thing"});
  }
  const std::string head =
      chance(rng, 0.15) ? join({size, color, pattern, noun}) : join({size, pattern, color, noun});
  return behind ? join({head, with_pattern(*a.pattern)}) : head;
}

std::string with_article(const std::string& text, const std::string& article) {
  return article.empty() ? text : article + ' ' + text;
}

std::string direction(Place place) {
  switch (place) {
    case Place::kLeftmost:
    case Place::kLeftSide:
      return "left";
    case Place::kRightmost:
    case Place::kRightSide:
      return "right";
    case Place::kTopmost:
    case Place::kTopSide:
      return "top";
    case Place::kBottommost:
    case Place::kBottomSide:
      return "bottom";
    case Place::kUpperLeft:
      return "upper left";
    case Place::kUpperRight:
      return "upper right";
    case Place::kLowerLeft:
      return "lower left";
    case Place::kLowerRight:
      return "lower right";
    case Place::kMiddle:
    case Place::kBiggest:
    case Place::kSmallest:
      break;
  }
  return "middle";
}

/// "the bigger dog", "smallest animal"
std::string sized_phrase(const Expression& e, PhraseStyle style, Rng& rng) {
  const bool biggest = *e.place == Place::kBiggest, two = e.among == 2;
  const std::string word = biggest ? chance(rng, 0.6) ? "big" : "large" : "small";
  std::string form = word == "big" ? "bigg" : word == "large" ? "larg" : word;
  form += two ? "er" : "est";
  const std::string noun = noun_phrase(e.subjects[0], style, rng);
  if (style == PhraseStyle::kLong) {
    const std::string link = one_of(rng, {"that is", "which is"});
    if (two && chance(rng, 0.5)) return join({"the", noun, link, form, "than the other one"});
    return join({"the", noun, link, "the", form, "one in the picture"});
  }
  return join({chance(rng, 0.6) ? "the" : "", form, noun});
}

std::string placed_phrase(const Expression& e, PhraseStyle style, Rng& rng) {
  const std::string noun = noun_phrase(e.subjects[0], style, rng);
  const std::string where = direction(*e.place);
  const std::string the = style == PhraseStyle::kLong || chance(rng, 0.55) ? "the" : "";
  const std::string picture = one_of(rng, {"picture", "image"});
  const bool extreme = *e.place <= Place::kBottommost;
  const bool side = !extreme && *e.place <= Place::kBottomSide;
  if (style == PhraseStyle::kLong) {
    const std::string link = one_of(rng, {"that is", "which is"});
    if (extreme) return join({the, noun, link, "the " + where + "most one in the", picture});
    if (side) {
      const bool across = *e.place <= Place::kRightSide;
      return join({the, noun, link,
                   across ? "on the " + where + " side of the" : "near the " + where + " of the", picture});
    }
    if (*e.place == Place::kMiddle) return join({the, noun, link, "in the middle of the", picture});
    return join({the, noun, link, "in the", where, "corner of the", picture});
  }
  if (extreme) {
    switch (rng.below(4)) {
      case 0:
        return join({the, noun, "furthest", *e.place <= Place::kRightmost ? "to the" : "to the", where});
      case 1:
        return join({the, noun, *e.place <= Place::kRightmost ? "on the far" : "at the very", where});
      default:
        return join({the, where + "most", noun});
    }
  }
  if (side) {
    if (chance(rng, 0.45)) return join({the, where, noun});
    return join({the, noun, *e.place <= Place::kRightSide ? "on" : "at", the, where});
  }
  if (*e.place == Place::kMiddle) {
    if (chance(rng, 0.4)) return join({the, "middle", noun});
    return join({the, noun, "in", the, one_of(rng, {"middle", "center"})});
  }
  if (chance(rng, 0.5)) return join({the, where, noun});
  return join({the, noun, "in", the, where, chance(rng, 0.5) ? "corner" : ""});
}

std::string relation_words(Relation relation, PhraseStyle style, Rng& rng) {
  const bool longer = style == PhraseStyle::kLong;
  switch (relation) {
    case Relation::kLeftOf:
      return longer ? "to the left of"
                    : one_of(rng, {"left of", "left of", "to the left of", "on the left of"});
    case Relation::kRightOf:
      return longer ? "to the right of"
                    : one_of(rng, {"right of", "right of", "to the right of", "on the right of"});
    case Relation::kAbove:
      return one_of(rng, {"above", "above", "over"});
    case Relation::kBelow:
      return one_of(rng, {"below", "below", "under"});
    case Relation::kNearest:
      break;
  }
  return one_of(rng, {"nearest to", "closest to", "nearest to"});
}

std::string related_phrase(const Expression& e, PhraseStyle style, Rng& rng) {
  const std::string words = relation_words(*e.relation, style, rng);
  if (e.kind == ExpressionKind::kMulti) {
    const std::string noun = noun_phrase(e.subjects[0], style, rng, true);
    return join(
        {chance(rng, 0.5) ? "all the" : "all", noun, words, "the", noun_phrase(e.anchor, style, rng)});
  }
  const std::string noun = noun_phrase(e.subjects[0], style, rng);
  const std::string anchor = noun_phrase(e.anchor, style, rng);
  if (style == PhraseStyle::kLong)
    return join({"the", noun, one_of(rng, {"that is", "which is"}), words, "the", anchor});
  const std::string the = chance(rng, 0.6) ? "the" : "";
  return join({the, noun, words, the.empty() && chance(rng, 0.7) ? "" : "the", anchor});
}

/// "the two dogs", "both dogs", "all three dogs", "four dogs"
std::string counted_phrase(const Attributes& a, int count, PhraseStyle style, Rng& rng) {
  constexpr std::array<const char*, 5> kNumbers{"", "", "two", "three", "four"};
  const std::string noun = noun_phrase(a, style, rng, true);
  if (count == 2 && chance(rng, 0.3)) return "both " + noun;
  const std::string before = chance(rng, 0.6) ? "the" : count > 2 && chance(rng, 0.6) ? "all" : "";
  return join({before, kNumbers.at(static_cast<std::size_t>(count)), noun});
}

std::string several_phrase(const Expression& e, PhraseStyle style, Rng& rng) {
  if (e.subjects.size() == 1) {
    const Attributes& a = e.subjects[0];
    if (!a.has_noun() && count_of(a) == 1 && !a.size && chance(rng, 0.4)) {
      return "everything " + std::string(a.color ? name_of(*a.color) : name_of(*a.pattern));
    }
    if (chance(rng, 0.2)) return "every " + noun_phrase(a, style, rng);
    if (e.among > 1 && e.among < 5 && chance(rng, 0.4)) return counted_phrase(a, e.among, style, rng);
    return join({one_of(rng, {"all", "all the", "the"}), noun_phrase(a, style, rng, true)});
  }
  const std::string the = chance(rng, 0.7) ? "the" : "";
  std::string text = with_article(noun_phrase(e.subjects[0], style, rng), the);
  for (std::size_t i = 1; i < e.subjects.size(); ++i)
    text += " and " + with_article(noun_phrase(e.subjects[i], style, rng), the);
  return text;
}

std::string attribute_phrase(const Expression& e, PhraseStyle style, Rng& rng) {
  const std::string noun = noun_phrase(e.subjects[0], style, rng);
  if (style == PhraseStyle::kShort) return with_article(noun, chance(rng, 0.5) ? "the" : "");
  switch (rng.below(3)) {
    case 0:
      return "the " + noun + " in the picture";
    case 1:
      return "the one that is a " + noun;
    default:
      return "a " + noun;
  }
}

}  // namespace

std::string phrase(const Expression& e, PhraseStyle style, Rng& rng) {
  std::string text;
  if (e.relation) {
    text = related_phrase(e, style, rng);
  } else if (e.place && *e.place >= Place::kBiggest) {
    text = sized_phrase(e, style, rng);
  } else if (e.place) {
    text = placed_phrase(e, style, rng);
  } else if (e.kind == ExpressionKind::kMulti) {
    text = several_phrase(e, style, rng);
  } else {
    text = attribute_phrase(e, style, rng);
  }
  // "a orange" and "a arrow" read badly; the article follows the next word.
  for (const char* hiatus : {"a o", "a a", "a e", "a i", "a u", "a hour"}) {
    for (std::size_t at = text.find(hiatus); at != std::string::npos; at = text.find(hiatus, at + 1)) {
      if (at == 0 || text[at - 1] == ' ') text.insert(at + 1, "n");
    }
  }
  return text;
}

std::string noun_words(const Attributes& a, bool many) {
  std::string noun = noun_of(a, many);
  if (noun.empty()) noun = many ? "objects" : "object";
  return join({a.size ? std::string(name_of(*a.size)) : "", a.pattern ? std::string(name_of(*a.pattern)) : "",
               a.color ? std::string(name_of(*a.color)) : "", noun});
}

std::string with_a(const std::string& words) {
  const bool vowel = (!words.empty() && std::string_view("aeiou").find(words[0]) != std::string_view::npos) ||
                     words.starts_with("hour");
  return (vowel ? "an " : "a ") + words;
}

std::string describe_object(const Scene& scene, int object) {
  const Object& o = scene.objects.at(static_cast<std::size_t>(object));
  const Visible& v = scene.visible.at(static_cast<std::size_t>(object));
  const double x = v.x / scene.width, y = v.y / scene.height;
  const std::string column = x < 0.37 ? "left" : x > 0.63 ? "right" : "";
  const std::string row = y < 0.37 ? "upper" : y > 0.63 ? "lower" : "";
  std::string where;
  if (column.empty() && row.empty()) {
    where = "in the middle";
  } else if (column.empty()) {
    where = row == "upper" ? "at the top" : "at the bottom";
  } else if (row.empty()) {
    where = "on the " + column;
  } else {
    where = "in the " + row + ' ' + column;
  }
  if (o.thing != nullptr) return join({with_a(noun_words(attributes_of(o, kAllBits))), where});
  return join({"a", std::string(name_of(o.size)), std::string(name_of(o.pattern)),
               std::string(name_of(o.color)), std::string(name_of(o.shape)), where});
}

}  // namespace pixelsail
