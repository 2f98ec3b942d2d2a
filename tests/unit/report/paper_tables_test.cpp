/// The paper's tables with rows of a run.

#include "report/paper_tables.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <sstream>
#include <utility>
#include <vector>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

fs::path paper() {
  return fs::path(PIXELSAIL_SOURCE_DIR) / "data" / "paper_tables.json";
}

/// Method and size of the rows that are the run's, or the paper's.
std::vector<std::pair<std::string, std::string>> names(const OrderedJson& table, bool ours) {
  std::vector<std::pair<std::string, std::string>> result;
  for (const OrderedJson& row : table.at("rows"))
    if (row.at("ours") == ours) result.emplace_back(row.at("method"), row.at("size"));
  return result;
}

OrderedJson values(const OrderedJson& table, const std::string& method, const std::string& size) {
  for (const OrderedJson& row : table.at("rows"))
    if (row.at("method") == method && row.at("size") == size) return row.at("values");
  ADD_FAILURE() << "no row " << method << " " << size;
  return {};
}

/// What DataError says about the file after `change`.
std::string complaint(const std::function<void(Json&)>& change) {
  std::ifstream in(paper());
  Json json = Json::parse(in);
  change(json.at("tables"));
  const fs::path path =
      fs::temp_directory_path() / ("pixelsail_paper_" + std::to_string(::getpid()) + ".json");
  std::ofstream(path) << json.dump();
  std::string message;
  try {
    paper_tables(path, {});
  } catch (const DataError& e) {
    message = e.what();
    EXPECT_NE(message.find(path.string()), std::string::npos) << message;
  }
  fs::remove(path);
  return message;
}

bool says(const std::function<void(Json&)>& change, const std::string& part) {
  const std::string message = complaint(change);
  EXPECT_NE(message.find(part), std::string::npos) << message;
  return message.find(part) != std::string::npos;
}

std::vector<RunScore> some_scores() {
  return {
      {.answered_by = "mine",
       .benchmark = "refcoco",
       .split = "testA",
       .metrics = {{"ciou", 0.81256}, {"giou", 0.5}}},
      {.answered_by = "mine", .benchmark = "refcoco+", .metrics = {{"ciou", 0.5}}},
      {.answered_by = "mine", .benchmark = "refcocog", .split = "test", .metrics = {{"ciou", 0.25}}},
      {.answered_by = "mine",
       .benchmark = "refcocog",
       .split = "val",
       .split_by = "google",
       .metrics = {{"ciou", 0.99}}},
      {.answered_by = "mine",
       .benchmark = "grefcoco",
       .split = "testB",
       .metrics = {{"ciou", std::numeric_limits<double>::quiet_NaN()}}},
      {.answered_by = "mine",
       .benchmark = "refcocog_caption",
       .metrics = {{"meteor", 0.1764}, {"cider", 1.2}}},
      {.answered_by = "mine",
       .benchmark = "perbench_caption",
       .metrics = {{"meteor_nltk", 0.242}, {"meteor_nltk_unswapped", 0.3}}},
      {.answered_by = "mine", .benchmark = "perbench_mcq", .metrics = {{"accuracy", 0.7449}}},
      {.answered_by = "mine", .benchmark = "perbench_vtres", .metrics = {{"ciou", 0.334}, {"giou", 0.235}}},
      {.answered_by = "other", .benchmark = "perbench_mcq", .metrics = {{"accuracy", 0.5}}},
      {.answered_by = "other",
       .benchmark = "mme",
       .metrics = {{"perception", 1187.34}, {"cognition", 242.857}}},
      {.answered_by = "other", .benchmark = "mmbench", .split = "dev", .metrics = {{"accuracy", 0.5634}}},
      {.answered_by = "other", .benchmark = "mmstar", .metrics = {{"accuracy", 0.0}}},
  };
}

TEST(PaperTables, EveryPublishedRow) {
  const OrderedJson tables = paper_tables(paper(), {});
  ASSERT_EQ(tables.size(), 4U);
  using Names = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(names(tables[0], false), (Names{{"VLT", "-"},
                                            {"CRIS", "-"},
                                            {"LAVT", "-"},
                                            {"PolyFormer-L", "-"},
                                            {"ReLA", "-"},
                                            {"LISA (ft)", "7B"},
                                            {"PixelLM", "7B"},
                                            {"GSVA (ft)", "7B"},
                                            {"GroundHog", "7B"},
                                            {"GlaMM (ft)", "7B"},
                                            {"SAM4MLLM", "7B"},
                                            {"LaSagnA", "7B"},
                                            {"OMG-LLaVA (ft)", "7B"},
                                            {"F-LLM", "7B"},
                                            {"Sa2VA", "4B"},
                                            {"Pixel-SAIL", "0.5B"},
                                            {"Pixel-SAIL (ft)", "0.5B"},
                                            {"Pixel-SAIL", "3B"},
                                            {"Pixel-SAIL (ft)", "3B"}}));
  EXPECT_EQ(names(tables[1], false), (Names{{"Pixel-SAIL", "0.5B"},
                                            {"Pixel-SAIL", "3B"},
                                            {"Sa2VA", "4B"},
                                            {"OMG-LLaVA", "7B"},
                                            {"Osprey", "7B"},
                                            {"GLaMM", "7B"}}));
  EXPECT_EQ(names(tables[2], false), (Names{{"LISA", "7B"},
                                            {"Osprey", "7B"},
                                            {"GLaMM", "7B"},
                                            {"Sa2VA", "4B"},
                                            {"Pixel-SAIL", "0.5B"},
                                            {"Pixel-SAIL", "3B"}}));
  EXPECT_EQ(names(tables[3], false), (Names{{"SOLO", "0.5B"},
                                            {"SOLO", "3B"},
                                            {"EVEv2 \u2020", "7B"},
                                            {"Pixel-SAIL", "0.5B"},
                                            {"Pixel-SAIL", "3B"},
                                            {"Pixel-SAIL \u2020", "7B"}}));
  for (const OrderedJson& table : tables) {
    EXPECT_TRUE(names(table, true).empty());
    for (const OrderedJson& row : table.at("rows"))
      EXPECT_EQ(row.at("values").size(), table.at("columns").size()) << row;
  }
  EXPECT_EQ(tables[0].at("columns").size(), 11U);
  EXPECT_EQ(values(tables[0], "Pixel-SAIL (ft)", "3B")[0], 76.2);
  EXPECT_TRUE(values(tables[0], "Sa2VA", "4B")[1].is_null());
  EXPECT_EQ(values(tables[0], "VLT", "-")[10], 50.5);
  EXPECT_EQ(values(tables[2], "Pixel-SAIL", "3B"), OrderedJson({24.2, 0.74, 33.4, 23.5, 42.2}));
  // As printed, also where the print is odd.
  EXPECT_EQ(values(tables[3], "SOLO", "3B")[0], "1155.7/257/5");
  const std::string note = tables[3].at("note");
  EXPECT_TRUE(note.starts_with("\u2020: evaluated at 800x800")) << note;
  EXPECT_NE(note.find("probably 257.5"), std::string::npos);
  EXPECT_EQ(tables[0].at("rows")[0].at("group"), "Referring Segmentation Specialist Without MLLM");
}

TEST(PaperTables, OwnRows) {
  const OrderedJson tables = paper_tables(paper(), some_scores());
  using Names = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(names(tables[0], true), (Names{{"mine", "-"}}));
  // Columns of the paper: refcoco+ val .. testB, refcocog val(U), test(U), refcoco val .., grefcoco ..; a
  // split file of another kind and a number that is none are no value.
  EXPECT_EQ(values(tables[0], "mine", "-"), OrderedJson({50.0, nullptr, nullptr, nullptr, 25.0, nullptr, 81.3,
                                                         nullptr, nullptr, nullptr, nullptr}));
  EXPECT_EQ(values(tables[1], "mine", "-"), OrderedJson::array({17.6}));
  EXPECT_EQ(names(tables[2], true), (Names{{"mine", "-"}, {"other", "-"}}));
  // 100 * (0.242 + 0.7449 + (0.334 + 0.235) / 2) / 3
  EXPECT_EQ(values(tables[2], "mine", "-"), OrderedJson({24.2, 0.74, 33.4, 23.5, 42.4}));
  EXPECT_EQ(values(tables[2], "other", "-"), OrderedJson({nullptr, 0.5, nullptr, nullptr, nullptr}));
  EXPECT_EQ(names(tables[3], true), (Names{{"other", "-"}}));
  EXPECT_EQ(values(tables[3], "other", "-"), OrderedJson({"1187.3/242.9", 56.3, nullptr, 0.0}));
}

TEST(PaperTables, PartsOfPerBenchTogether) {
  const std::vector<RunScore> scores{
      {.answered_by = "all",
       .benchmark = "perbench",
       .metrics = {{"meteor_nltk", 0.1}, {"accuracy", 0.2}, {"ciou", 0.3}, {"giou", 0.4}, {"overall", 99}}}};
  // 100 * (0.1 + 0.2 + 0.35) / 3
  EXPECT_EQ(values(paper_tables(paper(), scores)[2], "all", "-"), OrderedJson({10.0, 0.2, 30.0, 40.0, 21.7}));
}

TEST(PaperTables, MmeNeedsBothNumbers) {
  const std::vector<RunScore> scores{
      {.answered_by = "half", .benchmark = "mme", .metrics = {{"perception", 10}}},
      {.answered_by = "half", .benchmark = "seedbench", .metrics = {{"accuracy", 1}}}};
  EXPECT_EQ(values(paper_tables(paper(), scores)[3], "half", "-"),
            OrderedJson({nullptr, nullptr, 100.0, nullptr}));
}

TEST(PaperTables, FaultsOfTheFileAreNamed) {
  EXPECT_EQ(complaint([](Json&) {}), "");
  EXPECT_THROW(paper_tables("/nowhere/paper_tables.json", {}), DataError);
  EXPECT_TRUE(says([](Json& t) { t.erase("3_perbench"); }, "\"3_perbench\" is missing"));
  EXPECT_TRUE(says([](Json& t) { t["5_more"] = 1; }, "unknown member \"5_more\""));
  EXPECT_TRUE(says([](Json& t) { t = Json::array(); }, "should be an object"));
  constexpr const char* kFirst = "1_referring_segmentation";
  EXPECT_TRUE(says([](Json& t) { t[kFirst]["rows"][2]["scores"].erase(0); },
                   "1_referring_segmentation.rows[2]: 10 scores for 11 columns"));
  EXPECT_TRUE(says([](Json& t) { t[kFirst]["rows"][3]["scores"][4] = "70"; }, "rows[3].scores[4]"));
  EXPECT_TRUE(says([](Json& t) { t[kFirst]["rows"][0].erase("group"); }, "\"group\" is missing"));
  EXPECT_TRUE(says([](Json& t) { t[kFirst]["rows"] = Json::array(); }, "\"rows\""));
  EXPECT_TRUE(says([](Json& t) { t[kFirst]["columns"][1] = "flickr val"; }, "column \"flickr val\""));
  EXPECT_TRUE(says([](Json& t) { t[kFirst]["columns"][1] = "refcoco"; }, "column \"refcoco\""));
  EXPECT_TRUE(says([](Json& t) { t[kFirst]["columns"][1] = 7; }, "should hold texts"));
  EXPECT_TRUE(
      says([](Json& t) { t["2_region_caption_refcocog"]["rows"][0]["meteor"] = "x"; }, "rows[0].meteor"));
  EXPECT_TRUE(says([](Json& t) { t["3_perbench"]["rows"][1]["mcq"] = 1; }, "unknown member \"mcq\""));
  EXPECT_TRUE(says([](Json& t) { t["4_vqa"]["rows"][0]["resolution_800"] = 1; }, "should be true or false"));
  EXPECT_TRUE(says([](Json& t) { t["4_vqa"]["rows"][0]["mme_perception_cognition"] = 1; }, "rows[0]"));
  EXPECT_TRUE(says([](Json& t) { t["4_vqa"]["rows"][5]["method"] = nullptr; }, "rows[5]"));
}

TEST(PaperTables, MarkdownStandsInLine) {
  std::vector<RunScore> scores = some_scores();
  scores.push_back({.answered_by = "a|b\n", .benchmark = "mmstar", .metrics = {{"accuracy", 0.5}}});
  const std::string text = tables_markdown(paper_tables(paper(), scores));
  std::istringstream lines(text);
  std::size_t width = 0, tables = 0, rows = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("### ")) {
      ++tables;
      width = 0;
    }
    if (!line.starts_with("|")) continue;
    const auto characters = static_cast<std::size_t>(
        std::ranges::count_if(line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
    if (width == 0) width = characters;
    EXPECT_EQ(characters, width) << line;
    ++rows;
  }
  EXPECT_EQ(tables, 4U);
  EXPECT_EQ(rows, 4U * 2 + 19 + 6 + 6 + 6 + 1 + 1 + 2 + 2);
  EXPECT_NE(text.find("| **mine** "), std::string::npos);
  EXPECT_NE(text.find(" **81.3** |"), std::string::npos);
  EXPECT_NE(text.find(" **-** |"), std::string::npos);
  EXPECT_NE(text.find("| **a\\|b ** "), std::string::npos) << text;
  EXPECT_NE(text.find("Pixel-SAIL \u2020"), std::string::npos);
  EXPECT_NE(text.find("\u2020: evaluated at 800x800"), std::string::npos);
}

}  // namespace
}  // namespace pixelsail
