// Training scenes of the world of things that show more than the pictures do: other manners, and things without names beside
// others.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <string>

#include "io/json.h"
#include "io/pickle/pickle.h"
#include "pixelsail/error.h"
#include "support/temp_dir.h"
#include "synth/things/style.h"
#include "things_support.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

const RgbaImage& a_dog() {
  const auto& nouns = all_things()->nouns();
  const ThingNoun& dog = *std::ranges::find(nouns, std::string("dog"), &ThingNoun::name);
  return all_things()->cutouts(dog, ThingPart::kTrain).at(0).pixels;
}

RgbaImage restyled_with(std::uint64_t seed) {
  Rng rng(seed, "style test");
  return restyled(a_dog(), rng);
}

/// Mean difference of the visible pixels' colours, 0..255.
double change(const RgbaImage& a, const RgbaImage& b) {
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i + 3 < a.rgba.size(); i += 4) {
    if (a.rgba[i + 3] < 128) continue;
    for (std::size_t c = 0; c < 3; ++c, ++count) sum += std::abs(a.rgba[i + c] - b.rgba[i + c]);
  }
  return sum / static_cast<double>(count);
}

TEST(Restyled, KeepsTheOutlineAndChangesWhatIsInside) {
  int changed = 0, unlike = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const RgbaImage other = restyled_with(seed);
    ASSERT_EQ(other.height, a_dog().height);
    ASSERT_EQ(other.width, a_dog().width);
    for (std::size_t i = 3; i < other.rgba.size(); i += 4) ASSERT_EQ(other.rgba[i], a_dog().rgba[i]);
    changed += change(a_dog(), other) > 2 ? 1 : 0;
    unlike += change(restyled_with(seed + 1), other) > 15 ? 1 : 0;
  }
  EXPECT_GE(changed, 55);
  EXPECT_GE(unlike, 40);  // as many manners, not one
}

TEST(Restyled, IsAFunctionOfItsStream) {
  EXPECT_EQ(restyled_with(7).rgba, restyled_with(7).rgba);
}

TEST(Restyled, TakesPicturesOfOnePixel) {
  RgbaImage dot(1, 1);
  dot.rgba = {200, 100, 50, 255};
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Rng rng(seed, "dot");
    EXPECT_EQ(restyled(dot, rng).rgba.at(3), 255);
  }
}

/// Names of what each picture shows, by its number.
std::map<std::int64_t, std::vector<std::string>> shown_in(const fs::path& root) {
  const Json instances = read_json(root / "refcoco" / "instances.json");
  std::map<std::int64_t, std::string> names;
  for (const Json& each : instances["categories"]) names[each["id"].get<std::int64_t>()] = each["name"];
  std::map<std::int64_t, std::vector<std::string>> shown;
  for (const Json& object : instances["annotations"])
    shown[object["image_id"].get<std::int64_t>()].push_back(
        names.at(object["category_id"].get<std::int64_t>()));
  return shown;
}

TEST(Strangers, StandBesideNamedThingsInTheirShareOfTheScenes) {
  const test::TempDir folder;
  const fs::path root = folder.path() / "data";
  SynthConfig config = things_config();
  config.train = 2;
  config.val = 2;
  config.test_a = config.test_b = 0;
  config.nouns = {"dog", "car", "apple", "fish", "hammer"};
  config.frequent = config.nouns;
  config.train_frequent = 24;
  config.nameless = {things_folder().string()};
  config.frequent_strangers = 0.5;
  write_synthetic_dataset(config, root, nullptr);
  EXPECT_TRUE(dataset_complete(root, config));

  const auto is_stranger = [](const std::string& name) { return name.starts_with("nameless"); };
  std::set<std::int64_t> with_strangers;
  int beside = 0;
  for (const auto& [image, names] : shown_in(root)) {
    const auto strangers = std::ranges::count_if(names, is_stranger);
    if (strangers == 0) continue;
    EXPECT_GT(image, 2 + 2);
    with_strangers.insert(image);
    beside += strangers < static_cast<std::ptrdiff_t>(names.size()) ? 1 : 0;
  }
  EXPECT_GE(with_strangers.size(), 8U);
  EXPECT_LE(with_strangers.size(), 12U);
  EXPECT_GE(beside, 6);

  // An animal could be one that nobody has named, and what has no name is not described.
  std::set<std::string> kinds;
  const PickleValue refs = read_pickle(root / "refcoco+" / "refs(unc).p");
  for (const PickleValue& ref : refs.as_list()) {
    if (!with_strangers.contains(ref.at("image_id").as_int())) continue;
    for (const PickleValue& sentence : ref.at("sentences").as_list()) {
      kinds.insert(sentence.at("kind").as_string());
      EXPECT_EQ(sentence.at("sent").as_string().find("nameless"), std::string::npos);
      EXPECT_EQ(sentence.at("sent").as_string().find("animal"), std::string::npos);
    }
  }
  EXPECT_TRUE(kinds.contains("name"));
  const PickleValue long_refs = read_pickle(root / "refcocog" / "refs(umd).p");
  for (const PickleValue& ref : long_refs.as_list())
    EXPECT_FALSE(with_strangers.contains(ref.at("image_id").as_int()));
  EXPECT_EQ(read_json(root / "teachers" / "scene" / "index.json")["shards"].size(), 2U + 24U);
}

TEST(Strangers, AndMannersNeedThingsAndPictures) {
  const test::TempDir folder;
  SynthConfig config = things_config();
  config.frequent_strangers = 0.5;
  EXPECT_THROW(write_synthetic_dataset(config, folder.path() / "x", nullptr), ConfigError);
  config = {.train = 2, .restyled = 0.5};
  EXPECT_THROW(write_synthetic_dataset(config, folder.path() / "x", nullptr), ConfigError);
  EXPECT_FALSE(fs::exists(folder.path() / "x"));
}

TEST(Manners, ChangeTrainingScenesAlone) {
  SynthConfig config = things_config();
  const auto picture = [&](const char* split) {
    return scene_of(request_of(config, split, 0, all_things())).picture;
  };
  const Image train = picture("train"), val = picture("val");
  config.restyled = 1;
  EXPECT_TRUE(train.rgb != picture("train").rgb);
  EXPECT_TRUE(val.rgb == picture("val").rgb);
}

}  // namespace
}  // namespace pixelsail
