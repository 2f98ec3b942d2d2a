#include "synth/choice_questions.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "synth/phrasing.h"
#include "synth/things/absent.h"
#include "synth/things/library.h"

namespace pixelsail {
namespace {

constexpr std::size_t kOptions = 4;
constexpr int kOptionTries = 200;

int any_object(const Scene& scene, Rng& rng) {
  return static_cast<int>(rng.below(scene.objects.size()));
}

/// The right option and three drawn from the others.
ChoiceQuestion with_options(Skill skill, std::string text, std::string right, std::vector<std::string> others,
                            Rng& rng) {
  std::erase(others, right);
  rng.shuffle(others);
  others.resize(std::min(others.size(), kOptions - 1));
  ChoiceQuestion question{.skill = skill, .text = std::move(text), .options = {std::move(right)}};
  question.options.insert(question.options.end(), others.begin(), others.end());
  return question;
}

/// Colours that nobody would call the object, and its own.
std::vector<std::string> color_options(const Object& object) {
  std::vector<std::string> names;
  for (int i = 0; i < (object.thing != nullptr ? kThingColorCount : kColorCount); ++i) {
    if ((object.doubtful_colors >> i & 1U) == 0) names.emplace_back(name_of(static_cast<Color>(i)));
  }
  return names;
}

/// Names of things that the object could not be taken for, and its own.
std::vector<std::string> noun_options(const Scene& scene, const Object& object) {
  std::vector<std::string> names;
  for (const ThingNoun& noun : scene.things->nouns()) {
    if (!scene.things->alike(noun, *object.thing)) names.push_back(noun.name);
  }
  return names;
}

/// Nothing when the library has too few nouns.
std::optional<ChoiceQuestion> ask_noun(const Scene& scene, const Object& object, const std::string& name,
                                       Rng& rng) {
  ChoiceQuestion question = with_options(Skill::kShape, "What is " + name + "?", object.thing->name,
                                         noun_options(scene, object), rng);
  if (question.options.size() < kOptions) return std::nullopt;
  return question;
}

template <class Value>
std::vector<std::string> names_up_to(int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.emplace_back(name_of(static_cast<Value>(i)));
  return names;
}

ChoiceQuestion number_question(Skill skill, std::string text, std::size_t right, Rng& rng) {
  std::vector<std::string> others;
  for (std::size_t n = right < 3 ? 0 : right - 3; n <= right + 3; ++n) others.push_back(number_word(n));
  return with_options(skill, std::move(text), number_word(right), std::move(others), rng);
}

std::optional<Place> corner_of(const Scene& scene, int object) {
  Expression e{.kind = ExpressionKind::kPosition,
               .subjects = {attributes_of(scene.object(object), kAllBits)}};
  for (const Place place : {Place::kUpperLeft, Place::kUpperRight, Place::kLowerLeft, Place::kLowerRight}) {
    e.place = place;
    if (resolve(e, scene) == std::optional(std::vector<int>{object})) return place;
  }
  return std::nullopt;
}

std::string corner_name(Place place) {
  return place == Place::kUpperLeft    ? "upper left"
         : place == Place::kUpperRight ? "upper right"
         : place == Place::kLowerLeft  ? "lower left"
                                       : "lower right";
}

/// Which of the objects `right` is, among full descriptions of others; nothing when one description fits two.
std::optional<ChoiceQuestion> which_object(Skill skill, std::string text, const Scene& scene, int right,
                                           int not_asked, Rng& rng) {
  std::vector<std::string> others;
  for (int i = 0; i < static_cast<int>(scene.objects.size()); ++i) {
    const Attributes all = attributes_of(scene.object(i), kAllBits);
    if (i == not_asked) continue;
    if (matches(all, scene).size() == 1 && !doubtful(all, scene)) {
      others.push_back("the " + noun_words(all));
    } else if (i == right) {
      return std::nullopt;
    }
  }
  const std::string answer = "the " + noun_words(attributes_of(scene.object(right), kAllBits));
  ChoiceQuestion question = with_options(skill, std::move(text), answer, std::move(others), rng);
  // Scenes of things have fewer objects.
  if (question.options.size() < (scene.things ? kOptions - 1 : kOptions)) return std::nullopt;
  return question;
}

std::optional<ChoiceQuestion> ask_extreme(const Scene& scene, Rng& rng) {
  constexpr std::array<const char*, 4> kNames{"leftmost", "rightmost", "topmost", "bottommost"};
  const auto first = static_cast<std::size_t>(rng.below(kNames.size()));
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const std::size_t at = (first + i) % kNames.size();
    const auto found = resolve(
        {.kind = ExpressionKind::kPosition, .subjects = {Attributes{}}, .place = static_cast<Place>(at)},
        scene);
    if (!found || found->size() != 1) continue;
    return which_object(Skill::kExtreme, "Which object is the " + std::string(kNames[at]) + " one?", scene,
                        found->front(), -1, rng);
  }
  return std::nullopt;
}

std::optional<ChoiceQuestion> ask_nearest(const Scene& scene, Rng& rng) {
  const int anchor = any_object(scene, rng);
  const auto named = single_out(scene, anchor);
  if (!named) return std::nullopt;
  const auto found = resolve({.kind = ExpressionKind::kRelation,
                              .subjects = {Attributes{}},
                              .relation = Relation::kNearest,
                              .anchor = *named},
                             scene);
  if (!found || found->size() != 1) return std::nullopt;
  return which_object(Skill::kNearest, "Which object is nearest to the " + noun_words(*named) + "?", scene,
                      found->front(), anchor, rng);
}

/// What might be in the scene and is not, unless matches() says that it is.
std::optional<Attributes> perhaps_absent(const Scene& scene, unsigned bits, Rng& rng) {
  if (scene.things) return absent_thing(scene, rng);
  Object absent = rng.pick(scene.objects);
  absent.color = static_cast<Color>(rng.below(kColorCount));
  return attributes_of(absent, bits);
}

std::optional<ChoiceQuestion> ask_existence(const Scene& scene, Rng& rng) {
  constexpr unsigned kBits = kShapeBit | kColorBit;
  const Object& there = scene.object(any_object(scene, rng));
  std::vector<std::string> others;
  for (int i = 0; i < kOptionTries && others.size() + 1 < kOptions; ++i) {
    const auto attributes = perhaps_absent(scene, kBits, rng);
    if (!attributes) continue;
    const std::string words = with_a(noun_words(*attributes));
    if (matches(*attributes, scene).empty() && std::find(others.begin(), others.end(), words) == others.end())
      others.push_back(words);
  }
  if (others.size() + 1 < kOptions) return std::nullopt;
  return with_options(Skill::kExistence, "Which of these can be seen in the picture?",
                      with_a(noun_words(attributes_of(there, kBits))), std::move(others), rng);
}

}  // namespace

std::string_view choice_hint(const Scene& scene) {
  return scene.things ? "The picture shows several things on a photograph."
                      : "The picture shows simple objects on a textured ground.";
}

unsigned one_word(const Object& object, Rng& rng) {
  if (object.thing == nullptr) return 1U << rng.below(4);
  std::vector<unsigned> bits;
  for (unsigned bit = 1; bit <= kCategoryBit; bit <<= 1) {
    if ((object.said & bit) != 0) bits.push_back(bit);
  }
  return rng.pick(bits);
}

std::optional<Attributes> single_out(const Scene& scene, int object, unsigned forbidden) {
  std::optional<unsigned> best;
  // Of equally few words the shape comes first: it is the lowest bit.
  for (unsigned bits = 1; bits <= kEveryBit; ++bits) {
    if (!sayable(scene.object(object), bits)) continue;
    if ((bits & forbidden) != 0 || (best && std::popcount(bits) >= std::popcount(*best))) continue;
    const Attributes attributes = attributes_of(scene.object(object), bits);
    if (matches(attributes, scene).size() == 1 && !doubtful(attributes, scene)) best = bits;
  }
  if (!best) return std::nullopt;
  return attributes_of(scene.object(object), *best);
}

std::string number_word(std::size_t number) {
  constexpr std::array<const char*, 13> kWords{"zero",  "one",   "two",  "three", "four",   "five",  "six",
                                               "seven", "eight", "nine", "ten",   "eleven", "twelve"};
  return kWords.at(number);
}

std::optional<ChoiceQuestion> ask_about(Skill skill, const Scene& scene, int object, const std::string& name,
                                        Rng& rng) {
  const Object& o = scene.object(object);
  if ((skill == Skill::kColor && (o.said & kColorBit) == 0) ||
      (skill == Skill::kPattern && (o.said & kPatternBit) == 0) ||
      (skill == Skill::kSize && (o.said & kSizeBit) == 0))
    return std::nullopt;
  switch (skill) {
    case Skill::kColor:
      return with_options(skill, "What color is " + name + "?", std::string(name_of(o.color)),
                          color_options(o), rng);
    case Skill::kShape:
      if (o.thing != nullptr) return ask_noun(scene, o, name, rng);
      return with_options(skill, "What shape is " + name + "?", std::string(name_of(o.shape)),
                          shape_names(all_shapes()), rng);
    case Skill::kPattern:
      return with_options(skill, "What pattern does " + name + " have?", std::string(name_of(o.pattern)),
                          names_up_to<Pattern>(kPatternCount), rng);
    case Skill::kSize:
      return with_options(skill, "How large is " + name + "?", std::string(name_of(o.size)),
                          names_up_to<ObjectSize>(kSizeCount), rng);
    case Skill::kPlace: {
      const auto corner = corner_of(scene, object);
      if (!corner) return std::nullopt;
      return with_options(skill, "In which part of the picture is " + name + "?", corner_name(*corner),
                          {"upper left", "upper right", "lower left", "lower right"}, rng);
    }
    default:
      return std::nullopt;
  }
}

std::optional<ChoiceQuestion> ask_choice(Skill skill, const Scene& scene, Rng& rng) {
  const int object = any_object(scene, rng);
  unsigned asked = 0;
  switch (skill) {
    case Skill::kCount: {
      const Attributes a = attributes_of(scene.object(object), one_word(scene.object(object), rng));
      if (doubtful(a, scene)) return std::nullopt;
      return number_question(skill, "How many " + noun_words(a, true) + " are there in the picture?",
                             matches(a, scene).size(), rng);
    }
    case Skill::kRemainder: {
      const Object& o = scene.object(object);
      const unsigned word = o.thing != nullptr ? one_word(o, rng) : 1U << rng.below(2);
      const Attributes a = attributes_of(o, word);
      if (doubtful(a, scene)) return std::nullopt;
      return number_question(
          skill, "How many objects would be left if all " + noun_words(a, true) + " were taken away?",
          scene.objects.size() - matches(a, scene).size(), rng);
    }
    case Skill::kExtreme:
      return ask_extreme(scene, rng);
    case Skill::kNearest:
      return ask_nearest(scene, rng);
    case Skill::kExistence:
      return ask_existence(scene, rng);
    case Skill::kColor:
      asked = kColorBit;
      break;
    case Skill::kShape:
      asked = kShapeBit | kCategoryBit;
      break;
    case Skill::kPattern:
      asked = kPatternBit;
      break;
    case Skill::kSize:
      asked = kSizeBit;
      break;
    case Skill::kPlace:
      break;
  }
  const auto named = single_out(scene, object, asked);
  if (!named) return std::nullopt;
  return ask_about(skill, scene, object, "the " + noun_words(*named), rng);
}

std::string option_letter(std::size_t option) {
  return std::string(1, static_cast<char>('A' + option));
}

std::string with_option_lines(const ChoiceQuestion& question) {
  std::string text = question.text + '\n';
  for (std::size_t i = 0; i < question.options.size(); ++i)
    text += option_letter(i) + ". " + question.options[i] + '\n';
  return text;
}

std::string words_and_letter(const ChoiceQuestion& question) {
  return "It is " + question.options.at(question.right) + " (" + option_letter(question.right) + ')';
}

void AnswerPlaces::arrange(ChoiceQuestion& question, Rng& rng) {
  const std::size_t count = question.options.size();
  if (left_.size() <= count) left_.resize(count + 1);
  std::vector<std::size_t>& places = left_[count];
  if (places.empty()) {
    for (std::size_t i = 0; i < count; ++i) places.push_back(i);
    rng.shuffle(places);
  }
  const std::size_t place = places.back();
  places.pop_back();
  std::swap(question.options[question.right], question.options[place]);
  question.right = place;
}

}  // namespace pixelsail
