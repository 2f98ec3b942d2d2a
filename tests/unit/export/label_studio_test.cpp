// The layout is that of labelstud.io/guide/task_format and of the results of its tags PolygonLabels, BrushLabels and
// RectangleLabels.

#include "export/task_picture.h"
#include "fixtures.h"
#include "io/json.h"

namespace pixelsail {
namespace {

using test::has;
using test::mask_of;
using test::message_of;
using test::pixels;
using test::read;
using test::TempDir;
using test::write_picture;

Json result_of(const std::string& type, const Json& value) {
  Json result{{"id", "x1"},          {"type", type},         {"from_name", "label"}, {"to_name", "image"},
              {"original_width", 6}, {"original_height", 4}, {"image_rotation", 0},  {"value", value}};
  result["value"][type] = {"cup"};
  return result;
}

Json box(double x, double y, double width, double height, double rotation = 0) {
  return result_of("rectanglelabels",
                   {{"x", x}, {"y", y}, {"width", width}, {"height", height}, {"rotation", rotation}});
}

Json task(const std::string& picture, const Json& results) {
  Json annotation{{"id", 1}, {"was_cancelled", false}, {"ground_truth", false}, {"result", results}};
  return {{"id", 5}, {"data", {{"image", picture}}}, {"annotations", Json::array({annotation})}};
}

class LabelStudioTest : public ::testing::Test {
 protected:
  LabelStudioTest() { write_picture(dir_, "images/a.png", 4, 6); }
  test::ReadResult with(const Json& tasks) {
    return read("label_studio", dir_.write("export.json", tasks.dump()));
  }
  TempDir dir_;
};

TEST_F(LabelStudioTest, PolygonsBrushesAndRectangles) {
  const Json polygon{{"points", {{100.0 / 6, 25}, {400.0 / 6, 25}, {400.0 / 6, 75}, {100.0 / 6, 75}}},
                     {"closed", true}};
  const Json brush{{"format", "rle"},
                   {"rle", {0,   0,   0,  96,  57,  27, 254, 27,  0,   183, 255, 108, 2, 63,
                            248, 192, 35, 255, 140, 2,  63,  248, 192, 45,  255, 206, 0}}};
  const auto result =
      with({task("/data/upload/1/3f2c1a7b-a.png", {result_of("polygonlabels", polygon),
                                                   result_of("brushlabels", brush), box(50, 50, 50, 50)})});
  const AnnotatedPicture& picture = result.set.pictures.at(0);
  ASSERT_EQ(picture.things.size(), 3U);
  EXPECT_EQ(picture.name, "a.png");
  EXPECT_EQ(pixels(picture, 0), mask_of({"......", ".###..", ".###..", "......"}));
  EXPECT_EQ(pixels(picture, 1), mask_of({"......", ".###..", ".#.#.#", ".###.."}));
  EXPECT_EQ(pixels(picture, 2), mask_of({"......", "......", "...###", "...###"}));
  EXPECT_EQ(test::counts(result.report.taken()), "box 1, mask 1, polygon 1");
}

TEST_F(LabelStudioTest, WhatCannotBeExpressedIsNamed) {
  Json turned = box(0, 0, 50, 50);
  turned["image_rotation"] = 90;
  Json other_size = box(0, 0, 50, 50);
  other_size["original_width"] = 7;
  Json open = result_of("polygonlabels", {{"points", {{0, 0}, {50, 0}, {50, 50}}}, {"closed", false}});
  Json nameless = box(0, 0, 50, 50);
  nameless["value"].erase("rectanglelabels");
  const auto result = with(
      {task("a.png", {box(0, 0, 50, 50), box(0, 0, 50, 50, 30), turned, other_size, open, nameless,
                      result_of("keypointlabels", {{"x", 1}, {"y", 1}, {"width", 1}}),
                      result_of("ellipselabels", {{"x", 1}}), result_of("choices", {}), box(0, 0, 0, 0)})});
  EXPECT_EQ(result.report.things(), 1);
  EXPECT_EQ(
      result.left_out(),
      "choices 1, ellipselabels 1, keypointlabels 1, no_name 1, no_pixel 1, open_polygon 1, rotated_box 1, "
      "rotated_picture 1, size_differs 1");
  EXPECT_EQ(result.report.items()[0].place.record, "[0].annotations[0].result[1]");
}

TEST_F(LabelStudioTest, OneOfSeveralAnnotationsIsTaken) {
  Json several = task("a.png", Json::array({box(0, 0, 50, 50)}));
  Json cancelled = several["annotations"][0], truth = several["annotations"][0];
  cancelled["was_cancelled"] = true;
  truth["ground_truth"] = true;
  truth["result"] = Json::array({box(50, 50, 50, 50)});
  several["annotations"] = {cancelled, several["annotations"][0], truth};
  const auto result = with(Json::array({several}));
  EXPECT_EQ(pixels(result.set.pictures.at(0), 0), mask_of({"......", "......", "...###", "...###"}));
  EXPECT_EQ(result.left_out(), "cancelled 1, other_annotation 1");
}

TEST_F(LabelStudioTest, BrokenTasksAreNamed) {
  Json text_number = box(0, 0, 50, 50);
  text_number["value"]["x"] = "0";
  Json bad_brush = result_of("brushlabels", {{"format", "rle"}, {"rle", {1, 2, 300}}});
  const auto result =
      with({task("a.png", {box(0, 0, 50, 50), text_number, bad_brush, 3, {{"type", "polygonlabels"}}}),
            17,
            Json::object(),
            {{"data", {{"image", "a.png"}}}, {"label", Json::array()}},
            {{"data", {{"x", "1"}, {"y", "2"}}}, {"annotations", Json::array()}},
            task("http://server/none.png", {}),
            task("", {})});
  EXPECT_EQ(result.report.things(), 1);
  EXPECT_EQ(result.left_out(), "malformed 9, picture_missing 1");
  EXPECT_TRUE(
      has(message_of<DataError>([&] { read("label_studio", dir_.write("x.json", "{\"a\"")); }), "x.json"));
}

TEST_F(LabelStudioTest, TwoPathsThatEndAlikeAreNotGuessed) {
  const auto result = with({task("one/a.png", Json::array({box(0, 0, 50, 50)})),
                            task("two/a.png", Json::array({box(0, 0, 50, 50)}))});
  EXPECT_EQ(result.report.things(), 1);
  EXPECT_EQ(result.left_out(), "ambiguous_picture 1");
}

TEST(TaskPicture, AddressesOfEveryKind) {
  const auto name = [](const char* text) { return task_picture({{"image", text}}); };
  EXPECT_EQ(name("/data/local-files/?d=my%20set%2Fa.png"), "my set/a.png");
  EXPECT_EQ(name("/data/local-files/?x=1&d=b.png&y=2"), "b.png");
  EXPECT_EQ(name("https://host:8080/data/upload/3/1234abcd-a.png?token=5"), "data/upload/3/1234abcd-a.png");
  EXPECT_EQ(name("s3://bucket/folder/a.png"), "folder/a.png");
  EXPECT_EQ(name("100%.png"), "100%.png");
  EXPECT_EQ(task_picture({{"photo", "a.png"}, {"number", 3}}), "a.png");
  EXPECT_THROW(name("https://host"), DataError);
}

}  // namespace
}  // namespace pixelsail
