// From the folder layout to each format and back: the same pictures, names and masks.

#include <algorithm>

#include "core/rng.h"
#include "export/convert.h"
#include "fixtures.h"
#include "io/json.h"
#include "io/rle.h"

namespace pixelsail {
namespace {

using test::TempDir;

/// One folder with polygons of one part and of several, masks, masks with holes, names of several words.
std::string samples() {
  Mask ring(20, 30);
  for (int y = 5; y < 15; ++y)
    for (int x = 8; x < 25; ++x) ring.at(y, x) = y < 8 || y > 11 || x < 12 || x > 20 ? 1 : 0;
  Mask dots(20, 30);
  Rng rng(5, "dots");
  for (int i = 0; i < 40; ++i) dots.data[rng.below(dots.data.size())] = 1;
  const Json lines[] = {
      {{"image", "a.png"},
       {"split", "train"},
       {"expression", "the cup"},
       {"masks",
        {{{1.5, 2.25, 9, 2, 8.75, 9.5, 2, 8}}, {{12, 3, 20, 3, 20, 9, 12, 9}, {22, 12, 28, 12, 28, 18}}}}},
      {{"image", "a.png"},
       {"split", "train"},
       {"expression", "the sky"},
       {"masks", {{-9, -4, 40, -7, 35, 5, -3, 9}}}},
      {{"image", "a.png"},
       {"split", "train"},
       {"expression", "the small dog"},
       {"masks", {rle_to_json(encode_mask(ring))}}},
      {{"image", "sub folder/b.png"},
       {"split", "val"},
       {"expression", "the cup"},
       {"masks", {rle_to_json(encode_mask(dots))}}}};
  std::string text;
  for (const Json& line : lines) text += line.dump() + "\n";
  return text;
}

struct Thing {
  std::string picture, split, name;
  Mask mask;
  auto key() const { return std::tuple(picture, split, name, mask.data); }
};

std::vector<Thing> things_of(const std::filesystem::path& folder) {
  const auto result = test::read("folder", folder);
  EXPECT_EQ(result.left_out(), "");
  std::vector<Thing> things;
  for (const AnnotatedPicture& picture : result.set.pictures)
    for (std::size_t i = 0; i < picture.things.size(); ++i)
      things.push_back({picture.name, picture.split, picture.things[i].name, test::pixels(picture, i)});
  std::ranges::sort(things, {}, &Thing::key);
  return things;
}

class RoundTrip : public ::testing::TestWithParam<std::string> {};

TEST_P(RoundTrip, FolderThereAndBack) {
  const TempDir dir;
  test::write_picture(dir, "in/images/a.png", 20, 30);
  test::write_picture(dir, "in/images/sub folder/b.png", 20, 30);
  dir.write("in/samples.jsonl", samples());
  const std::string format = GetParam();
  const auto there = convert_annotations(
      {.from = "folder", .to = format, .input = dir.path() / "in", .output = dir.path() / "there"});
  EXPECT_EQ(there.things(), 5);
  EXPECT_TRUE(there.items().empty()) << report_to_text(there);
  const auto back = convert_annotations(
      {.from = format, .to = "folder", .input = dir.path() / "there", .output = dir.path() / "back"});
  EXPECT_EQ(back.things(), 5);
  EXPECT_TRUE(back.items().empty()) << report_to_text(back);
  std::vector<Thing> before = things_of(dir.path() / "in"), after = things_of(dir.path() / "back");
  const bool keeps_split = format == "coco" || format == "yolo" || format == "cvat" || format == "folder";
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(before[i].name, after[i].name);
    EXPECT_EQ(before[i].picture, after[i].picture);
    EXPECT_EQ(keeps_split ? before[i].split : "train", after[i].split);
    EXPECT_EQ(before[i].mask, after[i].mask) << format << " " << before[i].picture << " " << before[i].name;
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, RoundTrip, ::testing::ValuesIn(annotation_format_names()),
                         [](const auto& format) { return format.param; });

}  // namespace
}  // namespace pixelsail
