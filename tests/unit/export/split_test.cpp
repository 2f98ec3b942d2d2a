#include "export/split.h"

#include <fstream>
#include <map>
#include <set>

#include "fixtures.h"
#include "io/atomic_file.h"
#include "io/json.h"

namespace pixelsail {
namespace {

using test::has;
using test::message_of;
using test::TempDir;

std::string line(const std::string& picture, const std::string& split = {}) {
  Json json{{"image", picture}, {"expression", "the cup"}, {"masks", Json::array()}};
  if (!split.empty()) json["split"] = split;
  return json.dump() + "\n";
}

std::map<std::string, std::set<std::string>> splits_of(const TempDir& dir) {
  std::map<std::string, std::set<std::string>> splits;
  read_jsonl(dir.path() / "samples.jsonl",
             [&](Json&& json, std::size_t) { splits[json.at("split")].insert(json.at("image")); });
  return splits;
}

TEST(Split, ByPictureExactAndTheSameAgain) {
  std::map<std::string, std::set<std::string>> first;
  for (const bool turned : {false, true}) {
    const TempDir dir;
    std::string text;
    for (int i = 0; i < 25; ++i) {
      const std::string name = "p" + std::to_string(turned ? 24 - i : i) + ".jpg";
      text += line(name, i % 2 == 0 ? "val" : "") + line(name);
    }
    dir.write("samples.jsonl", text + line("t.jpg", "test"));
    const SplitCounts counts = split_folder(dir.path(), {.val = 0.2, .seed = 7});
    EXPECT_EQ(counts.val_pictures, 5);
    EXPECT_EQ(counts.train_pictures, 20);
    EXPECT_EQ(counts.val_lines, 10);
    EXPECT_EQ(counts.train_lines, 40);
    EXPECT_EQ(counts.other_lines, 1);
    const auto splits = splits_of(dir);
    EXPECT_EQ(splits.at("val").size(), 5U);
    EXPECT_EQ(splits.at("train").size(), 20U);
    EXPECT_EQ(splits.at("test"), (std::set<std::string>{"t.jpg"}));
    if (turned) {
      EXPECT_EQ(splits, first);
    }
    first = splits;
    split_folder(dir.path(), {.val = 0.2, .seed = 8});
    EXPECT_NE(splits_of(dir), first);
  }
}

TEST(Split, AListOfPictures) {
  const TempDir dir;
  dir.write("samples.jsonl", line("a.jpg") + line("b c.jpg") + line("d.jpg"));
  const auto list = dir.write("val.txt", std::string_view("b c.jpg\r\n\nd.jpg\n"));
  EXPECT_EQ(split_folder(dir.path(), {.val_list = list}).val_pictures, 2);
  EXPECT_EQ(splits_of(dir).at("train"), (std::set<std::string>{"a.jpg"}));
  const std::string before = read_file(dir.path() / "samples.jsonl");
  dir.write("val.txt", std::string_view("a.jpg\nx.jpg\n"));
  EXPECT_TRUE(has(message_of<DataError>([&] { split_folder(dir.path(), {.val_list = list}); }),
                  "val.txt:2: no line is about a picture \"x.jpg\""));
  EXPECT_EQ(read_file(dir.path() / "samples.jsonl"), before);
}

TEST(Split, WhatCannotBeSplit) {
  const TempDir dir;
  dir.write("samples.jsonl", line("a.jpg"));
  EXPECT_THROW(split_folder(dir.path(), {}), DataError);
  dir.write("samples.jsonl", line("a.jpg") + line("b.jpg"));
  EXPECT_THROW(split_folder(dir.path(), {.val = 1.5}), ConfigError);
  EXPECT_EQ(split_folder(dir.path(), {.val = 0.01}).val_pictures, 1);
  const std::string broken = line("a.jpg") + "{\"image\":\"b.jpg\"}\n";
  dir.write("samples.jsonl", broken);
  EXPECT_TRUE(has(message_of<DataError>([&] { split_folder(dir.path(), {}); }), "line 2"));
  EXPECT_EQ(read_file(dir.path() / "samples.jsonl"), broken);
}

}  // namespace
}  // namespace pixelsail
