#include "synth/expressions.h"

#include <algorithm>
#include <cmath>

namespace pixelsail {
namespace {

/// Margins in pixels at a longest side of 128.
constexpr double kClear = 10;      ///< a difference of positions that anyone sees
constexpr double kSlack = 3;       ///< a difference that must not count
constexpr double kNearMargin = 9;  ///< between the nearest object and the next

/// Outcome of a test with a grey zone.
enum class Verdict { kNo, kUnclear, kYes };

std::optional<std::vector<int>> extreme(const std::vector<int>& candidates, const Scene& scene, Place place) {
  // Distances grow in the direction asked for: by centre of mass, and by the bounding box.
  const auto centre = [&](int i) {
    const Visible& v = scene.visible[static_cast<std::size_t>(i)];
    return place == Place::kLeftmost    ? -v.x
           : place == Place::kRightmost ? v.x
           : place == Place::kTopmost   ? -v.y
                                        : v.y;
  };
  const auto edge = [&](int i) {
    const Visible& v = scene.visible[static_cast<std::size_t>(i)];
    return place == Place::kLeftmost    ? -v.left
           : place == Place::kRightmost ? v.right
           : place == Place::kTopmost   ? -v.top
                                        : v.bottom;
  };
  if (candidates.empty()) return candidates;
  const int best = *std::max_element(candidates.begin(), candidates.end(),
                                     [&](int a, int b) { return centre(a) < centre(b); });
  for (const int other : candidates) {
    if (other == best) continue;
    if (centre(best) - centre(other) < kClear * scene.unit || edge(best) - edge(other) < 1)
      return std::nullopt;
  }
  return std::vector<int>{best};
}

/// The biggest or smallest by area and by its longer side, both by a margin that anyone sees.
std::optional<std::vector<int>> extreme_in_size(const std::vector<int>& candidates, const Scene& scene,
                                                Place place) {
  constexpr double kAreaFactor = 1.6, kSideFactor = 1.15;
  if (candidates.empty()) return candidates;
  const auto seen = [&](int i) -> const Visible& { return scene.visible[static_cast<std::size_t>(i)]; };
  const auto less = [&](int a, int b) { return seen(a).full_area < seen(b).full_area; };
  const bool biggest = place == Place::kBiggest;
  const int best = biggest ? *std::max_element(candidates.begin(), candidates.end(), less)
                           : *std::min_element(candidates.begin(), candidates.end(), less);
  for (const int other : candidates) {
    if (other == best) continue;
    const Visible& big = seen(biggest ? best : other);
    const Visible& small = seen(biggest ? other : best);
    if (static_cast<double>(big.full_area) < kAreaFactor * static_cast<double>(small.full_area) ||
        big.full_side < kSideFactor * small.full_side)
      return std::nullopt;
  }
  return std::vector<int>{best};
}

Verdict lies_in(const Visible& v, const Scene& scene, Place place) {
  const double x = v.x / scene.width, y = v.y / scene.height;
  const auto low = [](double t, double yes, double no) {
    return t <= yes ? Verdict::kYes : t >= no ? Verdict::kNo : Verdict::kUnclear;
  };
  const auto both = [](Verdict a, Verdict b) { return std::min(a, b); };
  constexpr double kHalf = 0.42, kHalfNo = 0.54, kCorner = 0.42, kCornerNo = 0.52;
  switch (place) {
    case Place::kLeftSide:
      return low(x, kHalf, kHalfNo);
    case Place::kRightSide:
      return low(1 - x, kHalf, kHalfNo);
    case Place::kTopSide:
      return low(y, kHalf, kHalfNo);
    case Place::kBottomSide:
      return low(1 - y, kHalf, kHalfNo);
    case Place::kUpperLeft:
      return both(low(x, kCorner, kCornerNo), low(y, kCorner, kCornerNo));
    case Place::kUpperRight:
      return both(low(1 - x, kCorner, kCornerNo), low(y, kCorner, kCornerNo));
    case Place::kLowerLeft:
      return both(low(x, kCorner, kCornerNo), low(1 - y, kCorner, kCornerNo));
    case Place::kLowerRight:
      return both(low(1 - x, kCorner, kCornerNo), low(1 - y, kCorner, kCornerNo));
    case Place::kMiddle:
      return low(std::max(std::abs(x - 0.5), std::abs(y - 0.5)), 0.13, 0.25);
    default:
      return Verdict::kUnclear;
  }
}

Verdict related(const Visible& subject, const Visible& anchor, Relation relation, double unit) {
  double ahead = 0, aside = 0;
  switch (relation) {
    case Relation::kLeftOf:
      ahead = anchor.x - subject.x;
      break;
    case Relation::kRightOf:
      ahead = subject.x - anchor.x;
      break;
    case Relation::kAbove:
      ahead = anchor.y - subject.y;
      break;
    case Relation::kBelow:
      ahead = subject.y - anchor.y;
      break;
    case Relation::kNearest:
      return Verdict::kUnclear;
  }
  const bool across = relation == Relation::kLeftOf || relation == Relation::kRightOf;
  aside = across ? std::abs(subject.y - anchor.y) : std::abs(subject.x - anchor.x);
  if (ahead <= kSlack * unit) return Verdict::kNo;
  return ahead >= kClear * unit && ahead >= 0.7 * aside ? Verdict::kYes : Verdict::kUnclear;
}

/// All for which the verdict is yes; nothing when one is unclear.
template <class Test>
std::optional<std::vector<int>> select(const std::vector<int>& candidates, const Test& test) {
  std::vector<int> chosen;
  for (const int i : candidates) {
    const Verdict verdict = test(i);
    if (verdict == Verdict::kUnclear) return std::nullopt;
    if (verdict == Verdict::kYes) chosen.push_back(i);
  }
  return chosen;
}

std::optional<std::vector<int>> nearest(const std::vector<int>& candidates, int anchor, const Scene& scene) {
  if (candidates.empty()) return candidates;
  const auto distance = [&](int i) {
    const Visible& a = scene.visible[static_cast<std::size_t>(i)];
    const Visible& b = scene.visible[static_cast<std::size_t>(anchor)];
    return std::hypot(a.x - b.x, a.y - b.y);
  };
  const int best = *std::min_element(candidates.begin(), candidates.end(),
                                     [&](int a, int b) { return distance(a) < distance(b); });
  for (const int other : candidates) {
    if (other != best && distance(other) - distance(best) < kNearMargin * scene.unit) return std::nullopt;
  }
  return std::vector<int>{best};
}

std::optional<std::vector<int>> resolve_relation(const Expression& expression, std::vector<int> candidates,
                                                 const Scene& scene) {
  if (doubtful(expression.anchor, scene)) return std::nullopt;
  const std::vector<int> anchors = matches(expression.anchor, scene);
  if (anchors.empty()) return std::vector<int>{};
  if (anchors.size() > 1) return std::nullopt;
  const int anchor = anchors[0];
  std::erase(candidates, anchor);
  if (*expression.relation == Relation::kNearest) return nearest(candidates, anchor, scene);
  return select(candidates, [&](int i) {
    return related(scene.visible[static_cast<std::size_t>(i)],
                   scene.visible[static_cast<std::size_t>(anchor)], *expression.relation, scene.unit);
  });
}

/// All but the colour.
bool fits_otherwise(const Attributes& a, const Object& o) {
  return (!a.shape || *a.shape == o.shape) && (!a.size || *a.size == o.size) &&
         (!a.pattern || *a.pattern == o.pattern) && (a.noun == nullptr || a.noun == o.thing) &&
         (a.category == nullptr || (o.thing != nullptr && a.category == o.thing->category));
}

}  // namespace

std::string_view name_of(ExpressionKind kind) {
  switch (kind) {
    case ExpressionKind::kAttribute:
      return "attribute";
    case ExpressionKind::kPosition:
      return "position";
    case ExpressionKind::kRelation:
      return "relation";
    case ExpressionKind::kMulti:
      return "multi";
    case ExpressionKind::kName:
      return "name";
    case ExpressionKind::kCategory:
      return "category";
    case ExpressionKind::kColor:
      return "color";
    case ExpressionKind::kSize:
      return "size";
    case ExpressionKind::kNone:
      break;
  }
  return "none";
}

bool fits(const Attributes& a, const Object& o) {
  return fits_otherwise(a, o) && (!a.color || ((o.said & kColorBit) != 0 && *a.color == o.color));
}

bool doubtful(const Attributes& a, const Scene& scene) {
  if (!a.color) return false;
  const unsigned bit = 1U << static_cast<unsigned>(*a.color);
  return std::any_of(scene.objects.begin(), scene.objects.end(),
                     [&](const Object& o) { return (o.doubtful_colors & bit) != 0 && fits_otherwise(a, o); });
}

bool sayable(const Object& object, unsigned bits) {
  constexpr unsigned kNouns = kShapeBit | kCategoryBit;
  return (bits & ~object.said) == 0 && (bits & kNouns) != kNouns;
}

std::vector<int> matches(const Attributes& attributes, const Scene& scene) {
  std::vector<int> found;
  for (std::size_t i = 0; i < scene.objects.size(); ++i) {
    if (fits(attributes, scene.objects[i])) found.push_back(static_cast<int>(i));
  }
  return found;
}

int count_of(const Attributes& a) {
  return int{a.shape.has_value()} + int{a.color.has_value()} + int{a.size.has_value()} +
         int{a.pattern.has_value()} + int{a.noun != nullptr} + int{a.category != nullptr};
}

Attributes attributes_of(const Object& object, unsigned bits) {
  Attributes a;
  bits &= object.said;
  if (object.thing != nullptr) {
    if ((bits & kShapeBit) != 0) a.noun = object.thing;
    if ((bits & kCategoryBit) != 0) a.category = object.thing->category;
  } else if ((bits & kShapeBit) != 0) {
    a.shape = object.shape;
  }
  if ((bits & kColorBit) != 0) a.color = object.color;
  if ((bits & kSizeBit) != 0) a.size = object.size;
  if ((bits & kPatternBit) != 0) a.pattern = object.pattern;
  return a;
}

std::optional<std::vector<int>> resolve(const Expression& expression, const Scene& scene) {
  std::vector<int> result;
  for (const Attributes& subject : expression.subjects) {
    if (doubtful(subject, scene)) return std::nullopt;
  }
  if (expression.subjects.size() > 1) {
    for (const Attributes& subject : expression.subjects) {
      const std::vector<int> one = matches(subject, scene);
      if (one.size() != 1 || std::find(result.begin(), result.end(), one[0]) != result.end())
        return std::nullopt;
      result.push_back(one[0]);
    }
    std::sort(result.begin(), result.end());
    return result;
  }
  result = matches(expression.subjects.at(0), scene);
  if (expression.relation) {
    const auto related_ones = resolve_relation(expression, result, scene);
    if (!related_ones) return std::nullopt;
    result = *related_ones;
  } else if (expression.place) {
    const auto placed =
        *expression.place <= Place::kBottommost ? extreme(result, scene, *expression.place)
        : *expression.place >= Place::kBiggest
            ? extreme_in_size(result, scene, *expression.place)
            : select(result, [&](int i) {
                return lies_in(scene.visible[static_cast<std::size_t>(i)], scene, *expression.place);
              });
    if (!placed) return std::nullopt;
    result = *placed;
  }
  if (result.size() > 1 && expression.kind != ExpressionKind::kMulti) return std::nullopt;
  return result;
}

}  // namespace pixelsail
