// Every line of the recorded training samples (tests/golden/datamix), made again through the data sets.

#include "data/data_case.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "io/rle.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

const fs::path& golden() {
  static const fs::path kGolden = fs::path(PIXELSAIL_SOURCE_DIR) / "tests/golden";
  return kGolden;
}

std::vector<fs::path> case_files() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(golden() / "datamix"))
    if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

/// What a flag means for us (docs/datasets.md, "What is mended").
const std::set<std::string> kNothingChanges = {"overlap_added", "prompt_not_visible", "mask_size_not_picture",
                                               "nothing_scored"};

/// Flags of each item, joined over its draws. The EVE files have none: theirs are those of the same file for SAIL.
std::map<std::int64_t, std::set<std::string>> flags_of_items(fs::path file) {
  const std::string name = file.filename().string();
  if (const auto at = name.find(".eve."); at != std::string::npos)
    file = file.parent_path() / (name.substr(0, at) + ".jsonl");
  std::map<std::int64_t, std::set<std::string>> flags;
  read_jsonl(file, [&](Json&& line, std::size_t number) {
    if (number == 1) return;
    for (const Json& flag : line.value("flags", Json::array())) flags[line["item"]].insert(flag);
  });
  return flags;
}

bool all_harmless(const std::set<std::string>& flags) {
  return std::ranges::includes(kNothingChanges, flags);
}

class DataCaseTest : public ::testing::TestWithParam<fs::path> {
 protected:
  static std::shared_ptr<const Tokenizer> tokenizer() {
    static const auto kTokenizer = load_tokenizer(golden() / "tokenizer_bpe");
    return kTokenizer;
  }
};

void expect_equal(const Json& wanted, const OrderedJson& made, const char* key, const std::string& where) {
  if (!wanted.contains(key)) return;
  const Json ours = made.contains(key) ? Json(made[key]) : Json();
  EXPECT_EQ(ours, wanted[key]) << where << ": " << key;
}

TEST_P(DataCaseTest, EveryLine) {
  const DataCase data_case(GetParam(), tokenizer());
  const bool is_eve = data_case.header()["backbone"] == "eve";
  const auto flags_by_item = flags_of_items(GetParam());
  std::int64_t compared = 0, lines = 0;
  data_case.run([&](const Json& line, const DataCaseLine& made) {
    ++lines;
    const std::string where = "item " + line["item"].dump() + " draw " + line["draw"].dump();
    if (line["outcome"] != "ok") {
      EXPECT_EQ(made.made["outcome"], "dropped") << where;
      EXPECT_EQ(made.made.value("reason", ""), line["reason"]) << where;
      EXPECT_EQ(made.made.size(), 4u) << where;
      ++compared;
      return;
    }
    std::set<std::string> flags;
    for (const Json& flag : line.value("flags", Json::array())) flags.insert(flag);
    if (is_eve && flags_by_item.contains(line["item"])) flags = flags_by_item.at(line["item"]);
    const bool mended = line.contains("recommended");
    if (!mended && !all_harmless(flags)) return;  // see MendedLines
    ASSERT_EQ(made.made["outcome"], "ok") << where << ": " << made.made.value("reason", "");
    EXPECT_FALSE(made.departed) << where;
    ++compared;
    if (mended) {
      const bool is_cut = flags.contains("cut");
      expect_equal(line["recommended"], made.made, "conversation", where);
      if (!is_cut) expect_equal(line["recommended"], made.made, "masks", where);
      return;
    }
    // Areas of joined parts decide which prompt is painted first, not of parts that are counted twice.
    const bool other_areas =
        data_case.header()["dataset"] == "refcocog_vp" && flags.contains("prompt_not_visible");
    for (const char* key : {"conversation", "input_ids", "scored", "masks", "prompts", "prompt_of_patch",
                            "visual_prompt_indexes"})
      if (!other_areas || !std::string_view(key).starts_with("prompt"))
        expect_equal(line, made.made, key, where);
  });
  EXPECT_GT(compared, 0);
  EXPECT_GT(lines, 10);
}

bool is_empty(const Json& mask) {
  return rle_area(rle_from_json(mask)) == 0;
}

bool has_empty_mask(const OrderedJson& masks) {
  const Json list(masks);
  return std::any_of(list.begin(), list.end(), is_empty);
}

/// What is mended without a recorded answer: masks and [SEG] agree in number, no region is without a pixel, nothing is
/// longer than it may be.
TEST_P(DataCaseTest, MendedLines) {
  const auto seg = find_special_tokens(*tokenizer()).seg;
  const DataCase data_case(GetParam(), tokenizer());
  const auto limit = data_case.header()["max_length"].get<std::size_t>();
  const bool no_targets = data_case.header()["dataset"] == "grefcoco";
  data_case.run([&](const Json& line, const DataCaseLine& made) {
    if (line["outcome"] != "ok" || made.made["outcome"] != "ok") return;
    const std::string where = "item " + line["item"].dump() + " draw " + line["draw"].dump();
    const OrderedJson& ids = made.made["input_ids"];
    EXPECT_LE(ids.size(), limit) << where;
    EXPECT_EQ(std::count(ids.begin(), ids.end(), seg), std::ssize(made.made["masks"])) << where;
    EXPECT_TRUE(no_targets || !has_empty_mask(made.made["masks"])) << where;
    for (const OrderedJson& prompt : made.made["prompts"])
      EXPECT_FALSE(is_empty(Json(prompt["rle"]))) << where;
  });
}

INSTANTIATE_TEST_SUITE_P(All, DataCaseTest, ::testing::ValuesIn(case_files()), [](const auto& one) {
  std::string name = one.param.stem().string();
  std::ranges::replace(name, '.', '_');
  return name;
});

TEST(DataCase, AllFilesAreThere) {
  EXPECT_EQ(case_files().size(), 39u);
}

}  // namespace
}  // namespace pixelsail
