// Data sets that teach one word: shapes that the default data set lacks, and expressions about one of them.

#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <set>
#include <sstream>

#include "config/config.h"
#include "io/json.h"
#include "io/pickle/pickle.h"
#include "pixelsail/error.h"
#include "synth/expression_search.h"
#include "synth/synth.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

ShapeChoice crescents() {
  ShapeChoice choice;
  choice.shapes.push_back(Shape::kCrescent);
  choice.focus = Shape::kCrescent;
  return choice;
}

Scene focus_scene(int i, const ShapeChoice& choice) {
  Rng rng(3, "focus test " + std::to_string(i));
  return sample_scene(128, rng, choice);
}

bool has_word(const std::string& text, const std::set<std::string>& wanted) {
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (wanted.contains(word)) return true;
  }
  return false;
}

template <class Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return {};
}

TEST(FocusScene, ShowsTheShapeAmongTheListed) {
  std::map<std::size_t, int> places;
  int several = 0;
  std::set<Shape> others;
  for (int i = 0; i < 150; ++i) {
    const Scene scene = focus_scene(i, crescents());
    int found = 0;
    for (std::size_t k = 0; k < scene.objects.size(); ++k) {
      const bool wanted = scene.objects[k].shape == Shape::kCrescent;
      if (!wanted) others.insert(scene.objects[k].shape);
      if (wanted && found++ == 0) ++places[k];
    }
    EXPECT_GE(found, 1) << i;
    several += found > 1 ? 1 : 0;
  }
  const std::vector<Shape> rest = default_shapes();
  EXPECT_EQ(others, std::set<Shape>(rest.begin(), rest.end()));
  EXPECT_GE(places.size(), 4U);  // neither always covered nor always on top
  EXPECT_GT(several, 40);
  EXPECT_LT(several, 130);
}

TEST(FocusScene, IsDrawnFromFewShapesToo) {
  const ShapeChoice choice{.shapes = {Shape::kArrow, Shape::kHeart}};
  for (int i = 0; i < 20; ++i) {
    for (const Object& o : focus_scene(i, choice).objects)
      EXPECT_TRUE(o.shape == Shape::kArrow || o.shape == Shape::kHeart);
  }
}

/// What `e` means to somebody who does not know the word.
std::optional<std::vector<int>> without_word(Expression e, const Scene& scene) {
  for (Attributes& subject : e.subjects) {
    EXPECT_EQ(subject.shape, Shape::kCrescent);
    subject.shape.reset();
  }
  return resolve(e, scene);
}

TEST(FocusExpressions, CannotBeSolvedByTheOtherWords) {
  std::map<ExpressionKind, int> kinds;
  for (int i = 0; i < 150; ++i) {
    const Scene scene = focus_scene(i, crescents());
    Rng rng(static_cast<std::uint64_t>(i), "words");
    const auto check = [&](const Sentence& s, const std::vector<int>& targets) {
      EXPECT_TRUE(has_word(s.text, {"crescent", "crescents"})) << s.text;
      EXPECT_EQ(resolve(s.expression, scene), targets) << s.text;
      EXPECT_NE(without_word(s.expression, scene), targets) << s.text;
      ++kinds[s.kind];
    };
    for (int target = 0; target < static_cast<int>(scene.objects.size()); ++target) {
      const bool wanted = scene.objects[static_cast<std::size_t>(target)].shape == Shape::kCrescent;
      for (const PhraseStyle style : {PhraseStyle::kShort, PhraseStyle::kLong}) {
        for (const Sentence& s : refer_to(scene, target, 3, {1, 1, 1}, style, rng)) {
          EXPECT_TRUE(wanted) << s.text;
          check(s, {target});
        }
      }
    }
    std::vector<int> targets;
    for (const Sentence& s : refer_to_several(scene, 2, rng, targets)) check(s, targets);
    for (const Sentence& s : refer_to_nothing(scene, 2, rng)) check(s, {});
  }
  EXPECT_GT(kinds[ExpressionKind::kAttribute], 400);
  EXPECT_GT(kinds[ExpressionKind::kPosition], 60);
  EXPECT_GT(kinds[ExpressionKind::kRelation], 60);
  EXPECT_GT(kinds[ExpressionKind::kMulti], 60);
  EXPECT_GT(kinds[ExpressionKind::kNone], 250);
}

/// A small data set about crescents.
class FocusDataset : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    root_ = fs::temp_directory_path() / ("pixelsail_focus_test_" + std::to_string(::getpid()));
    fs::remove_all(root_);
    write_synthetic_dataset(config(), root_, nullptr);
  }
  static void TearDownTestSuite() { fs::remove_all(root_); }

  static SynthConfig config() {
    SynthConfig config{.seed = 4, .train = 6, .val = 40, .test_a = 0, .test_b = 0, .threads = 2};
    config.shapes.emplace_back("crescent");
    config.focus = "crescent";
    return config;
  }
  static fs::path root_;
};

fs::path FocusDataset::root_;

TEST_F(FocusDataset, EveryTargetHasTheShapeAndItsName) {
  std::set<std::int64_t> crescents;
  const Json instances = read_json(root_ / "refcoco" / "instances.json");
  EXPECT_EQ(instances["categories"].size(), 8U);
  EXPECT_EQ(instances["categories"][7]["name"], "crescent");
  for (const Json& a : instances["annotations"]) {
    if (a["category_id"] == instances["categories"][7]["id"]) crescents.insert(a["id"].get<std::int64_t>());
  }
  const std::pair<const char*, const char*> files[] = {
      {"refcoco", "refs(unc).p"}, {"refcoco+", "refs(unc).p"}, {"refcocog", "refs(umd).p"}};
  for (const auto& [set, file] : files) {
    std::set<std::int64_t> val_images;
    const PickleValue refs = read_pickle(root_ / set / file);
    for (const PickleValue& ref : refs.as_list()) {
      EXPECT_TRUE(crescents.contains(ref.at("ann_id").as_int()));
      if (ref.at("split").as_string() == "val") val_images.insert(ref.at("image_id").as_int());
      for (const PickleValue& s : ref.at("sentences").as_list())
        EXPECT_TRUE(has_word(s.at("sent").as_string(), {"crescent"})) << s.at("sent").as_string();
    }
    EXPECT_GT(val_images.size(), 30U) << set;
  }
  for (const Json& ref : read_json(root_ / "grefcoco" / "grefs(unc).json")) {
    for (const Json& id : ref["ann_id"]) EXPECT_TRUE(id == -1 || crescents.contains(id.get<std::int64_t>()));
    for (const Json& s : ref["sentences"])
      EXPECT_TRUE(has_word(s["sent"], {"crescent", "crescents"})) << s["sent"];
  }
}

TEST_F(FocusDataset, TeachersAndOptionsKnowTheShapes) {
  const Json names = read_json(root_ / "teachers" / "scene" / "index.json")["names"];
  EXPECT_EQ(names[7], "diamond");
  EXPECT_EQ(names[8], "crescent");
  EXPECT_EQ(names[9], "red");
  EXPECT_TRUE(dataset_complete(root_, config()));
  SynthConfig reordered = config();
  std::swap(reordered.shapes.front(), reordered.shapes.back());
  EXPECT_TRUE(dataset_complete(root_, reordered));  // the order of the list says nothing
  SynthConfig without = config();
  without.focus.clear();
  EXPECT_FALSE(dataset_complete(root_, without));
}

TEST(FocusConfig, NamesAreChecked) {
  const auto write = [](std::vector<std::string> shapes, const std::string& focus) {
    SynthConfig config;
    config.shapes = std::move(shapes);
    config.focus = focus;
    return message_of([&] { write_synthetic_dataset(config, "never_written", nullptr); });
  };
  for (const std::string& message : {write({"disc", "crecent"}, ""), write({"disc"}, "crecent")}) {
    EXPECT_NE(message.find("'crecent'"), std::string::npos) << message;
    for (const std::string& name : shape_names(all_shapes()))
      EXPECT_NE(message.find(name), std::string::npos) << message;
  }
  EXPECT_NE(write({"disc", "ring"}, "heart").find("not among shapes (disc, ring)"), std::string::npos);
  EXPECT_NE(write({"disc", "ring", "disc"}, "").find("twice"), std::string::npos);
  EXPECT_NE(write({}, "").find("at least one"), std::string::npos);
  EXPECT_NE(write({"heart"}, "heart").find("second shape"), std::string::npos);
  EXPECT_FALSE(fs::exists("never_written"));
}

TEST(FocusConfig, IsReadFromYaml) {
  const auto config = parse_config<SynthConfig>("shapes: [disc, heart]\nfocus: heart\n", "test");
  EXPECT_EQ(config.shapes, (std::vector<std::string>{"disc", "heart"}));
  EXPECT_EQ(config.focus, "heart");
  EXPECT_EQ(parse_config<SynthConfig>("seed: 1\n", "test").shapes, shape_names(default_shapes()));
  for (const char* text : {"shapes: [disc, hart]\n", "focus: hart\n"}) {
    const std::string message = message_of([&] { parse_config<SynthConfig>(text, "test"); });
    EXPECT_NE(message.find("did you mean 'heart'"), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace pixelsail
