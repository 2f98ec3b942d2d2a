#include "synth/expressions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <sstream>

#include "synth/expression_search.h"
#include "synth/phrasing.h"

namespace pixelsail {
namespace {

Scene described_scene(int i) {
  Rng rng(11, "expression test " + std::to_string(i));
  return sample_scene(128, rng);
}

/// A 128 x 128 scene of plain small discs, other attributes set by the caller.
Scene place_objects(const std::vector<Object>& objects) {
  Scene scene{.width = 128, .height = 128, .objects = objects};
  for (Object& o : scene.objects) {
    if (o.radius == 0) o.radius = 9;
  }
  measure_visible(scene);
  return scene;
}

Expression at_place(Place place) {
  return {.kind = ExpressionKind::kPosition, .subjects = {Attributes{}}, .place = place};
}

TEST(Resolve, Attributes) {
  const Scene scene = place_objects({{.shape = Shape::kStar, .color = Color::kRed, .x = 20, .y = 20},
                                     {.shape = Shape::kStar, .color = Color::kBlue, .x = 60, .y = 20},
                                     {.shape = Shape::kRing, .color = Color::kRed, .x = 20, .y = 90}});
  const auto one = [&](Attributes a) { return resolve({.subjects = {a}}, scene); };
  EXPECT_EQ(one({.color = Color::kBlue}), std::vector<int>{1});
  EXPECT_EQ(one({.shape = Shape::kStar, .color = Color::kRed}), std::vector<int>{0});
  EXPECT_EQ(one({.shape = Shape::kStar}), std::nullopt);
  EXPECT_EQ(one({.color = Color::kGreen}), std::vector<int>{});
  EXPECT_EQ(resolve({.kind = ExpressionKind::kMulti, .subjects = {{.shape = Shape::kStar}}}, scene),
            (std::vector<int>{0, 1}));
  const Expression pair{.kind = ExpressionKind::kMulti,
                        .subjects = {{.shape = Shape::kRing}, {.color = Color::kBlue}}};
  EXPECT_EQ(resolve(pair, scene), (std::vector<int>{1, 2}));
}

TEST(Resolve, PlacesNeedAClearWinner) {
  const Scene scene = place_objects({{.x = 20, .y = 30}, {.x = 100, .y = 25}, {.x = 64, .y = 110}});
  EXPECT_EQ(resolve(at_place(Place::kLeftmost), scene), std::vector<int>{0});
  EXPECT_EQ(resolve(at_place(Place::kRightmost), scene), std::vector<int>{1});
  EXPECT_EQ(resolve(at_place(Place::kBottommost), scene), std::vector<int>{2});
  EXPECT_EQ(resolve(at_place(Place::kTopmost), scene), std::nullopt);  // 5 pixels are too few
  EXPECT_EQ(resolve(at_place(Place::kUpperLeft), scene), std::vector<int>{0});
  EXPECT_EQ(resolve(at_place(Place::kUpperRight), scene), std::vector<int>{1});
  EXPECT_EQ(resolve(at_place(Place::kLowerLeft), scene), std::nullopt);  // 2 lies between the corners
  EXPECT_EQ(resolve(at_place(Place::kMiddle), scene), std::vector<int>{});
}

TEST(Resolve, RelationsNeedAClearAnswer) {
  const Scene scene = place_objects({{.shape = Shape::kStar, .x = 64, .y = 64},
                                     {.x = 20, .y = 60},
                                     {.x = 110, .y = 66},
                                     {.color = Color::kBlue, .x = 67, .y = 15},
                                     {.color = Color::kBlue, .x = 30, .y = 110}});
  const auto related = [&](Attributes subject, Relation relation, Attributes anchor) {
    return resolve(
        {.kind = ExpressionKind::kRelation, .subjects = {subject}, .relation = relation, .anchor = anchor},
        scene);
  };
  const Attributes star{.shape = Shape::kStar}, disc{.shape = Shape::kDisc}, red{.color = Color::kRed},
      blue{.color = Color::kBlue};
  const Attributes red_disc{.shape = Shape::kDisc, .color = Color::kRed};
  EXPECT_EQ(related(red_disc, Relation::kLeftOf, star), std::vector<int>{1});
  EXPECT_EQ(related(red_disc, Relation::kRightOf, star), std::vector<int>{2});
  EXPECT_EQ(related(blue, Relation::kAbove, star), std::vector<int>{3});
  EXPECT_EQ(related(disc, Relation::kLeftOf, star), std::nullopt);   // 4 is left of it, but not clearly
  EXPECT_EQ(related(red, Relation::kNearest, blue), std::nullopt);   // which blue one
  EXPECT_EQ(related(blue, Relation::kNearest, star), std::nullopt);  // 49 against 57 pixels
  EXPECT_EQ(related(disc, Relation::kAbove, {.color = Color::kGreen}), std::vector<int>{});
  EXPECT_EQ(related(red_disc, Relation::kBelow, star), std::vector<int>{});
}

/// Reads a sentence back with rules of its own: bags of words around a relation, naive geometry.
class Reader {
 public:
  explicit Reader(const Scene& scene) : scene_(scene) {}

  std::vector<int> read(const std::string& sentence) const {
    static const std::vector<std::pair<std::string, Relation>> kRelations{
        {" to the left of ", Relation::kLeftOf},
        {" on the left of ", Relation::kLeftOf},
        {" left of ", Relation::kLeftOf},
        {" to the right of ", Relation::kRightOf},
        {" on the right of ", Relation::kRightOf},
        {" right of ", Relation::kRightOf},
        {" above ", Relation::kAbove},
        {" over ", Relation::kAbove},
        {" below ", Relation::kBelow},
        {" under ", Relation::kBelow},
        {" nearest to ", Relation::kNearest},
        {" closest to ", Relation::kNearest}};
    for (const auto& [words, relation] : kRelations) {
      const auto at = sentence.find(words);
      if (at == std::string::npos) continue;
      const std::vector<int> anchors = noun(sentence.substr(at + words.size()));
      if (anchors.size() != 1) return {};
      return filter(noun(sentence.substr(0, at)), anchors[0], relation);
    }
    return placed(noun(sentence), sentence);
  }

 private:
  static bool has(const std::string& sentence, const std::string& word) {
    return (' ' + sentence + ' ').find(' ' + word + ' ') != std::string::npos;
  }
  const Visible& seen(int i) const { return scene_.visible[static_cast<std::size_t>(i)]; }

  std::vector<int> noun(const std::string& sentence) const {
    static const std::map<std::string, std::string> kOther{
        {"big", "large"}, {"stripes", "striped"}, {"dots", "dotted"}, {"checks", "checkered"}};
    std::vector<int> found;
    for (int i = 0; i < static_cast<int>(scene_.objects.size()); ++i) {
      const Object& o = scene_.objects[static_cast<std::size_t>(i)];
      const std::string own[] = {std::string(name_of(o.shape)), std::string(name_of(o.color)),
                                 std::string(name_of(o.size)), std::string(name_of(o.pattern))};
      bool good = true;
      std::istringstream words(sentence);
      for (std::string word; words >> word;) {
        if (kOther.contains(word)) word = kOther.at(word);
        if (attribute(word)) good = good && std::find(std::begin(own), std::end(own), word) != std::end(own);
      }
      if (good) found.push_back(i);
    }
    return found;
  }

  static bool attribute(const std::string& word) {
    for (int i = 0; i < kShapeCount; ++i) {
      if (word == name_of(static_cast<Shape>(i))) return true;
    }
    for (int i = 0; i < kColorCount; ++i) {
      if (word == name_of(static_cast<Color>(i))) return true;
    }
    for (int i = 0; i < kPatternCount; ++i) {
      if (word == name_of(static_cast<Pattern>(i))) return true;
    }
    return word == "small" || word == "large";
  }

  std::vector<int> filter(const std::vector<int>& from, int anchor, Relation relation) const {
    std::vector<int> kept;
    double best = 1e9;
    for (const int i : from) {
      if (i == anchor) continue;
      const double dx = seen(i).x - seen(anchor).x, dy = seen(i).y - seen(anchor).y;
      if (relation == Relation::kNearest) {
        if (std::hypot(dx, dy) < best) kept = {i};
        best = std::min(best, std::hypot(dx, dy));
        continue;
      }
      const double ahead = relation == Relation::kLeftOf    ? -dx
                           : relation == Relation::kRightOf ? dx
                           : relation == Relation::kAbove   ? -dy
                                                            : dy;
      if (ahead > 5) kept.push_back(i);
    }
    return kept;
  }

  std::vector<int> placed(std::vector<int> from, const std::string& s) const {
    // Whatever the wording: the winner in each direction that is named.
    const auto keep = [&](auto key) {
      int best = from.at(0);
      for (const int i : from) best = key(i) > key(best) ? i : best;
      from = {best};
    };
    const bool left = has(s, "left") || has(s, "leftmost"), right = has(s, "right") || has(s, "rightmost");
    const double across = left ? -1 : right ? 1 : 0;
    const bool top = has(s, "top") || has(s, "topmost") || has(s, "upper");
    const bool bottom = has(s, "bottom") || has(s, "bottommost") || has(s, "lower");
    const double down = top ? -1 : bottom ? 1 : 0;
    const bool corner = across != 0 && down != 0;
    if (has(s, "middle") || has(s, "center")) {
      keep([&](int i) {
        return -std::hypot(seen(i).x - scene_.width / 2.0, seen(i).y - scene_.height / 2.0);
      });
    } else if (corner) {
      keep([&](int i) {
        return std::min(across * (seen(i).x / scene_.width - 0.5), down * (seen(i).y / scene_.height - 0.5));
      });
    } else if (across != 0 || down != 0) {
      keep([&](int i) { return across * seen(i).x + down * seen(i).y; });
    }
    return from;
  }

  const Scene& scene_;
};

TEST(ReferTo, SentencesMeanTheirTargetAlone) {
  std::map<std::string, int> kinds;
  for (int i = 0; i < 150; ++i) {
    const Scene scene = described_scene(i);
    Rng rng(static_cast<std::uint64_t>(i), "words");
    for (int target = 0; target < static_cast<int>(scene.objects.size()); ++target) {
      for (const PhraseStyle style : {PhraseStyle::kShort, PhraseStyle::kLong}) {
        for (const Sentence& s : refer_to(scene, target, 3, {1, 1, 1}, style, rng)) {
          EXPECT_EQ(Reader(scene).read(s.text), std::vector<int>{target}) << "scene " << i << ": " << s.text;
          EXPECT_EQ(resolve(s.expression, scene), std::vector<int>{target});
          ++kinds[std::string(name_of(s.kind))];
        }
      }
    }
  }
  for (const char* kind : {"attribute", "position", "relation"}) EXPECT_GT(kinds[kind], 400) << kind;
}

TEST(ReferTo, AttributesAloneHaveNoPlaceWords) {
  for (int i = 0; i < 60; ++i) {
    const Scene scene = described_scene(i);
    Rng rng(static_cast<std::uint64_t>(i));
    for (const Sentence& s : refer_to(scene, 0, 3, {.attribute = 1}, PhraseStyle::kShort, rng)) {
      EXPECT_EQ(s.kind, ExpressionKind::kAttribute);
      for (const char* word :
           {"left", "right", "top", "bottom", "upper", "lower", "above", "below", "near", "middle"}) {
        EXPECT_EQ(s.text.find(word), std::string::npos) << s.text;
      }
    }
  }
}

TEST(ReferTo, SentencesAreLowerCaseWordsAndDiffer) {
  const Scene scene = described_scene(5);
  Rng rng(5);
  const std::vector<Sentence> sentences = refer_to(scene, 1, 4, {1, 1, 1}, PhraseStyle::kLong, rng);
  ASSERT_EQ(sentences.size(), 4U);
  for (const Sentence& s : sentences) {
    EXPECT_EQ(s.text.find_first_not_of("abcdefghijklmnopqrstuvwxyz "), std::string::npos) << s.text;
    EXPECT_EQ(s.text.find("  "), std::string::npos);
    for (const Sentence& other : sentences) EXPECT_TRUE(&s == &other || s.text != other.text);
  }
}

TEST(ReferTo, SeveralAndNothing) {
  int several = 0, nothing = 0;
  for (int i = 0; i < 100; ++i) {
    const Scene scene = described_scene(i);
    Rng rng(static_cast<std::uint64_t>(i), "several");
    std::vector<int> targets;
    for (const Sentence& s : refer_to_several(scene, 2, rng, targets)) {
      ++several;
      EXPECT_GE(targets.size(), 2U);
      EXPECT_EQ(resolve(s.expression, scene), targets) << s.text;
      EXPECT_EQ(s.kind, ExpressionKind::kMulti);
    }
    for (const Sentence& s : refer_to_nothing(scene, 2, rng)) {
      ++nothing;
      EXPECT_TRUE(Reader(scene).read(s.text).empty()) << "scene " << i << ": " << s.text;
      EXPECT_EQ(s.kind, ExpressionKind::kNone);
    }
  }
  EXPECT_GT(several, 150);
  EXPECT_GT(nothing, 190);
}

TEST(Phrase, ArticlesAndPlurals) {
  const Expression crosses{.kind = ExpressionKind::kMulti, .subjects = {{.shape = Shape::kCross}}};
  const Expression arrow{.subjects = {{.shape = Shape::kArrow}}};
  const Expression orange{.subjects = {{.shape = Shape::kStar, .color = Color::kOrange}}};
  bool plural = false, article = false;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Rng rng(seed);
    plural = plural || phrase(crosses, PhraseStyle::kShort, rng).find("crosses") != std::string::npos;
    const std::string text = phrase(orange, PhraseStyle::kLong, rng);
    article = article || text.find("an orange star") != std::string::npos;
    EXPECT_EQ(text.find("a orange"), std::string::npos);
    EXPECT_EQ(phrase(arrow, PhraseStyle::kLong, rng).find("a arrow"), std::string::npos);
  }
  EXPECT_TRUE(plural);
  EXPECT_TRUE(article);
}

}  // namespace
}  // namespace pixelsail
