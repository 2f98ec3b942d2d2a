/// Damaged tables of visual questions.

#include <functional>

#include "benchmarks/vqa/md5_file.h"
#include "check_fixture.h"

namespace pixelsail::test {
namespace {

constexpr const char* kNoPicture = "pictures are missing or no base64";

/// Cells by record; the first is the header. The synthetic tables quote nothing.
using Records = std::vector<std::vector<std::string>>;

class CheckTables : public CheckTest {
 protected:
  void change_table(const std::string& name, const std::function<void(Records&)>& change) const {
    const fs::path path = root_ / name / (name + ".tsv");
    Records records;
    std::istringstream lines(read_text(path));
    for (std::string line; std::getline(lines, line);) {
      std::istringstream cells(line);
      records.emplace_back();
      for (std::string cell; std::getline(cells, cell, '\t');) records.back().push_back(cell);
      if (line.ends_with('\t')) records.back().emplace_back();
    }
    change(records);
    std::string text;
    for (const auto& record : records) {
      for (std::size_t i = 0; i < record.size(); ++i) text += (i ? "\t" : "") + record[i];
      text += '\n';
    }
    write_text(path, text);
  }
  static std::string& cell(Records& records, std::size_t record, const std::string& column) {
    const auto& names = records.at(0);
    const auto place = static_cast<std::size_t>(std::ranges::find(names, column) - names.begin());
    return records.at(record).at(place);
  }
};

TEST_F(CheckTables, Pictures) {
  std::string broken, cut, nowhere;
  change_table("mmstar", [&](Records& records) {
    constexpr std::size_t kLongestReference = 64;
    std::vector<std::size_t> own, naming;
    for (std::size_t i = 1; i < records.size(); ++i)
      (cell(records, i, "image").size() > kLongestReference ? own : naming).push_back(i);
    ASSERT_GE(own.size(), 4U);
    ASSERT_GE(naming.size(), 2U);
    std::string& first = cell(records, own[0], "image");
    first[first.size() / 2] = '*';
    broken = cell(records, own[0], "index");
    std::string& second = cell(records, own[1], "image");
    second.resize(second.size() / 8 * 4);  // base64 of half a picture
    cut = cell(records, own[1], "index");
    cell(records, own[2], "image") = std::string(100, 'A');  // base64 of zeros
    cell(records, naming[0], "image") = "998877";            // no such record
    nowhere = cell(records, naming[0], "index");
    cell(records, naming[1], "image") = "";
  });
  const BenchmarkCheck quick = check("mmstar");
  EXPECT_EQ(times(quick.faults, kNoPicture), 2) << check_to_text(std::vector{quick});
  EXPECT_TRUE(names(quick.faults, kNoPicture, "question " + broken));
  EXPECT_TRUE(names(quick.faults, kNoPicture, "question " + nowhere));
  EXPECT_EQ(times(quick.faults, "pictures cannot be decoded"), 1);
  EXPECT_EQ(times(quick.notes, "records have no image and are left out"), 1);
  EXPECT_EQ(count(quick, "records"), count(quick, "questions") + 1);
  EXPECT_GT(count(quick, "questions that name another's image"), 0);
  const BenchmarkCheck deep = check("mmstar", true);
  EXPECT_EQ(times(deep.faults, "pictures cannot be decoded"), 2);
  EXPECT_TRUE(names(deep.faults, "pictures cannot be decoded", "question " + cut));
}

TEST_F(CheckTables, Answers) {
  change_table("seedbench", [](Records& records) {
    cell(records, 1, "answer") = "Q";
    cell(records, 2, "answer") = "";
    cell(records, 3, "question") = "";
  });
  const BenchmarkCheck result = check("seedbench");
  EXPECT_EQ(times(result.faults, "answers are no letter of an option"), 1);
  EXPECT_TRUE(names(result.faults, "answers are no letter of an option", "\"Q\""));
  EXPECT_EQ(times(result.notes, "questions have no answer"), 1);
  EXPECT_EQ(times(result.faults, "questions are empty"), 1);
  change_table("seedbench", [](Records& records) {
    for (std::size_t i = 1; i < records.size(); ++i) cell(records, i, "answer") = "";
  });
  EXPECT_EQ(
      times(check("seedbench").faults, "no question has an answer (the tables of test splits have none)"), 1);
}

TEST_F(CheckTables, Mme) {
  change_table("mme", [](Records& records) {
    cell(records, 1, "category") = "colour";
    cell(records, 3, "answer") = "yes";
  });
  BenchmarkConfig kit = config("mme");
  const BenchmarkCheck result = check_benchmark(kit);
  EXPECT_TRUE(names(result.faults, "categories are no subtask of MME and enter neither total", "\"colour\""));
  // Its pair is torn, too: one question here, one there.
  EXPECT_EQ(times(result.faults, "pictures have one question in a subtask, accuracy+ needs two"), 2);
  EXPECT_EQ(times(result.faults, "answers are neither Yes nor No"), 1);
  EXPECT_TRUE(names(result.notes, "subtasks of MME are not in the table", "celebrity"));
  kit.options.set("yes_no_rules", "mme");
  EXPECT_EQ(times(check_benchmark(kit).faults, "answers are neither Yes nor No"), 0);
}

TEST_F(CheckTables, RollsOfMmbench) {
  const BenchmarkCheck sound = check("mmbench");
  std::string main;
  change_table("mmbench", [&](Records& records) {
    main = cell(records, 1, "index");
    const auto roll = std::find_if(records.begin() + 2, records.end(), [&](const auto& record) {
      const std::string& index = record[0];
      return index.size() > main.size() && index.ends_with("0" + main);
    });
    ASSERT_NE(roll, records.end());
    records.erase(roll);
  });
  const BenchmarkCheck torn = check("mmbench");
  EXPECT_EQ(times(torn.faults, "questions have not one roll for each option"), 1);
  EXPECT_TRUE(names(torn.faults, "questions have not one roll for each option", "question " + main));
  EXPECT_EQ(count(torn, "main questions"), count(sound, "main questions"));
  change_table("mmbench", [&](Records& records) { cell(records, 1, "index") = "1000077"; });
  EXPECT_EQ(times(check("mmbench").faults, "rolled questions lack the question itself"), 2);
}

TEST_F(CheckTables, WhatStopsTheReader) {
  change_table("mmstar", [](Records& records) { cell(records, 2, "index") = cell(records, 1, "index"); });
  const BenchmarkCheck twice = check("mmstar");
  EXPECT_TRUE(names(twice.faults, "the files cannot be read", "is there twice"));
  EXPECT_TRUE(names(twice.faults, "the files cannot be read", "mmstar.tsv"));
  BenchmarkConfig split = config("mmbench");
  split.split = "nowhere";
  EXPECT_TRUE(names(check_benchmark(split).faults, "the files cannot be read", "no question of split"));
}

TEST_F(CheckTables, Md5) {
  write_text(root_ / "abc", "abc");
  // RFC 1321, appendix A.5
  EXPECT_EQ(md5_of_file(root_ / "abc"), "900150983cd24fb0d6963f7d28e17f72");
  write_text(root_ / "empty", "");
  EXPECT_EQ(md5_of_file(root_ / "empty"), "d41d8cd98f00b204e9800998ecf8427e");
  const BenchmarkCheck result = check("mme");
  ASSERT_EQ(result.facts.size(), 2U);
  EXPECT_EQ(result.facts[1].first, "md5");
  EXPECT_EQ(result.facts[1].second,
            md5_of_file(root_ / "mme/mme.tsv") + ", none of the published tables that are known");
  EXPECT_FALSE(names(result.notes, "tables have a published name and other bytes", "mme.tsv"));
  fs::rename(root_ / "mme/mme.tsv", root_ / "mme/MME.tsv");
  EXPECT_TRUE(names(check("mme").notes, "tables have a published name and other bytes",
                    "b36b43c3f09801f5d368627fb92187c3"));
  fs::rename(root_ / "mmbench/mmbench.tsv", root_ / "mmbench/MMBench_DEV_EN.tsv");
  const BenchmarkCheck choices = check("mmbench");
  ASSERT_EQ(choices.published.size(), 1U);
  EXPECT_EQ(choices.published[0].published, 1164);
  EXPECT_EQ(choices.published[0].found, count(choices, "main questions"));
}

}  // namespace
}  // namespace pixelsail::test
