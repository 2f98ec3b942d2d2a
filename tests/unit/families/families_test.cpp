#include "families/family.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

TEST(Families, EveryRowSaysWhatOthersAskFor) {
  std::set<std::string> names;
  for (const BackboneFamily* family : all_families()) {
    const std::string& name = family->names.family;
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_EQ(find_family(name), family);
    EXPECT_FALSE(family->title.empty()) << name;
    EXPECT_FALSE(family->marks.empty()) << name;
    for (const std::string& mark : family->marks)
      EXPECT_TRUE(mark.ends_with('*') || family->names.to_ours(mark)) << mark;
    if (!family->own_mark.empty()) {
      EXPECT_TRUE(family->names.from_ours(family->own_mark)) << name;
    }
    if (family == &pixelsail_family()) continue;
    EXPECT_FALSE(family->architectures.empty()) << name;
    EXPECT_TRUE(family->chat) << name;
    EXPECT_EQ(family->traits.has_value(), family->backbone != Backbone::kText) << name;
    if (!family->traits) continue;
    EXPECT_EQ(chat_template(family->traits->chat).name, family->pixelsail_chat.value().name);
    EXPECT_EQ(preprocess_defaults(family->traits->preprocess), family->pixelsail_preprocess.value().config);
    EXPECT_EQ(&traits_of(family->backbone), &*family->traits);
  }
  EXPECT_EQ(find_family("llama"), nullptr);
}

TEST(Families, EveryBackboneIsOfOneFamily) {
  for (const auto& [backbone, name] : enum_names(Backbone{})) {
    int families = 0;
    for (const BackboneFamily* family : all_families())
      families += family->traits && family->backbone == backbone ? 1 : 0;
    EXPECT_EQ(families, backbone == Backbone::kText ? 0 : 1) << name;
  }
  EXPECT_EQ(&traits_of(Backbone::kText), &traits_of(Backbone::kSail));
}

TEST(Families, PixelSailHasTheNamesOfItsBackbones) {
  for (const BackboneFamily* family : all_families()) {
    if (!family->traits) continue;
    for (const NameRow& row : family->names.rows) {
      const std::string name = std::regex_replace(row.ours, std::regex("\\{\\}"), "11");
      EXPECT_EQ(pixelsail_names().to_ours(name), name);
    }
  }
}

}  // namespace
}  // namespace pixelsail
