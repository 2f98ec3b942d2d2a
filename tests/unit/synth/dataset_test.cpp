#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <set>

#include "config/config.h"
#include "folder_contents.h"
#include "io/atomic_file.h"
#include "io/json.h"
#include "io/pickle/pickle.h"
#include "io/rle.h"
#include "io/tensors/safetensors.h"
#include "pixelsail/error.h"
#include "pixelsail/image.h"
#include "synth/synth.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

/// One small data set for all tests of the file.
class Dataset : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = fs::temp_directory_path() / ("pixelsail_synth_test_" + std::to_string(::getpid()));
    fs::remove_all(folder_);
    write_synthetic_dataset(config(), root(), nullptr);
  }
  static void TearDownTestSuite() { fs::remove_all(folder_); }

  static SynthConfig config() {
    return {.seed = 9, .train = 20, .val = 40, .test_a = 3, .test_b = 4, .threads = 2};
  }
  static fs::path root() { return folder_ / "data"; }
  static fs::path folder_;
};

fs::path Dataset::folder_;

TEST_F(Dataset, BytesDependOnTheOptionsAlone) {
  SynthConfig one = config();
  one.threads = 1;
  write_synthetic_dataset(one, folder_ / "again", nullptr);
  const auto a = contents(root()), b = contents(folder_ / "again");
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [name, bytes] : a) EXPECT_TRUE(b.at(name) == bytes) << name;
  SynthConfig other = config();
  other.seed = 10;
  write_synthetic_dataset(other, folder_ / "other", nullptr);
  EXPECT_NE(contents(folder_ / "other").at("refcoco/instances.json"), a.at("refcoco/instances.json"));
}

/// What trainings on shapes learn from must not change. Pictures count by their pixels, and only those stored
/// without loss, because encoders differ between versions.
TEST_F(Dataset, DefaultBytesStayWhatTheyWere) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a
  const auto add = [&](const auto* bytes, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i)
      hash = (hash ^ static_cast<std::uint8_t>(bytes[i])) * 0x100000001b3ULL;
  };
  for (const auto& [name, bytes] : contents(root())) {
    if (name.ends_with(".jpg")) continue;
    add(name.data(), name.size());
    if (name.ends_with(".png")) {
      const Image picture = load_image(root() / name);
      add(picture.rgb.data(), picture.rgb.size());
    } else {
      add(bytes.data(), bytes.size());
    }
  }
  EXPECT_EQ(hash, 1671842591523024683U);
}

TEST_F(Dataset, IsLeftAloneOrRefused) {
  const auto before = fs::last_write_time(root() / "dataset.json");
  write_synthetic_dataset(config(), root(), nullptr);
  EXPECT_EQ(fs::last_write_time(root() / "dataset.json"), before);
  EXPECT_TRUE(dataset_complete(root(), config()));
  SynthConfig other = config();
  other.val = 41;
  EXPECT_FALSE(dataset_complete(root(), other));
  EXPECT_THROW(write_synthetic_dataset(other, root(), nullptr), ConfigError);
  fs::create_directories(folder_ / "foreign");
  std::ofstream(folder_ / "foreign" / "note.txt") << "mine";
  EXPECT_THROW(write_synthetic_dataset(config(), folder_ / "foreign", nullptr), ConfigError);
  EXPECT_EQ(read_file(folder_ / "foreign" / "note.txt"), "mine");
}

TEST_F(Dataset, RefusesImpossibleOptions) {
  EXPECT_THROW(write_synthetic_dataset({.train = -1}, folder_ / "x", nullptr), ConfigError);
  EXPECT_THROW(write_synthetic_dataset({.max_side = 20}, folder_ / "x", nullptr), ConfigError);
  EXPECT_THROW(
      write_synthetic_dataset({.train = 0, .val = 0, .test_a = 0, .test_b = 0}, folder_ / "x", nullptr),
      ConfigError);
  EXPECT_FALSE(fs::exists(folder_ / "x"));
}

TEST_F(Dataset, ImagesAndAnnotationsAgree) {
  const Json instances = read_json(root() / "refcoco" / "instances.json");
  std::set<std::string> extensions;
  std::map<std::int64_t, std::pair<int, int>> sizes;
  for (const Json& image : instances["images"]) {
    const std::string name = image["file_name"];
    extensions.insert(fs::path(name).extension());
    const Image picture = load_image(root() / "images" / "train2014" / name);
    EXPECT_EQ(picture.height, image["height"]);
    EXPECT_EQ(picture.width, image["width"]);
    sizes[image["id"]] = {picture.height, picture.width};
  }
  EXPECT_EQ(sizes.size(), 67U);
  EXPECT_EQ(extensions, (std::set<std::string>{".jpg", ".png"}));
  std::set<std::int64_t> ids;
  for (const Json& a : instances["annotations"]) {
    const auto [height, width] = sizes.at(a["image_id"]);
    EXPECT_TRUE(ids.insert(a["id"].get<std::int64_t>()).second);
    const auto area =
        static_cast<double>(rle_area(encode_mask(segmentation_mask(a["segmentation"], height, width))));
    EXPECT_NEAR(area, a["area"].get<double>(), 0.07 * area);
    EXPECT_GE(a["category_id"], 1);
    EXPECT_LE(a["category_id"], 7);
  }
}

TEST_F(Dataset, RefsNameAnnotationsAndSplitsShareNoImage) {
  std::map<std::int64_t, std::int64_t> image_of;
  const Json instances = read_json(root() / "refcoco" / "instances.json");
  for (const Json& a : instances["annotations"]) image_of[a["id"]] = a["image_id"];
  std::map<std::int64_t, std::string> split_of;
  const std::pair<const char*, const char*> files[] = {
      {"refcoco", "refs(unc).p"}, {"refcoco+", "refs(unc).p"}, {"refcocog", "refs(umd).p"}};
  for (const auto& [set, file] : files) {
    std::map<std::string, int> splits, kinds;
    const PickleValue refs = read_pickle(root() / set / file);
    std::set<std::int64_t> sent_ids;
    for (const PickleValue& ref : refs.as_list()) {
      EXPECT_EQ(image_of.at(ref.at("ann_id").as_int()), ref.at("image_id").as_int());
      std::string split = ref.at("split").as_string();
      ++splits[split];
      if (split == "testA" || split == "testB") split = "test";
      EXPECT_EQ(split_of.try_emplace(ref.at("image_id").as_int(), split).first->second, split);
      const PickleList& sentences = ref.at("sentences").as_list();
      ASSERT_EQ(sentences.size(), ref.at("sent_ids").as_list().size());
      for (std::size_t i = 0; i < sentences.size(); ++i) {
        EXPECT_EQ(sentences[i].at("sent_id").as_int(), ref.at("sent_ids").as_list()[i].as_int());
        EXPECT_TRUE(sent_ids.insert(sentences[i].at("sent_id").as_int()).second);
        ++kinds[sentences[i].at("kind").as_string()];
        std::string joined;
        for (const PickleValue& token : sentences[i].at("tokens").as_list())
          joined += (joined.empty() ? "" : " ") + token.as_string();
        EXPECT_EQ(joined, sentences[i].at("sent").as_string());
        EXPECT_FALSE(sentences[i].at("raw").as_string().empty());
      }
    }
    EXPECT_EQ(kinds.size(), std::string(set) == "refcoco+" ? 1U : 3U) << set;
    EXPECT_EQ(splits.size(), std::string(set) == "refcocog" ? 3U : 4U) << set;
    const double total = static_cast<double>(sent_ids.size());
    if (kinds.size() == 3) {
      EXPECT_NEAR(kinds["attribute"] / total, 0.4, 0.12) << set;
      EXPECT_NEAR(kinds["position"] / total, 0.3, 0.12) << set;
      EXPECT_NEAR(kinds["relation"] / total, 0.3, 0.12) << set;
    }
  }
}

TEST_F(Dataset, GeneralizedRefsHaveSeveralAndNoTargets) {
  std::map<std::size_t, int> sizes;
  for (const Json& ref : read_json(root() / "grefcoco" / "grefs(unc).json")) {
    const Json& ids = ref["ann_id"];
    ASSERT_TRUE(ids.is_array());
    ASSERT_EQ(ids.size(), ref["category_id"].size());
    const bool none = ids == Json::array({-1});
    EXPECT_EQ(none, ref["no_target"].get<bool>());
    ++sizes[none ? 0 : ids.size()];
    for (const Json& s : ref["sentences"]) {
      const std::string kind = s["kind"];
      EXPECT_EQ(kind == "none", none);
      EXPECT_EQ(kind == "multi", ids.size() > 1);
    }
  }
  EXPECT_GT(sizes[0], 20);
  EXPECT_GT(sizes[1], 20);
  EXPECT_GT(sizes[2], 10);
}

TEST_F(Dataset, CaptionsHaveAnImageEach) {
  const fs::path folder = root() / "refcocog_caption";
  const Json masks = read_json(folder / "finetune_refcocog_val_with_mask.json");
  const Json captions = read_json(folder / "finetune_refcocog_val_captions.json");
  ASSERT_EQ(masks["annotations"].size(), captions["annotations"].size());
  ASSERT_EQ(masks["annotations"].size(), masks["images"].size());
  ASSERT_GT(masks["images"].size(), 40U);
  for (std::size_t i = 0; i < masks["annotations"].size(); ++i) {
    const Json& a = masks["annotations"][i];
    EXPECT_EQ(a["id"], a["image_id"]);
    EXPECT_EQ(masks["images"][i]["id"], a["id"]);
    EXPECT_EQ(captions["annotations"][i]["caption"], a["caption"]);
    EXPECT_TRUE(fs::exists(root() / "images" / "train2014" / std::string(masks["images"][i]["file_name"])));
  }
  EXPECT_FALSE(read_json(folder / "finetune_refcocog_train_with_mask.json")["annotations"].empty());
}

TEST_F(Dataset, TeachersCoverTheTrainingImages) {
  const Json index = read_json(root() / "teachers" / "scene" / "index.json");
  EXPECT_EQ(index["format"], "pixelsail-teacher-1");
  EXPECT_EQ(index["stride"], 4);
  EXPECT_EQ(index["channels"], index["names"].size());
  EXPECT_EQ(index["shards"].size(), 20U);
  std::map<std::string, std::pair<int, int>> sizes;
  const Json instances = read_json(root() / "refcoco" / "instances.json");
  for (const Json& image : instances["images"]) {
    sizes[image["file_name"]] = {image["height"], image["width"]};
  }
  for (const auto& [key, shard] : index["shards"].items()) {
    const SafetensorsFile file(root() / "teachers" / "scene" / shard.get<std::string>());
    const TensorView& map = file.at(key);
    EXPECT_EQ(map.dtype, DType::kF16);
    const auto [height, width] = sizes.at(key);
    EXPECT_EQ(map.shape, (std::vector<std::int64_t>{index["channels"], (height + 3) / 4, (width + 3) / 4}));
  }
}

TEST_F(Dataset, SelectingEveryObjectScoresLow) {
  const Json instances = read_json(root() / "refcoco" / "instances.json");
  std::map<std::int64_t, double> visible_area, area;
  std::map<std::int64_t, std::int64_t> image_of;
  for (const Json& a : instances["annotations"]) {
    visible_area[a["image_id"]] += a["area"].get<double>();
    area[a["id"]] = a["area"];
  }
  double intersection = 0, all = 0;
  const PickleValue refs = read_pickle(root() / "refcoco" / "refs(unc).p");
  for (const PickleValue& ref : refs.as_list()) {
    if (ref.at("split").as_string() != "val") continue;
    const auto count = static_cast<double>(ref.at("sentences").as_list().size());
    intersection += count * area.at(ref.at("ann_id").as_int());
    all += count * visible_area.at(ref.at("image_id").as_int());
  }
  EXPECT_LT(intersection / all, 0.35);
  EXPECT_GT(intersection / all, 0.15);
}

TEST(SynthConfig, IsDescribed) {
  const SynthConfig config = parse_config<SynthConfig>("seed: 3\nval: 7\n", "test");
  EXPECT_EQ(config.seed, 3);
  EXPECT_EQ(config.val, 7);
  EXPECT_EQ(config.train, 6000);
}

}  // namespace
}  // namespace pixelsail
