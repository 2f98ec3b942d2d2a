// Scenes of the world of things: how they are put together, and that what is said of them is true.

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "synth/choice_questions.h"
#include "synth/expression_search.h"
#include "synth/hints.h"
#include "synth/things/canvas.h"
#include "synth/things/sample.h"
#include "synth/yes_no_questions.h"
#include "things_support.h"

namespace pixelsail {
namespace {

Scene things_scene(int i, ThingPart part = ThingPart::kTrain, int side = 128) {
  Rng rng(5, "things test " + std::to_string(i));
  return sample_things(side, {.things = all_things(), .cutouts = part, .backgrounds = part}, rng);
}

RgbaImage plain(int height, int width, std::array<std::uint8_t, 4> left, std::array<std::uint8_t, 4> right) {
  RgbaImage image(height, width);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const auto& color = x < width / 2 ? left : right;
      std::copy(color.begin(), color.end(),
                image.rgba.begin() + (static_cast<std::ptrdiff_t>(y) * width + x) * 4);
    }
  }
  return image;
}

TEST(ColorWords, OneColorIsSaidAndTwoAreDoubtful) {
  constexpr std::array<std::uint8_t, 4> kClear{255, 255, 255, 0}, kStrong{200, 20, 25, 255},
      kSky{40, 90, 220, 255}, kTan{190, 150, 110, 255};
  const ColorWords red = color_words(plain(8, 8, kStrong, kClear));
  EXPECT_EQ(red.color, Color::kRed);
  EXPECT_EQ(red.doubtful, 0U);
  const ColorWords both = color_words(plain(8, 8, kStrong, kSky));
  EXPECT_EQ(both.color, std::nullopt);
  EXPECT_EQ(both.doubtful,
            1U << static_cast<unsigned>(Color::kRed) | 1U << static_cast<unsigned>(Color::kBlue));
  const ColorWords tan = color_words(plain(8, 8, kTan, kTan));
  EXPECT_EQ(tan.color, std::nullopt);
  EXPECT_NE(tan.doubtful & 1U << static_cast<unsigned>(Color::kBrown), 0U);
  EXPECT_EQ(color_words(plain(4, 4, {20, 20, 22, 255}, {20, 20, 22, 255})).color, Color::kBlack);
  EXPECT_EQ(color_words(plain(4, 4, {240, 242, 240, 255}, {240, 242, 240, 255})).color, Color::kWhite);
  EXPECT_EQ(color_words(plain(4, 4, {95, 60, 30, 255}, {95, 60, 30, 255})).color, Color::kBrown);
}

double opacity(const Patch& patch) {
  double sum = 0;
  for (std::size_t i = 3; i < patch.rgba.size(); i += 4) sum += static_cast<double>(patch.rgba[i]);
  return sum;
}

TEST(Patch, HasTheSizeTurnAndLightThatAreAskedFor) {
  const RgbaImage bar = plain(40, 80, {200, 0, 0, 255}, {0, 0, 200, 255});
  const Patch half = make_patch(bar, {.side = 40, .softness = 0});
  EXPECT_NEAR(opacity(half), 20 * 40, 60);
  EXPECT_GT(half.pixel(half.height / 2, 5)[0], 0.7F);
  const Patch mirrored = make_patch(bar, {.side = 40, .mirrored = true, .softness = 0});
  EXPECT_GT(mirrored.pixel(mirrored.height / 2, 5)[2], 0.7F);
  const Patch upright = make_patch(bar, {.side = 40, .rotation = std::acos(-1.0) / 2, .softness = 0});
  EXPECT_GT(upright.height, upright.width);
  EXPECT_GT(upright.pixel(5, upright.width / 2)[0], 0.7F);  // turned clockwise, the left end is on top
  const Patch tall = make_patch(bar, {.side = 40, .stretch = 0.5, .softness = 0});
  EXPECT_NEAR(tall.height, 2 * half.height, 4);
  EXPECT_NEAR(tall.width, 0.5 * half.width, 4);
  const Patch dim = make_patch(bar, {.side = 40, .light = {0.5, 1, 1}, .softness = 0});
  EXPECT_NEAR(dim.pixel(dim.height / 2, 5)[0], 0.5F * half.pixel(half.height / 2, 5)[0], 0.01);
  EXPECT_NEAR(opacity(make_patch(bar, {.side = 40, .softness = 1})), opacity(half), 60);
}

TEST(Patch, ChangesItsProportionsAndColorsAsAskedFor) {
  const RgbaImage bar = plain(40, 80, {200, 40, 40, 255}, {200, 40, 40, 255});
  const Patch whole = make_patch(bar, {.side = 80, .softness = 0});
  const Patch leaning = make_patch(bar, {.side = 80, .shear = 0.5, .softness = 0});
  EXPECT_EQ(leaning.height, whole.height);
  EXPECT_NEAR(leaning.width, whole.width + 20, 2);
  EXPECT_NEAR(opacity(leaning), opacity(whole), 60);
  const auto middle = [&](PatchLook look) {
    look.side = 80;
    look.softness = 0;
    const Patch patch = make_patch(bar, look);
    const float* p = patch.pixel(patch.height / 2, patch.width / 2);
    return std::array<float, 3>{p[0] * 255, p[1] * 255, p[2] * 255};
  };
  const std::array<float, 3> grey = middle({.saturation = 0});
  const float luma = 0.299F * 200 + 0.701F * 40;
  for (const float value : grey) EXPECT_NEAR(value, luma, 1);
  const std::array<float, 3> strong = middle({.contrast = 1.2});
  EXPECT_NEAR(strong[0], 127.5F + 1.2F * 72.5F, 1);
  EXPECT_NEAR(strong[1], 127.5F - 1.2F * 87.5F, 1);
  // A third of the circle turns red to green.
  const std::array<float, 3> green = middle({.hue = 2 * std::acos(-1.0) / 3});
  EXPECT_NEAR(green[1], 200, 2);
  EXPECT_NEAR(green[0], 40, 2);
  const Patch pale = make_patch(bar, {.side = 80, .contrast = 0.5, .softness = 0});
  for (std::size_t i = 0; i < pale.rgba.size(); ++i) EXPECT_LE(pale.rgba[i], pale.rgba[i / 4 * 4 + 3]);
}

TEST(Patch, BendsAsAskedFor) {
  const RgbaImage bar = plain(40, 80, {200, 40, 40, 255}, {200, 40, 40, 255});
  const Patch whole = make_patch(bar, {.side = 80, .softness = 0});
  // Columns move up and down by a tenth of 80, a whole wave from left to right.
  const Patch bent = make_patch(bar, {.side = 80, .along = {.height = 0.1, .cycles = 1}, .softness = 0});
  EXPECT_NEAR(bent.height, whole.height + 2 * 8, 2);
  EXPECT_NEAR(bent.width, whole.width, 2);
  EXPECT_NEAR(opacity(bent), opacity(whole), 80);
  const auto top_of = [&](int x) {
    int y = 0;
    while (bent.pixel(y, x)[3] < 0.5F) ++y;
    return y;
  };
  EXPECT_NEAR(std::abs(top_of(bent.width / 4) - top_of(bent.width * 3 / 4)), 2 * 8, 2);
  EXPECT_NEAR(top_of(bent.width / 2), 8, 2);
}

TEST(Patch, IsStraightenedToTheColorsThatWereThere) {
  const RgbaImage bar = plain(40, 80, {200, 40, 40, 128}, {200, 40, 40, 128});
  const RgbaImage again = straight(make_patch(bar, {.side = 80, .softness = 0}));
  const std::size_t middle = (static_cast<std::size_t>(again.height) / 2 * again.width + again.width / 2) * 4;
  EXPECT_NEAR(again.rgba[middle], 200, 1);
  EXPECT_NEAR(again.rgba[middle + 1], 40, 1);
  EXPECT_EQ(again.rgba[middle + 3], 128);
}

TEST(Canvas, ShowsTheTopPatchAndDarkensBelowAShadow) {
  Image photograph(60, 60);
  std::fill(photograph.rgb.begin(), photograph.rgb.end(), std::uint8_t{128});
  const RgbaImage red = plain(20, 20, {220, 0, 0, 255}, {220, 0, 0, 255});
  const RgbaImage blue = plain(10, 10, {0, 0, 220, 255}, {0, 0, 220, 255});
  Rng rng(1), same(1);
  Canvas canvas(photograph, 50, 50, rng), bare(photograph, 50, 50, same);
  canvas.paste(make_patch(red, {.side = 20, .softness = 0}), 10, 10, {});
  canvas.paste(make_patch(blue, {.side = 10, .softness = 0}), 15, 15,
               {.strength = 0.5, .dx = 18, .dy = 18, .blur = 1});
  const std::vector<std::int8_t> owners = canvas.owners();
  EXPECT_EQ(owners[20 * 50 + 20], 1);
  EXPECT_EQ(owners[12 * 50 + 12], 0);
  EXPECT_EQ(owners[40 * 50 + 5], -1);
  Rng noise(3), other(3);
  const Image picture = canvas.picture(noise), empty = bare.picture(other);
  EXPECT_GT(picture.pixel(20, 20)[2], 150);
  EXPECT_LT(picture.pixel(38, 38)[1], empty.pixel(38, 38)[1] - 30);
  EXPECT_EQ(picture.pixel(45, 5)[1], empty.pixel(45, 5)[1]);
}

TEST(ThingScene, KeepsItsBounds) {
  std::map<std::size_t, int> counts;
  int occluded = 0, twins = 0, colors = 0, sizes = 0;
  for (int i = 0; i < 60; ++i) {
    const Scene scene = things_scene(i, i % 2 == 0 ? ThingPart::kTrain : ThingPart::kUnseen);
    ++counts[scene.objects.size()];
    ASSERT_EQ(scene.visible.size(), scene.objects.size());
    ASSERT_EQ(scene.picture.height, scene.height);
    ASSERT_EQ(scene.picture.width, scene.width);
    Mask sum(scene.height, scene.width);
    double largest = 0;
    std::set<const ThingNoun*> nouns;
    for (std::size_t k = 0; k < scene.objects.size(); ++k) {
      const Visible& v = scene.visible[k];
      const Object& o = scene.objects[k];
      EXPECT_GE(static_cast<double>(v.area), kMinVisible * static_cast<double>(v.full_area));
      occluded += static_cast<double>(v.area) < 0.9 * static_cast<double>(v.full_area) ? 1 : 0;
      largest = std::max(largest, v.full_side / std::min(scene.height, scene.width));
      twins += nouns.insert(o.thing).second ? 0 : 1;
      colors += (o.said & kColorBit) != 0 ? 1 : 0;
      sizes += (o.said & kSizeBit) != 0 ? 1 : 0;
      EXPECT_EQ((o.said & kCategoryBit) != 0, o.thing->category != nullptr);
      for (std::size_t p = 0; p < sum.data.size(); ++p)
        sum.data[p] = static_cast<std::uint8_t>(sum.data[p] + v.mask.data[p]);
      for (const Object& other : scene.objects) EXPECT_FALSE(scene.things->alike(*o.thing, *other.thing));
    }
    EXPECT_GT(largest, 0.2);
    for (const std::uint8_t value : sum.data) ASSERT_LE(value, 1);  // a pixel shows one thing
  }
  EXPECT_EQ(counts.begin()->first, 3U);
  EXPECT_LE(counts.rbegin()->first, 6U);
  EXPECT_GT(occluded, 20);
  EXPECT_GT(twins, 20);
  EXPECT_GT(colors, 40);
  EXPECT_GT(sizes, 40);
}

TEST(ThingScene, VariesWhatIsLearnedFromAndNothingElse) {
  for (const char* split : {"train", "val", "testA", "testB"}) {
    SceneRequest request = request_of(things_config(), split, 0, all_things());
    EXPECT_EQ(request.things.varied, std::string(split) == "train") << split;
    const Scene scene = scene_of(request);
    request.things.varied = !request.things.varied;
    EXPECT_NE(scene_of(request).picture, scene.picture);
  }
}

TEST(ThingScene, IsAFunctionOfItsStream) {
  EXPECT_EQ(things_scene(3).picture, things_scene(3).picture);
  EXPECT_NE(things_scene(3).picture, things_scene(4).picture);
  EXPECT_LE(std::max(things_scene(1, ThingPart::kTrain, 200).width, 200), 200);
}

/// Whether somebody might say the phrase of the object: like fits(), and also where the colour is between two.
bool might_fit(const Attributes& a, const Object& o) {
  if (a.noun != nullptr && a.noun != o.thing) return false;
  if (a.category != nullptr && a.category != o.thing->category) return false;
  if (a.size && *a.size != o.size) return false;
  if (!a.color) return true;
  const bool said = (o.said & kColorBit) != 0 && o.color == *a.color;
  return said || (o.doubtful_colors >> static_cast<unsigned>(*a.color) & 1U) != 0;
}

TEST(ThingExpressions, MeanTheirTargetsAndNothingElse) {
  std::map<std::string, int> kinds;
  for (int i = 0; i < 80; ++i) {
    const Scene scene = things_scene(i);
    Rng rng(2, std::to_string(i));
    for (int target = 0; target < static_cast<int>(scene.objects.size()); ++target) {
      for (const PhraseStyle style : {PhraseStyle::kShort, PhraseStyle::kLong}) {
        for (const Sentence& s : refer_to(scene, target, 3, {1, 1, 1}, style, rng)) {
          ++kinds[std::string(name_of(s.kind))];
          EXPECT_EQ(resolve(s.expression, scene), std::optional(std::vector<int>{target})) << s.text;
          const Attributes& a = s.expression.subjects[0];
          EXPECT_TRUE(might_fit(a, scene.objects[static_cast<std::size_t>(target)])) << s.text;
          if (a.noun != nullptr) {
            EXPECT_NE(s.text.find(a.noun->name), std::string::npos) << s.text;
          }
          if (a.category != nullptr) {
            EXPECT_NE(s.text.find(a.category->name), std::string::npos) << s.text;
          }
          if (s.expression.place || s.expression.relation) continue;
          for (int other = 0; other < static_cast<int>(scene.objects.size()); ++other)
            EXPECT_EQ(might_fit(a, scene.objects[static_cast<std::size_t>(other)]), other == target)
                << s.text;
        }
      }
    }
    std::vector<int> targets;
    for (const Sentence& s : refer_to_several(scene, 2, rng, targets)) {
      ++kinds["multi"];
      EXPECT_GE(targets.size(), 2U) << s.text;
      EXPECT_EQ(resolve(s.expression, scene), std::optional(targets)) << s.text;
    }
    for (const Sentence& s : refer_to_nothing(scene, 2, rng)) {
      ++kinds["none"];
      EXPECT_EQ(resolve(s.expression, scene), std::optional(std::vector<int>{})) << s.text;
      if (s.expression.relation) continue;
      for (const Object& o : scene.objects) {
        EXPECT_FALSE(might_fit(s.expression.subjects[0], o)) << s.text;
        EXPECT_FALSE(scene.things->alike(*o.thing, *s.expression.subjects[0].noun)) << s.text;
      }
    }
  }
  for (const char* kind : {"name", "category", "color", "size", "position", "relation", "multi", "none"})
    EXPECT_GT(kinds[kind], 20) << kind;
  EXPECT_EQ(kinds["attribute"], 0);
}

TEST(ThingQuestions, HaveOneRightOption) {
  std::map<Skill, int> asked;
  for (int i = 0; i < 60; ++i) {
    const Scene scene = things_scene(i);
    Rng rng(6, std::to_string(i));
    for (int s = 0; s <= static_cast<int>(Skill::kRemainder); ++s) {
      const auto skill = static_cast<Skill>(s);
      const auto question = ask_choice(skill, scene, rng);
      if (!question) continue;
      ++asked[skill];
      const std::set<std::string> options(question->options.begin(), question->options.end());
      EXPECT_EQ(options.size(), question->options.size()) << question->text;
      const bool of_those_there = skill == Skill::kExtreme || skill == Skill::kNearest;
      EXPECT_LE(options.size(), skill == Skill::kSize ? 2U : 4U) << question->text;
      EXPECT_GE(options.size(), skill == Skill::kSize ? 2U : of_those_there ? 3U : 4U) << question->text;
      if (skill == Skill::kColor) {
        EXPECT_NE(question->text.find("What color"), std::string::npos);
      }
    }
    for (int task = 0; task < kMmeSubtaskCount; ++task) {
      const auto pair = ask_yes_no(static_cast<MmeSubtask>(task), scene, rng);
      if (pair) {
        EXPECT_NE(pair->yes, pair->no);
      }
    }
    for (const Hint& hint : hints_for(scene)) {
      for (std::size_t k = 0; k < scene.objects.size(); ++k) {
        const bool wanted = std::ranges::find(hint.targets, static_cast<int>(k)) != hint.targets.end();
        EXPECT_EQ(might_fit(hint.meaning, scene.objects[k]), wanted) << hint.clause;
      }
    }
  }
  EXPECT_EQ(asked.count(Skill::kPattern), 0U);
  EXPECT_EQ(asked.size(), static_cast<std::size_t>(Skill::kRemainder));  // all others
}

}  // namespace
}  // namespace pixelsail
