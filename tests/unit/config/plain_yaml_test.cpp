// The plain reader against yaml-cpp: the same tree for what it takes, and a word for what it does not.

#include "config/plain_yaml.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

void expect_same(const ConfigNode& plain, const ConfigNode& full, const std::string& path) {
  EXPECT_EQ(plain.kind, full.kind) << path;
  EXPECT_EQ(plain.text, full.text) << path;
  EXPECT_EQ(plain.quoted, full.quoted) << path;
  EXPECT_EQ(plain.where, full.where) << path;
  EXPECT_EQ(plain.key_where, full.key_where) << path;
  ASSERT_EQ(plain.keys, full.keys) << path;
  ASSERT_EQ(plain.items.size(), full.items.size()) << path;
  for (std::size_t i = 0; i < plain.items.size(); ++i)
    expect_same(plain.items[i], full.items[i], path + "/" + plain.keys[i]);
}

void expect_same(const std::string& text, const std::string& name) {
  expect_same(parse_plain_yaml(text, name), parse_config_tree(text, name), name);
}

TEST(PlainYaml, ReadsEveryModel) {
  std::size_t files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(PIXELSAIL_SOURCE_DIR) + "/configs/model")) {
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    ASSERT_FALSE(text.str().empty()) << entry.path();
    expect_same(text.str(), entry.path().string());
    ++files;
  }
  EXPECT_GE(files, 6U);
}

TEST(PlainYaml, ReadsNestingCommentsAndQuotes) {
  expect_same(
      "# a comment\n"
      "a: 1   # behind a value\n"
      "b:\n"
      "  c: 'two words'\r\n"
      "\n"
      "  d:\n"
      "      e: \"# none\"   # one\n"
      "      f: a#b\n"
      "    # deep\n"
      "h: ~\n"
      "i: x\n",
      "t.yaml");
  expect_same("a:\n  b: null\nc: -1.5e-3\n", "t.yaml");
}

TEST(PlainYaml, NamesWhatItDoesNotRead) {
  const auto refused = [](const std::string& text, const std::string& part) {
    try {
      parse_plain_yaml(text, "t.yaml");
      ADD_FAILURE() << text;
    } catch (const ConfigError& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  };
  refused("a: 1\nb:\n  - 1\n", "t.yaml:3: a list");
  refused("a: [1, 2]\n", "t.yaml:1: the value '[1, 2]'");
  refused("a: {b: 1}\n", "t.yaml:1: the value");
  refused("{a: 1}\n", "t.yaml:1: a line that does not begin with a key");
  refused("a: |\n  text\n", "t.yaml:1: the value '|'");
  refused("a: &x 1\n", "t.yaml:1: the value '&x 1'");
  refused("a: \"one\\n\"\n", "t.yaml:1: quotes with escapes");
  refused("a: 'it''s'\n", "t.yaml:1: quotes with escapes");
  refused("a: 'open\n", "t.yaml:1: quotes");
  refused("a: 1\n  b: 2\n", "t.yaml:2: a line that is indented under a value");
  refused("a:\n    b: 1\n  c: 2\n", "t.yaml:3: a line that is indented");
  refused("  a: 1\nb: 2\n", "t.yaml:2: a line that is indented less");
  refused("a: 1\na: 2\n", "t.yaml:2: a: the key is there twice");
  refused("a\n", "t.yaml:1: a line without \"key: value\"");
  refused("a:1\n", "t.yaml:1: a line without");
  refused("a: 1\n---\nb: 2\n", "t.yaml:2: a mark of documents");
  refused("a:\n\tb: 1\n", "t.yaml:2: the line is indented with a tab");
}

TEST(PlainYaml, AKeyWithNothingBehindItHasNoValue) {
  const ConfigNode root = parse_plain_yaml("a:\n  b:\nc:\n", "t.yaml");
  ASSERT_NE(root.find("a"), nullptr);
  EXPECT_EQ(root.find("a")->kind, ConfigNode::Kind::kMapping);
  EXPECT_EQ(root.find("a")->find("b")->kind, ConfigNode::Kind::kNull);
  EXPECT_EQ(root.find("c")->kind, ConfigNode::Kind::kNull);
}

TEST(PlainYaml, AnEmptyFileIsEmpty) {
  EXPECT_EQ(parse_plain_yaml("# nothing\n", "t.yaml").kind, ConfigNode::Kind::kNull);
}

}  // namespace
}  // namespace pixelsail
