#include "core/registry.h"

#include <gtest/gtest.h>

namespace pixelsail {
namespace {

struct Row {
  std::string_view name;
  int value = 0;
};
constexpr Row kOwn[] = {{"zebra", 1}, {"ant", 2}};
constexpr std::span<const Row> kOwnRows = kOwn;
const Extension<Row> kLater({.name = "wasp", .value = 3});
const Extension<Row> kEarlier({.name = "bee", .value = 4});

TEST(Registry, OwnRowsKeepTheirOrderAndAddedOnesFollowByName) {
  EXPECT_EQ(row_names(kOwnRows), (std::vector<std::string>{"zebra", "ant", "bee", "wasp"}));
}

TEST(Registry, RowsAreFoundByName) {
  EXPECT_EQ(find_row(kOwnRows, "ant", "animal").value, 2);
  EXPECT_EQ(find_row(kOwnRows, "bee", "animal").value, 4);
}

TEST(Registry, AnUnknownNameIsAnErrorThatListsAll) {
  try {
    find_row(kOwnRows, "cat", "animal");
    FAIL() << "no error";
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(), "unknown animal \"cat\" (known: zebra, ant, bee, wasp)");
  }
}

}  // namespace
}  // namespace pixelsail
