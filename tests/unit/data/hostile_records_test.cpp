// Records of the published files with anything in any place: a sample is made, or the reason has a name. Nothing else
// comes out, and nothing stops.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>

#include "data/example_builder.h"
#include "data/unusable.h"
#include "data/unusable_reasons.h"
#include "fixtures.h"
#include "support/temp_dir.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

struct HostileCase {
  const char* kind;
  const char* file;    ///< below the root
  const char* list;    ///< member with the records; empty: the file is the list
  std::size_t record;  ///< which one is turned about
};

const HostileCase kCases[] = {
    {"coco_instance", "panoptic/panoptic_train2017.json", "annotations", 0},
    {"coco_category", "panoptic/panoptic_train2017.json", "annotations", 1},
    {"pix2cap_seg", "pix2cap/pix2cap_coco_train.json", "annotations", 0},
    {"pix2cap_vp_shapes", "pix2cap/pix2cap_coco_train.json", "annotations", 0},
    {"gcg_grandf", "gcg/GranDf_HA_GCG_train.json", "", 0},
    {"gcg_psg", "gcg/OpenPsgGCG_train.json", "", 0},
    {"gcg_refcocog", "gcg/RefCOCOg_GCG_train.json", "", 0},
    {"gcg_flickr", "gcg/flickr_mergedGT_GCG_train.json", "annotations", 0},
    {"muse", "muse/muse_train.json", "", 1},
    {"osprey_conversation", "osprey/osprey_conversation.json", "", 0},
    {"osprey_detail", "osprey/osprey_detail_description.json", "", 0},
    {"sam_caption", "sam_caption/object_caption_data_train_split.json", "", 0},
    {"llava", "llava/llava_v1_5_mix665k.json", "", 0},
    {"grefcoco", "grefcoco/grefs(unc).json", "", 0},
    {"refcoco", "refcoco/instances.json", "annotations", 0},
    {"refcocog_vp", "refcocog/instances.json", "images", 0},
    {"reasonseg", "reasonseg/train/pic0.json", "", 0},
};

void PrintTo(const HostileCase& one, std::ostream* out) {
  *out << one.kind;
}

/// Every place of a tree.
void collect(const Json& value, const Json::json_pointer& at, std::vector<Json::json_pointer>& places) {
  if (!at.empty()) places.push_back(at);
  if (value.is_object()) {
    for (const auto& [key, child] : value.items()) collect(child, at / key, places);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < std::min<std::size_t>(value.size(), 2); ++i)
      collect(value[i], at / i, places);
  }
}

class HostileRecordsTest : public ::testing::TestWithParam<HostileCase> {
 protected:
  /// A root like the recorded one, in which one file can be written.
  HostileRecordsTest() : file_(dir_.path() / GetParam().file) {
    const fs::path golden = fs::path(PIXELSAIL_SOURCE_DIR) / "tests/golden/datamix";
    link_all(golden, dir_.path(), fs::path(GetParam().file));
    original_ = read_json(golden / GetParam().file);
    keep_the_record();
  }

  static void link_all(const fs::path& from, const fs::path& to, const fs::path& without) {
    fs::create_directories(to);
    for (const auto& entry : fs::directory_iterator(from)) {
      const fs::path name = entry.path().filename();
      if (name != *without.begin()) {
        fs::create_symlink(entry.path(), to / name);
      } else if (entry.is_directory()) {
        link_all(entry.path(), to / name, without.lexically_relative(name));
      }
    }
  }

  /// Other records only cost time, but for those that refs point to.
  void keep_the_record() {
    const std::string kind = GetParam().kind;
    if (kind.find("ref") == 0 || kind == "grefcoco" || kind == "reasonseg") return;
    const Json one = record(original_);
    (*GetParam().list == '\0' ? original_ : original_[GetParam().list]) = Json::array({one});
  }

  static Json& list_of(Json& file) { return *GetParam().list == '\0' ? file : file[GetParam().list]; }

  Json& record(Json& file) const {
    if (file.is_object() && *GetParam().list == '\0') return file;
    return list_of(file)[list_of(file).size() == 1 ? 0 : GetParam().record];
  }

  /// Makes the samples of the file; says what came out that should not.
  std::string fault_of(const std::string& text) {
    std::ofstream(file_, std::ios::trunc) << text;
    DatasetConfig config;
    config.kind = GetParam().kind;
    config.rules = "published";
    DataConfig data;
    data.root = dir_.path().string();
    const ExampleBuilder builder = test::demo_builder();
    try {
      const auto dataset = make_dataset(config, data);
      for (std::int64_t i = 0; i < std::min<std::int64_t>(dataset->size(), 2); ++i) {
        Rng rng(1, std::to_string(i));
        try {
          builder.build(dataset->get(i, rng));
        } catch (const UnusableSample& error) {
          if (std::ranges::find(kUnusableReasons, error.reason()) == std::end(kUnusableReasons))
            return "the reason " + error.reason() + " is not in the list";
        }
      }
    } catch (const DataError&) {
      // The file as a whole.
    } catch (const std::exception& error) {
      return error.what();
    }
    return {};
  }

  test::TempDir dir_;
  fs::path file_;
  Json original_;
};

TEST_P(HostileRecordsTest, AnythingAnywhere) {
  Json shown = original_;
  std::vector<Json::json_pointer> places;
  collect(record(shown), Json::json_pointer(), places);
  const Json values[] = {nullptr,       "",         "../../etc/passwd", -1, 1e300, std::int64_t{1} << 62,
                         Json::array(), {{"a", 1}}, {{1e9, -1e9, 3}}};
  ASSERT_GT(places.size(), 5u);
  for (const Json::json_pointer& place : places) {
    for (const Json& value : values) {
      Json changed = original_;
      record(changed)[place] = value;
      EXPECT_EQ(fault_of(changed.dump()), "") << place.to_string() << " = " << value.dump();
    }
    Json erased = original_;
    Json& parent = record(erased)[place.parent_pointer()];
    if (parent.is_object()) parent.erase(place.back());
    EXPECT_EQ(fault_of(erased.dump()), "") << place.to_string() << " erased";
  }
}

TEST_P(HostileRecordsTest, WhatIsNoJson) {
  const std::string text = original_.dump();
  EXPECT_EQ(fault_of(text), "");
  for (const std::size_t part : {std::size_t{0}, text.size() / 3, text.size() / 2, text.size() - 1})
    EXPECT_EQ(fault_of(text.substr(0, part)), "") << part;
  EXPECT_EQ(fault_of("[NaN, {\"file_name\": Infinity}]"), "");
  EXPECT_EQ(fault_of("[{\"caption\": \"\xFF\xFE\"}]"), "");
  EXPECT_EQ(fault_of(std::string(100000, '[')), "");
}

INSTANTIATE_TEST_SUITE_P(All, HostileRecordsTest, ::testing::ValuesIn(kCases),
                         [](const auto& one) { return std::string(one.param.kind); });

}  // namespace
}  // namespace pixelsail
