// Data sets and benchmarks of the world of things as files.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "folder_contents.h"
#include "io/json.h"
#include "io/pickle/pickle.h"
#include "io/tables/tsv.h"
#include "pixelsail/error.h"
#include "support/temp_dir.h"
#include "synth/benchmarks.h"
#include "things_support.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

/// One data set with all benchmarks for all tests of the file.
class ThingDataset : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<test::TempDir>();
    write_synthetic_dataset(things_config(), root(), nullptr);
    write_synthetic_benchmarks({.names = {"all"}, .scenes = 10, .reasonseg_train = 6}, things_config(),
                               root(), nullptr);
  }
  static void TearDownTestSuite() { folder_.reset(); }
  static fs::path root() { return folder_->path() / "data"; }
  /// The pictures of root() are those with the same names in `other`.
  static void expect_same_first_pictures(const fs::path& other) {
    for (const auto& entry : fs::directory_iterator(root() / "images" / "train2014"))
      EXPECT_TRUE(read_file(entry.path()) ==
                  read_file(other / "images" / "train2014" / entry.path().filename()));
  }
  static constexpr std::int64_t kScenes = 12 + 10 + 4 + 3;  ///< of things_config()
  static std::unique_ptr<test::TempDir> folder_;
};

std::unique_ptr<test::TempDir> ThingDataset::folder_;

TEST_F(ThingDataset, BytesDependOnTheOptionsAlone) {
  SynthConfig one = things_config();
  one.threads = 1;
  const fs::path again = folder_->path() / "again";
  write_synthetic_dataset(one, again, nullptr);
  const auto a = contents(root());
  for (const auto& [name, bytes] : contents(again)) EXPECT_TRUE(a.at(name) == bytes) << name;
  EXPECT_TRUE(dataset_complete(root(), one));
  one.nouns = {"dog", "cat", "car", "apple"};
  EXPECT_FALSE(dataset_complete(root(), one));
  EXPECT_FALSE(dataset_complete(root(), {.seed = 4, .train = 12, .val = 10, .test_a = 4, .test_b = 3}));
}

TEST_F(ThingDataset, CategoriesAreTheNouns) {
  const Json instances = read_json(root() / "refcoco" / "instances.json");
  std::map<std::int64_t, std::string> names;
  for (const Json& category : instances["categories"]) {
    EXPECT_TRUE(names.emplace(category["id"].get<std::int64_t>(), category["name"]).second);
    if (category["name"] == "lion") {
      EXPECT_EQ(category["supercategory"], "animal");
    }
    if (category["name"] == "clock") {
      EXPECT_EQ(category["supercategory"], "thing");
    }
  }
  EXPECT_EQ(names.size(), all_things()->nouns().size());
  for (const Json& annotation : instances["annotations"])
    EXPECT_TRUE(names.contains(annotation["category_id"].get<std::int64_t>()));
}

TEST_F(ThingDataset, CaptionsNameTheThing) {
  const Json file = read_json(root() / "refcocog_caption" / "finetune_refcocog_val_with_mask.json");
  std::map<std::int64_t, std::string> names;
  for (const Json& category : file["categories"])
    names[category["id"].get<std::int64_t>()] = category["name"];
  ASSERT_FALSE(file["annotations"].empty());
  for (const Json& annotation : file["annotations"]) {
    const std::string caption = annotation["caption"];
    EXPECT_NE(caption.find(names.at(annotation["category_id"].get<std::int64_t>())), std::string::npos)
        << caption;
    EXPECT_EQ((" " + caption).find(" a a"), std::string::npos) << caption;
  }
}

TEST_F(ThingDataset, ValShowsUnseenExemplarsAndTestASeenOnes) {
  const SynthConfig config = things_config();
  const auto part = [&](const char* split) {
    const ThingChoice choice = request_of(config, split, 0, all_things()).things;
    return std::pair(choice.cutouts, choice.backgrounds);
  };
  EXPECT_EQ(part("train"), std::pair(ThingPart::kTrain, ThingPart::kTrain));
  EXPECT_EQ(part("val"), std::pair(ThingPart::kUnseen, ThingPart::kUnseen));
  EXPECT_EQ(part("testA"), std::pair(ThingPart::kTrain, ThingPart::kUnseen));
  EXPECT_EQ(part("testB"), std::pair(ThingPart::kUnseen, ThingPart::kUnseen));
  EXPECT_NE(request_of(config, "val", 0).things.things, nullptr);  // read when it is not given
}

TEST_F(ThingDataset, TeachersHaveTheNounsInTheirChannels) {
  const Json index = read_json(root() / "teachers" / "scene" / "index.json");
  EXPECT_EQ(index["channels"], index["names"].size());
  EXPECT_EQ(index["names"][1], "noun0");  // more nouns than channels
  EXPECT_EQ(index["shards"].size(), 12U);
  const ThingLibrary few({things_folder()}, {"dog", "cat", "car"});
  EXPECT_EQ(teacher_channels(few).at(1), "car");
}

TEST_F(ThingDataset, EveryBenchmarkIsAsked) {
  for (const char* name : {"mme", "mmbench", "seedbench", "mmstar"}) {
    const TsvTable table = TsvTable::read(root() / name / (std::string(name) + ".tsv"));
    EXPECT_GE(table.rows(), 20U) << name;
    const std::size_t question = table.find_column("question").value();
    for (std::size_t row = 0; row < table.rows(); ++row) {
      EXPECT_EQ(table.cell(row, question).find("shape"), std::string_view::npos) << table.cell(row, question);
      EXPECT_EQ(table.cell(row, question).find("pattern"), std::string_view::npos)
          << table.cell(row, question);
    }
  }
  for (const char* file :
       {"perbench/STBench_MCQ.json", "perbench/STBench_VRES.json", "perbench/STBench_Detailed_Caption.json",
        "perbench_train/STBench_MCQ.json", "llava/llava_train.json"})
    EXPECT_GE(read_json(root() / file).size(), 8U) << file;
  for (const char* file : {"gcg/val_gcg_coco_mask_gt.json", "muse/muse_val.json"})
    EXPECT_FALSE(read_json(root() / file).empty()) << file;
  std::size_t reasons = 0;
  for (const auto& entry : fs::directory_iterator(root() / "reasonseg" / "val"))
    reasons += entry.path().extension() == ".json" ? 1 : 0;
  EXPECT_GE(reasons, 5U);
}

TEST_F(ThingDataset, NamelessScenesAddToTrainAndChangeNothingElse) {
  SynthConfig more = things_config();
  more.nameless = {(things_folder() / "cutouts").string()};
  more.train_nameless = 9;
  const fs::path out = folder_->path() / "nameless";
  write_synthetic_dataset(more, out, nullptr);
  EXPECT_FALSE(dataset_complete(out, things_config()));
  expect_same_first_pictures(out);
  std::set<std::int64_t> images;
  const PickleValue refs = read_pickle(out / "refcoco" / "refs(unc).p");
  for (const PickleValue& ref : refs.as_list()) {
    if (ref.at("image_id").as_int() <= kScenes) continue;
    EXPECT_EQ(ref.at("split").as_string(), "train");
    images.insert(ref.at("image_id").as_int());
    for (const PickleValue& sentence : ref.at("sentences").as_list()) {
      EXPECT_NE(sentence.at("kind").as_string(), "name");
      EXPECT_EQ(sentence.at("sent").as_string().find("nameless"), std::string::npos);
    }
  }
  EXPECT_GE(images.size(), 7U);
  const PickleValue long_refs = read_pickle(out / "refcocog" / "refs(umd).p");
  for (const PickleValue& ref : long_refs.as_list()) EXPECT_LE(ref.at("image_id").as_int(), kScenes);
  const Json maps = read_json(out / "teachers" / "scene" / "index.json");
  EXPECT_EQ(maps["shards"].size(), 12U);
  EXPECT_EQ(maps["channels"], read_json(root() / "teachers" / "scene" / "index.json")["channels"]);
}

TEST_F(ThingDataset, FrequentNounsAddToTrainAndChangeNothingElse) {
  SynthConfig more = things_config();
  more.frequent = {"dog", "car", "apple", "fish", "hammer"};
  more.train_frequent = 6;
  const fs::path out = folder_->path() / "frequent";
  write_synthetic_dataset(more, out, nullptr);
  EXPECT_FALSE(dataset_complete(out, things_config()));
  EXPECT_TRUE(dataset_complete(out, more));
  expect_same_first_pictures(out);
  std::set<std::string> shown;
  const Json instances = read_json(out / "refcoco" / "instances.json");
  std::map<std::int64_t, std::string> category;
  for (const Json& each : instances["categories"]) category[each["id"]] = each["name"];
  for (const Json& object : instances["annotations"]) {
    if (object["image_id"] > kScenes) shown.insert(category.at(object["category_id"]));
  }
  EXPECT_GE(shown.size(), 4U);
  for (const std::string& name : shown) EXPECT_TRUE(std::ranges::count(more.frequent, name)) << name;
  const Json maps = read_json(out / "teachers" / "scene" / "index.json");
  EXPECT_EQ(maps["shards"].size(), 12U + 6U);
  EXPECT_EQ(maps["channels"], read_json(root() / "teachers" / "scene" / "index.json")["channels"]);
}

TEST(ThingConfig, BadOptionsAreRefused) {
  const test::TempDir folder;
  const fs::path out = folder.path() / "x";
  SynthConfig config = things_config();
  config.world = "plants";
  EXPECT_THROW(write_synthetic_dataset(config, out, nullptr), ConfigError);
  config = things_config();
  config.focus = "heart";
  EXPECT_THROW(write_synthetic_dataset(config, out, nullptr), ConfigError);
  config = things_config();
  config.nouns = {"unicorn"};
  EXPECT_THROW(write_synthetic_dataset(config, out, nullptr), ConfigError);
  config = things_config();
  config.frequent = {"dog", "unicorn"};
  config.train_frequent = 2;
  EXPECT_THROW(write_synthetic_dataset(config, out, nullptr), ConfigError);
  config.frequent = {};
  EXPECT_THROW(write_synthetic_dataset(config, out, nullptr), ConfigError);
  config = things_config();
  config.nouns = {"dog"};  // one noun alone makes scenes of three dogs
  EXPECT_NO_THROW(write_synthetic_dataset(config, folder.path() / "dogs", nullptr));
  config = things_config();
  config.things = {(folder.path() / "gone").string()};
  EXPECT_THROW(write_synthetic_dataset(config, out, nullptr), DataError);
  EXPECT_FALSE(fs::exists(out));
}

}  // namespace
}  // namespace pixelsail
