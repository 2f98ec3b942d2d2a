// base: other.yaml, the defaults of a list, and enums by name.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <array>
#include <fstream>

#include "config/keys.h"
#include "example_config.h"

namespace pixelsail::testing {
namespace {

namespace fs = std::filesystem;

enum class Rule { kUnion, kSum };
constexpr auto enum_names(Rule) {
  return std::array{EnumName{Rule::kUnion, "union"}, EnumName{Rule::kSum, "sum"}};
}

struct Entry {
  std::string name, root;
  Rule rule = Rule::kUnion;
};
struct List {
  std::vector<Entry> entries;
};

template <class Visitor>
void describe(Visitor& v, Entry& c) {
  v.field("name", c.name, {.required = true});
  v.field("root", c.root, {.required = true});
  v.field("rule", c.rule);
}
template <class Visitor>
void describe(Visitor& v, List& c) {
  v.list_with_defaults("entries", "defaults", c.entries, {.required = true});
}

/// A folder of files that goes with the test.
class ConfigBase : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "config_base_XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) {
    const fs::path path = folder_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path.string();
  }
  std::string at(const std::string& name) const { return (folder_ / name).string(); }

  fs::path folder_;
};

TEST_F(ConfigBase, AFileIsLaidOverItsBase) {
  write("model/small.yaml", "train: {steps: 5, optimizer: {lr: 0.5, schedule: constant}}\ntags: [a, b]\n");
  write("one.yaml", "base: model/small.yaml\nparts: [{kind: disc}, {kind: star}]\n");
  const std::string two = write("sub/two.yaml",
                                "base: ../one.yaml\ntrain: {optimizer: {lr: 0.25}}\ntags: [b]\n"
                                "parts: [{kind: square}]\n");
  const auto config = load_config<Example>(two, {"train.batch=7"});
  EXPECT_EQ(config.train.steps, 5);
  EXPECT_EQ(config.train.batch, 7);
  EXPECT_EQ(config.train.optimizer.lr, 0.25);
  EXPECT_EQ(config.train.optimizer.schedule, "constant");
  EXPECT_EQ(config.tags, std::vector<std::string>{"b"});
  ASSERT_EQ(config.parts.size(), 1U);  // lists replace
  EXPECT_EQ(config.parts[0].kind, "square");
  const std::string written = config_to_yaml(config);
  EXPECT_EQ(written.find("base"), std::string::npos);
  EXPECT_EQ(config_to_yaml(parse_config<Example>(written, "again")), written);
}

TEST_F(ConfigBase, ErrorsNameTheFileThatHoldsThem) {
  const std::string below = write("below.yaml", "train:\n  stepz: 5\n");
  const std::string above = write("above.yaml", "tags: [a]\nbase: below.yaml\n");
  EXPECT_EQ(error_of([&] { load_config<Example>(above); }),
            below + ":2: train.stepz: unknown key (did you mean 'steps'?)");
  write("below.yaml", "train: {steps: many}\n");
  EXPECT_EQ(error_of([&] { load_config<Example>(above); }),
            below + ":1: train.steps: expected an integer, found 'many'");
  write("above.yaml", "base: nowhere.yaml\n");
  EXPECT_EQ(error_of([&] { load_config<Example>(above); }),
            above + ":1: base: " + at("nowhere.yaml") + ": no such file");
  write("above.yaml", "base: [below.yaml]\n");
  EXPECT_EQ(error_of([&] { load_config<Example>(above); }),
            above + ":1: base: expected the path of a configuration file");
}

TEST_F(ConfigBase, ACircleNamesItsFiles) {
  const std::string a = write("a.yaml", "base: sub/b.yaml\n"), b = write("sub/b.yaml", "base: ../c.yaml\n");
  const std::string c = write("c.yaml", "tags: [a]\nbase: sub/../sub/b.yaml\n");
  EXPECT_EQ(error_of([&] { load_config<Example>(a); }),
            c + ":2: base: the files build on each other: " + b + " -> " + c + " -> " + b);
  const std::string own = write("own.yaml", "base: own.yaml\n");
  EXPECT_EQ(error_of([&] { load_config<Example>(own); }),
            own + ":1: base: the files build on each other: " + own + " -> " + own);
}

TEST(ConfigDefaults, ItemsInheritWhatTheyLack) {
  const auto config = parse_config<List>(
      "defaults: {root: data, rule: sum}\nentries:\n  - name: a\n  - {name: b, root: other, rule: union}\n",
      "x", {"defaults.root=moved"});
  ASSERT_EQ(config.entries.size(), 2U);
  EXPECT_EQ(config.entries[0].root, "moved");
  EXPECT_EQ(config.entries[0].rule, Rule::kSum);
  EXPECT_EQ(config.entries[1].root, "other");
  EXPECT_EQ(config.entries[1].rule, Rule::kUnion);
  EXPECT_EQ(config_to_yaml(config).find("defaults"), std::string::npos);
}

TEST(ConfigDefaults, ErrorsNameTheDefaults) {
  const auto said = [](const std::string& text) {
    return error_of([&] { parse_config<List>(text, "x.yaml"); });
  };
  EXPECT_EQ(said("defaults:\n  roof: data\nentries: []\n"),
            "x.yaml:2: defaults.roof: unknown key (did you mean 'root'?)");
  EXPECT_EQ(said("defaults:\n  root: data\nentries:\n  - rule: sum\n"),
            "x.yaml:4: entries[0].name: missing required key");
  EXPECT_EQ(said("defaults:\n  rule: all\nentries:\n  - {name: a, root: b}\n"),
            "x.yaml:2: entries[0].rule: 'all' is not one of union, sum");
  EXPECT_EQ(said("defaults: [1]\nentries: []\n"),
            "x.yaml:1: defaults: expected a mapping (key: value), found a list");
}

TEST(ConfigDefaults, TheSchemaKnowsThem) {
  const std::vector<ConfigKey> keys = ConfigKeyLister::list<List>();
  const nlohmann::ordered_json schema = config_schema(keys, "list");
  EXPECT_EQ(schema["properties"]["base"]["type"], "string");
  EXPECT_EQ(schema["then"]["required"], nlohmann::ordered_json::array({"entries"}));
  EXPECT_EQ(schema["properties"]["defaults"]["properties"]["rule"]["enum"],
            nlohmann::ordered_json::array({"union", "sum"}));
  EXPECT_FALSE(schema["properties"]["defaults"].contains("required"));
  EXPECT_FALSE(schema["properties"]["entries"]["items"].contains("required"));
  EXPECT_EQ(schema["allOf"][0]["then"]["properties"]["entries"]["items"]["required"],
            nlohmann::ordered_json::array({"name", "root"}));
  EXPECT_EQ(explain_key(keys, "rule"), "entries[].rule\n  union, sum; default union\n");
  EXPECT_EQ(keys_table(keys).find("defaults.root"), std::string::npos);
}

TEST(ConfigEnums, ANameThatTheTableLacksIsToldWithTheNearest) {
  EXPECT_EQ(error_of([] { parse_config<List>("entries: [{name: a, root: b, rule: unoin}]", "x.yaml"); }),
            "x.yaml:1: entries[0].rule: 'unoin' is not one of union, sum (did you mean 'union'?)");
  EXPECT_EQ(error_of([] { value_named<Rule>("all", "rule"); }), "rule 'all' is not one of union, sum");
  EXPECT_EQ(name_of(Rule::kSum), "sum");
}

}  // namespace
}  // namespace pixelsail::testing
