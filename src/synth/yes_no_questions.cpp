#include "synth/yes_no_questions.h"

#include <array>

#include "synth/choice_questions.h"
#include "synth/phrasing.h"
#include "synth/things/absent.h"

namespace pixelsail {
namespace {

constexpr const char* kRequest = " Please answer yes or no.";
constexpr int kYesNoTries = 200;

/// Another number, off by one.
std::size_t wrong_number(std::size_t right, Rng& rng) {
  return right == 0 || rng.below(2) == 0 ? right + 1 : right - 1;
}

std::string is_are(std::size_t count, const Attributes& a) {
  return count == 1 ? "Is there exactly one " + noun_words(a)
                    : "Are there exactly " + number_word(count) + ' ' + noun_words(a, true);
}

std::optional<YesNoPair> existence(const Scene& scene, Rng& rng) {
  const auto ask = [](const Attributes& a) {
    return "Is there " + with_a(noun_words(a)) + " in this image?" + kRequest;
  };
  if (scene.things) {
    const auto absent = absent_thing(scene, rng);
    if (!absent) return std::nullopt;
    return YesNoPair{ask(attributes_of(rng.pick(scene.objects), kShapeBit | kColorBit)), ask(*absent), ""};
  }
  const unsigned bits = rng.below(2) == 0 ? kShapeBit | kColorBit : kShapeBit | kPatternBit;
  const Attributes there = attributes_of(rng.pick(scene.objects), bits);
  for (int i = 0; i < kYesNoTries; ++i) {
    Object absent = rng.pick(scene.objects);
    absent.color = static_cast<Color>(rng.below(kColorCount));
    absent.pattern = static_cast<Pattern>(rng.below(kPatternCount));
    const Attributes a = attributes_of(absent, bits);
    if (matches(a, scene).empty()) return YesNoPair{ask(there), ask(a), ""};
  }
  return std::nullopt;
}

std::optional<YesNoPair> position(const Scene& scene, Rng& rng) {
  constexpr std::array<Place, 4> kSides{Place::kLeftSide, Place::kRightSide, Place::kTopSide,
                                        Place::kBottomSide};
  constexpr std::array<const char*, 4> kWords{"left side", "right side", "upper half", "lower half"};
  const int object = static_cast<int>(rng.below(scene.objects.size()));
  const auto named = single_out(scene, object);
  if (!named) return std::nullopt;
  const auto first = static_cast<std::size_t>(rng.below(kSides.size()));
  for (std::size_t i = 0; i < kSides.size(); ++i) {
    const std::size_t side = (first + i) % kSides.size();
    const auto found =
        resolve({.kind = ExpressionKind::kPosition, .subjects = {*named}, .place = kSides[side]}, scene);
    if (!found || found->size() != 1) continue;
    const auto ask = [&](std::size_t at) {
      return "Is the " + noun_words(*named) + (at < 2 ? " on the " : " in the ") + kWords[at] +
             " of this image?" + kRequest;
    };
    return YesNoPair{ask(side), ask(side ^ 1U), kWords[side]};  // opposite sides are neighbours in the table
  }
  return std::nullopt;
}

}  // namespace

std::string_view name_of(MmeSubtask subtask) {
  constexpr std::array<std::string_view, kMmeSubtaskCount> kNames{
      "existence", "count", "color", "position", "numerical_calculation", "commonsense_reasoning"};
  return kNames.at(static_cast<std::size_t>(subtask));
}

std::string fact_and_verdict(const YesNoPair& pair, bool yes) {
  return (pair.fact.empty() ? "" : "It is " + pair.fact + ". ") + (yes ? "Yes" : "No");
}

std::optional<YesNoPair> ask_yes_no(MmeSubtask subtask, const Scene& scene, Rng& rng) {
  const auto object = static_cast<std::size_t>(rng.below(scene.objects.size()));
  const auto other = static_cast<std::size_t>(rng.below(scene.objects.size()));
  switch (subtask) {
    case MmeSubtask::kExistence:
      return existence(scene, rng);
    case MmeSubtask::kCount: {
      const Attributes a = attributes_of(scene.objects[object], one_word(scene.objects[object], rng));
      if (doubtful(a, scene)) return std::nullopt;
      const std::size_t right = matches(a, scene).size();
      const auto ask = [&](std::size_t n) { return is_are(n, a) + " in this image?" + kRequest; };
      return YesNoPair{ask(right), ask(wrong_number(right, rng)), number_word(right)};
    }
    case MmeSubtask::kColor: {
      const Object& o = scene.objects[object];
      const auto named = single_out(scene, static_cast<int>(object), kColorBit);
      if (!named || (o.said & kColorBit) == 0) return std::nullopt;
      const auto right = static_cast<std::uint64_t>(o.color);
      const std::uint64_t colors = o.thing != nullptr ? kThingColorCount : kColorCount;
      auto wrong = (right + 1 + rng.below(colors - 1)) % colors;
      while (wrong == right || (o.doubtful_colors >> wrong & 1U) != 0) wrong = (wrong + 1) % colors;
      const auto ask = [&](std::uint64_t color) {
        return "Is the " + noun_words(*named) + " in this image " +
               std::string(name_of(static_cast<Color>(color))) + '?' + kRequest;
      };
      return YesNoPair{ask(right), ask(wrong), std::string(name_of(scene.objects[object].color))};
    }
    case MmeSubtask::kPosition:
      return position(scene, rng);
    case MmeSubtask::kCalculation: {
      const Attributes a = attributes_of(scene.objects[object], kShapeBit);
      const Attributes b = attributes_of(scene.objects[other], kShapeBit);
      if (a == b) return std::nullopt;
      const std::size_t right = matches(a, scene).size() + matches(b, scene).size();
      const auto ask = [&](std::size_t n) {
        return "Is the number of " + noun_words(a, true) + " plus the number of " + noun_words(b, true) +
               " in this image equal to " + std::to_string(n) + '?' + kRequest;
      };
      return YesNoPair{ask(right), ask(wrong_number(right, rng)), std::to_string(right)};
    }
    case MmeSubtask::kReasoning: {
      const Attributes a = attributes_of(scene.objects[object],
                                         scene.things ? one_word(scene.objects[object], rng) : kColorBit);
      if (doubtful(a, scene)) return std::nullopt;
      const std::size_t right = scene.objects.size() - matches(a, scene).size();
      const auto ask = [&](std::size_t n) {
        return "Suppose somebody takes all " + noun_words(a, true) +
               " out of this image. Is the number of objects that stay equal to " + std::to_string(n) + '?' +
               kRequest;
      };
      return YesNoPair{ask(right), ask(wrong_number(right, rng)), std::to_string(right)};
    }
  }
  return std::nullopt;
}

}  // namespace pixelsail
