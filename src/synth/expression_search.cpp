#include "synth/expression_search.h"

#include <algorithm>
#include <array>
#include <bit>
#include <map>

#include "synth/things/absent.h"

namespace pixelsail {
namespace {

struct Candidate {
  Expression expression;
  double weight = 1;
};

const Candidate& draw(const std::vector<Candidate>& candidates, Rng& rng) {
  double total = 0;
  for (const Candidate& c : candidates) total += c.weight;
  double at = rng.uniform() * total;
  for (const Candidate& c : candidates) {
    at -= c.weight;
    if (at < 0) return c;
  }
  return candidates.back();
}

bool means(const Expression& expression, const Scene& scene, const std::vector<int>& targets) {
  const auto found = resolve(expression, scene);
  return found && *found == targets;
}

/// Whether the scene's focus, if it has one, allows the expression for these targets: each noun phrase names
/// the shape, and without that word the expression would not mean them.
bool depends_on_focus(const Expression& expression, const Scene& scene, const std::vector<int>& targets) {
  if (!scene.choice.focus) return true;
  Expression rest = expression;
  for (Attributes& subject : rest.subjects) {
    if (subject.shape != scene.choice.focus) return false;
    subject.shape.reset();
  }
  return !means(rest, scene, targets);
}

/// People mostly name the shape or thing, like to name the colour of shapes, and use no more words than needed.
double naturalness(const Object& object, unsigned bits, PhraseStyle style) {
  static constexpr std::array<double, 5> kShort{0.35, 0.9, 1.0, 0.45, 0.15};
  static constexpr std::array<double, 5> kLong{0.02, 0.15, 0.8, 1.0, 0.6};
  const double words =
      (style == PhraseStyle::kShort ? kShort : kLong)[static_cast<std::size_t>(std::popcount(bits))];
  const double noun = (bits & kShapeBit) != 0 ? 1.0 : (bits & kCategoryBit) != 0 ? 0.9 : 0.06;
  const bool thing = object.thing != nullptr;
  return words * noun *
         ((bits & kColorBit) == 0 ? 1.0
          : thing                 ? 1.6
                                  : 2.0) *
         (thing && (bits & kSizeBit) != 0 ? 0.5 : 1.0);
}

/// What an expression without place and relation is told by.
ExpressionKind kind_of(const Object& object, unsigned bits) {
  if (object.thing == nullptr) return ExpressionKind::kAttribute;
  if ((bits & kColorBit) != 0) return ExpressionKind::kColor;
  if ((bits & kSizeBit) != 0) return ExpressionKind::kSize;
  return (bits & kCategoryBit) != 0 ? ExpressionKind::kCategory : ExpressionKind::kName;
}

bool unique(const Scene& scene, int object, unsigned bits) {
  const Attributes attributes = attributes_of(scene.object(object), bits);
  return sayable(scene.object(object), bits) && matches(attributes, scene).size() == 1 &&
         !doubtful(attributes, scene);
}

/// Whether `bits` single the object out and no part of them does.
bool minimal(const Scene& scene, int object, unsigned bits) {
  for (unsigned bit = 1; bit <= kCategoryBit; bit <<= 1) {
    if ((bits & bit) != 0 && unique(scene, object, bits & ~bit)) return false;
  }
  return true;
}

/// "the bigger dog", "the smallest animal": of things alone.
void add_by_size(const Scene& scene, int target, PhraseStyle style, std::vector<Candidate>& found) {
  const Object& object = scene.object(target);
  for (unsigned bits = 0; bits <= kEveryBit; ++bits) {
    if (!sayable(object, bits) || (bits & kSizeBit) != 0) continue;
    Expression e{.kind = ExpressionKind::kSize, .subjects = {attributes_of(object, bits)}};
    e.among = static_cast<int>(matches(e.subjects[0], scene).size());
    if (e.among < 2) continue;  // the size must be needed
    for (const Place place : {Place::kBiggest, Place::kSmallest}) {
      e.place = place;
      if (means(e, scene, {target})) found.push_back({e, 0.15 * naturalness(object, bits, style)});
    }
  }
}

std::vector<Candidate> by_attributes(const Scene& scene, int target, PhraseStyle style) {
  std::vector<Candidate> found;
  const Object& object = scene.object(target);
  for (unsigned bits = 1; bits <= kEveryBit; ++bits) {
    if (!unique(scene, target, bits)) continue;
    Expression e{.kind = kind_of(object, bits), .subjects = {attributes_of(object, bits)}};
    if (!depends_on_focus(e, scene, {target})) continue;
    const double needless = minimal(scene, target, bits) ? 1.0 : style == PhraseStyle::kShort ? 0.2 : 0.8;
    found.push_back({std::move(e), naturalness(object, bits, style) * needless});
  }
  if (object.thing != nullptr) add_by_size(scene, target, style, found);
  return found;
}

/// Whether `bits` single an object out, with no word too many, for others to be found by. A thing is named then: "the
/// small one" sends people looking for what is smallest.
bool good_anchor(const Scene& scene, int object, unsigned bits) {
  const bool named = scene.things == nullptr || (bits & (kShapeBit | kCategoryBit)) != 0;
  return named && unique(scene, object, bits) && minimal(scene, object, bits);
}

std::vector<Candidate> by_position(const Scene& scene, int target, PhraseStyle style) {
  std::vector<Candidate> found;
  const Object& object = scene.object(target);
  for (unsigned bits = 0; bits <= kEveryBit; ++bits) {
    if (!sayable(object, bits)) continue;
    Expression e{.kind = ExpressionKind::kPosition, .subjects = {attributes_of(object, bits)}};
    if (matches(e.subjects[0], scene).size() < 2) continue;  // the position must be needed
    for (int place = 0; place < kPlaceCount; ++place) {
      e.place = static_cast<Place>(place);
      if (!means(e, scene, {target}) || !depends_on_focus(e, scene, {target})) continue;
      found.push_back({e, naturalness(object, bits, style) * (place < 4 ? 1.0 : 0.7)});
    }
  }
  return found;
}

std::vector<Candidate> by_relation(const Scene& scene, int target, PhraseStyle style) {
  std::vector<Candidate> found;
  const Object& object = scene.object(target);
  for (unsigned bits = 0; bits <= kEveryBit; ++bits) {
    if (!sayable(object, bits)) continue;
    Expression e{.kind = ExpressionKind::kRelation, .subjects = {attributes_of(object, bits)}};
    const std::vector<int> fitting = matches(e.subjects[0], scene);
    if (fitting.size() < 2) continue;  // the relation must be needed
    for (int anchor = 0; anchor < static_cast<int>(scene.objects.size()); ++anchor) {
      if (anchor == target) continue;
      const bool anchor_fits = std::find(fitting.begin(), fitting.end(), anchor) != fitting.end();
      // With no second candidate beside the anchor the relation tells nothing new: keep few of those.
      const double needed = fitting.size() - (anchor_fits ? 1 : 0) >= 2 ? 1.0 : 0.15;
      for (unsigned anchor_bits = 1; anchor_bits <= kEveryBit; ++anchor_bits) {
        if (!good_anchor(scene, anchor, anchor_bits)) continue;
        e.anchor = attributes_of(scene.object(anchor), anchor_bits);
        for (int relation = 0; relation < kRelationCount; ++relation) {
          e.relation = static_cast<Relation>(relation);
          if (!means(e, scene, {target}) || !depends_on_focus(e, scene, {target})) continue;
          // Some object is always the nearest, while few lie clearly in one direction.
          const double rarity = *e.relation == Relation::kNearest ? 0.12 : 1.0;
          found.push_back({e, naturalness(object, bits, style) *
                                  naturalness(scene.object(anchor), anchor_bits, PhraseStyle::kShort) *
                                  needed * rarity});
        }
      }
    }
  }
  return found;
}

/// Adds a sentence unless its words are there already.
bool add_sentence(std::vector<Sentence>& sentences, const Expression& expression, PhraseStyle style,
                  Rng& rng) {
  Sentence s{phrase(expression, style, rng), expression.kind, expression};
  const bool known =
      std::any_of(sentences.begin(), sentences.end(), [&](const Sentence& o) { return o.text == s.text; });
  if (!known) sentences.push_back(std::move(s));
  return !known;
}

using Groups = std::map<std::vector<int>, std::vector<Candidate>>;

void add_groups_by_attributes(const Scene& scene, Groups& groups) {
  for (const Object& object : scene.objects) {
    for (unsigned bits = 1; bits <= kEveryBit; ++bits) {
      if (!sayable(object, bits)) continue;
      Expression e{.kind = ExpressionKind::kMulti, .subjects = {attributes_of(object, bits)}};
      const std::vector<int> targets = matches(e.subjects[0], scene);
      if (targets.size() < 2 || targets.size() == scene.objects.size()) continue;
      if (doubtful(e.subjects[0], scene)) continue;
      if (object.thing != nullptr) e.among = static_cast<int>(targets.size());
      if (!depends_on_focus(e, scene, targets)) continue;
      std::vector<Candidate>& list = groups[targets];
      const bool known = std::any_of(list.begin(), list.end(),
                                     [&](const Candidate& c) { return c.expression.subjects == e.subjects; });
      if (!known) list.push_back({e, naturalness(object, bits, PhraseStyle::kShort)});
    }
  }
}

void add_groups_by_relation(const Scene& scene, Groups& groups) {
  for (int anchor = 0; anchor < static_cast<int>(scene.objects.size()); ++anchor) {
    for (unsigned bits = 1; bits <= kEveryBit; ++bits) {
      if (!good_anchor(scene, anchor, bits)) continue;
      Expression e{.kind = ExpressionKind::kMulti, .subjects = {Attributes{.shape = scene.choice.focus}}};
      e.anchor = attributes_of(scene.object(anchor), bits);
      for (int relation = 0; relation < static_cast<int>(Relation::kNearest); ++relation) {
        e.relation = static_cast<Relation>(relation);
        const auto targets = resolve(e, scene);
        if (targets && targets->size() >= 2 && depends_on_focus(e, scene, *targets))
          groups[*targets].push_back({e, 0.35});
      }
    }
  }
}

/// "the star and the blue disc" for two objects drawn at random.
void add_pair(const Scene& scene, Groups& groups, Rng& rng) {
  const auto count = scene.objects.size();
  const int first = static_cast<int>(rng.below(count));
  const int second = static_cast<int>((static_cast<std::size_t>(first) + 1 + rng.below(count - 1)) % count);
  std::vector<Candidate> a = by_attributes(scene, first, PhraseStyle::kShort);
  std::vector<Candidate> b = by_attributes(scene, second, PhraseStyle::kShort);
  for (std::vector<Candidate>* list : {&a, &b})
    std::erase_if(*list, [](const Candidate& c) { return c.expression.place.has_value(); });
  if (a.empty() || b.empty()) return;
  for (int i = 0; i < 4; ++i) {
    const Expression e{
        .kind = ExpressionKind::kMulti,
        .subjects = {draw(a, rng).expression.subjects[0], draw(b, rng).expression.subjects[0]}};
    const auto targets = resolve(e, scene);
    if (targets && depends_on_focus(e, scene, *targets)) groups[*targets].push_back({e, 1.0});
  }
}

}  // namespace

std::vector<Sentence> refer_to(const Scene& scene, int target, int count, const KindWeights& weights,
                               PhraseStyle style, Rng& rng) {
  struct Choice {
    std::vector<Candidate> candidates;
    double weight;
  };
  std::vector<Choice> choices;
  if (weights.attribute > 0) choices.push_back({by_attributes(scene, target, style), weights.attribute});
  if (weights.position > 0) choices.push_back({by_position(scene, target, style), weights.position});
  if (weights.relation > 0) choices.push_back({by_relation(scene, target, style), weights.relation});
  std::erase_if(choices, [](const Choice& c) { return c.candidates.empty(); });
  std::vector<Sentence> sentences;
  if (choices.empty()) return sentences;
  double total = 0;
  for (const Choice& c : choices) total += c.weight;
  // There are few ways to say a name: were a repeated one drawn again until it is new, places would take its part.
  const int draws = scene.things ? count : 6 * count;
  for (int draw_number = 0; draw_number < draws && static_cast<int>(sentences.size()) < count;
       ++draw_number) {
    double at = rng.uniform() * total;
    std::size_t chosen = 0;
    while (chosen + 1 < choices.size() && at >= choices[chosen].weight) at -= choices[chosen++].weight;
    add_sentence(sentences, draw(choices[chosen].candidates, rng).expression, style, rng);
  }
  return sentences;
}

std::vector<Sentence> refer_to_several(const Scene& scene, int count, Rng& rng, std::vector<int>& targets) {
  // Three sources of groups, drawn evenly, so that no way of saying it dominates.
  std::array<Groups, 3> sources;
  add_groups_by_attributes(scene, sources[0]);
  add_pair(scene, sources[1], rng);
  add_groups_by_relation(scene, sources[2]);
  const double p = rng.uniform();
  std::size_t first = p < 0.5 ? 0 : p < 0.85 ? 1 : 2;
  for (std::size_t i = 0; i < 3 && sources[first].empty(); ++i) first = (first + 1) % 3;
  std::vector<Sentence> sentences;
  if (sources[first].empty()) return sentences;
  auto group = sources[first].begin();
  std::advance(group, static_cast<std::ptrdiff_t>(rng.below(sources[first].size())));
  targets = group->first;
  std::vector<Candidate> candidates = group->second;
  for (std::size_t i = 0; i < 3; ++i) {
    if (i == first) continue;
    const auto same = sources[i].find(targets);
    if (same != sources[i].end())
      candidates.insert(candidates.end(), same->second.begin(), same->second.end());
  }
  for (int attempt = 0; attempt < 4 * count && static_cast<int>(sentences.size()) < count; ++attempt) {
    add_sentence(sentences, draw(candidates, rng).expression, PhraseStyle::kShort, rng);
  }
  return sentences;
}

std::vector<Sentence> refer_to_nothing(const Scene& scene, int count, Rng& rng) {
  std::vector<Sentence> sentences;
  if (scene.things) {
    for (int attempt = 0; attempt < 20 * count && static_cast<int>(sentences.size()) < count; ++attempt) {
      const auto e = absent_expression(scene, rng);
      if (e && means(*e, scene, {})) add_sentence(sentences, *e, PhraseStyle::kShort, rng);
    }
    return sentences;
  }
  const auto draw_bits = [&] {
    static constexpr std::array<unsigned, 6> kBits{kShapeBit | kColorBit,
                                                   kShapeBit | kPatternBit,
                                                   kShapeBit | kSizeBit | kColorBit,
                                                   kShapeBit,
                                                   kColorBit | kPatternBit,
                                                   kShapeBit | kColorBit | kPatternBit};
    return kBits[rng.below(kBits.size())];
  };
  for (int attempt = 0; attempt < 40 * count && static_cast<int>(sentences.size()) < count; ++attempt) {
    // An object of the scene with some attributes changed, by preference to those of another object.
    Object object = rng.pick(scene.objects);
    const Object& other = rng.pick(scene.objects);
    const bool near = rng.uniform() < 0.7;
    const std::uint64_t what = rng.below(3);
    if (what == 0) object.shape = near ? other.shape : rng.pick(scene.choice.shapes);
    if (what == 1) object.color = near ? other.color : static_cast<Color>(rng.below(kColorCount));
    if (what == 2) object.pattern = near ? other.pattern : static_cast<Pattern>(rng.below(kPatternCount));
    if (scene.choice.focus) object.shape = *scene.choice.focus;
    Expression e{.kind = ExpressionKind::kNone, .subjects = {attributes_of(object, draw_bits())}};
    if (rng.uniform() < 0.3) {
      e.relation = static_cast<Relation>(rng.below(kRelationCount - 1));
      const int anchor = static_cast<int>(rng.below(scene.objects.size()));
      const unsigned bits = draw_bits();
      if (!unique(scene, anchor, bits)) continue;
      e.anchor = attributes_of(scene.objects[static_cast<std::size_t>(anchor)], bits);
    }
    if (means(e, scene, {}) && depends_on_focus(e, scene, {}))
      add_sentence(sentences, e, PhraseStyle::kShort, rng);
  }
  return sentences;
}

}  // namespace pixelsail
