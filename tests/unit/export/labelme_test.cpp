// The layout is that of LabelMe 5 (github.com/wkentaro/labelme, labelme/_label_file.py says which members there are).

#include "fixtures.h"
#include "image/codec.h"
#include "io/base64.h"
#include "io/json.h"

namespace pixelsail {
namespace {

using test::has;
using test::mask_of;
using test::pixels;
using test::read;
using test::TempDir;
using test::write_picture;

std::string shape(const std::string& label, const std::string& kind, const std::string& points,
                  const std::string& group = "null") {
  return R"({"label":")" + label + R"(","points":)" + points + R"(,"group_id":)" + group +
         R"(,"description":"","shape_type":")" + kind + R"(","flags":{}})";
}

std::string labelme(const std::string& picture, const std::vector<std::string>& shapes, int height,
                    int width) {
  std::string list;
  for (const std::string& one : shapes) list += (list.empty() ? "" : ",") + one;
  return R"({"version":"5.4.1","flags":{},"shapes":[)" + list + R"(],"imagePath":")" + picture +
         R"(","imageData":null,"imageHeight":)" + std::to_string(height) + R"(,"imageWidth":)" +
         std::to_string(width) + "}";
}

TEST(LabelMe, ShapesWithAnAreaAreTakenOthersAreNamed) {
  const TempDir dir;
  write_picture(dir, "a.png", 20, 30);
  dir.write("a.json", labelme("a.png",
                              {shape("cup", "polygon", "[[1,1],[4,1],[4,3],[1,3]]"),
                               shape("cup", "rectangle", "[[9,8],[5,4]]"),
                               shape("plate", "circle", "[[20,10],[20,15]]"),
                               shape("handle", "linestrip", "[[1,1],[4,1],[4,3]]"),
                               shape("edge", "line", "[[1,1],[4,1]]"), shape("tip", "point", "[[1,1]]"),
                               shape("box", "oriented_rectangle", "[[1,1],[4,1],[4,3],[1,3]]"),
                               shape("x", "spline", "[[1,1],[4,1],[4,3],[1,3]]")},
                              20, 30));
  const auto result = read("labelme", dir.path());
  ASSERT_EQ(result.set.pictures.size(), 1U);
  const AnnotatedPicture& picture = result.set.pictures[0];
  ASSERT_EQ(picture.things.size(), 3U);
  EXPECT_EQ(picture.things[1].name, "cup");
  const Mask box = pixels(picture, 1);
  EXPECT_EQ(box.at(4, 5) + box.at(7, 8), 2);
  EXPECT_EQ(box.at(8, 5) + box.at(4, 9), 0);
  int area = 0;
  for (const std::uint8_t value : pixels(picture, 2).data) area += value;
  EXPECT_NEAR(area, 3.14159 * 25, 5);
  EXPECT_EQ(result.left_out(), "line 1, linestrip 1, point 1, rotated_box 1, unknown_shape 1");
  EXPECT_EQ(result.report.items()[0].place.file, "a.json");
  EXPECT_EQ(result.report.items()[0].place.record, "shapes[3]");
}

TEST(LabelMe, GroupIdJoinsPartsOfOneThing) {
  const TempDir dir;
  write_picture(dir, "a.png", 4, 8);
  const std::string left = "[[0,0],[2,0],[2,2],[0,2]]", right = "[[5,0],[8,0],[8,2],[5,2]]";
  dir.write("a.json", labelme("a.png",
                              {shape("cup", "polygon", left, "1"), shape("cup", "polygon", right, "1"),
                               shape("dog", "polygon", right, "1"), shape("cup", "polygon", right, "2"),
                               shape("cup", "polygon", left)},
                              4, 8));
  const auto result = read("labelme", dir.path());
  const AnnotatedPicture& picture = result.set.pictures.at(0);
  ASSERT_EQ(picture.things.size(), 4U);
  EXPECT_EQ(pixels(picture, 0), mask_of({"##...###", "##...###", "........", "........"}));
  EXPECT_EQ(pixels(picture, 1), mask_of({".....###", ".....###", "........", "........"}));
  EXPECT_EQ(test::counts(result.report.notes()), "joined_by_group_id 1");
}

TEST(LabelMe, MasksArePlacedByTheirTwoPoints) {
  const TempDir dir;
  write_picture(dir, "a.png", 5, 6);
  const std::string png = encode_base64(encode_png(mask_of({"#.#", "###"})));
  Json thing = Json::parse(shape("cup", "mask", "[[2,1],[4,2]]"));
  thing["mask"] = png;
  Json wrong = thing;
  wrong["points"] = {{2, 1}, {5, 2}};
  Json broken = thing;
  broken["mask"] = "%%%";
  dir.write("a.json", labelme("a.png", {thing.dump(), wrong.dump(), broken.dump()}, 5, 6));
  const auto result = read("labelme", dir.path());
  EXPECT_EQ(pixels(result.set.pictures.at(0), 0),
            mask_of({"......", "..#.#.", "..###.", "......", "......"}));
  EXPECT_EQ(result.left_out(), "malformed 2");
}

TEST(LabelMe, PicturesAreFoundBesideTheFileAboveItAndElsewhere) {
  const TempDir dir;
  write_picture(dir, "set/images/a.png", 4, 6);
  write_picture(dir, "set/labels/b.png", 4, 6);
  write_picture(dir, "else/c.png", 4, 6);
  const std::string polygon = shape("cup", "polygon", "[[1,1],[4,1],[4,3],[1,3]]");
  dir.write("set/labels/a.json", labelme("..\\\\images\\\\a.png", {polygon}, 4, 6));
  dir.write("set/labels/b.json", labelme("b.png", {polygon}, 4, 6));
  dir.write("set/labels/c.json", labelme("/home/somebody/c.png", {polygon}, 4, 6));
  dir.write("set/labels/d.json", labelme("../../else/c.png", {polygon}, 4, 6));
  const auto result = read("labelme", dir.path() / "set");
  ASSERT_EQ(result.set.pictures.size(), 2U);
  EXPECT_EQ(result.set.pictures[0].name, "images/a.png");
  EXPECT_EQ(result.set.pictures[1].name, "labels/b.png");
  EXPECT_EQ(result.left_out(), "picture_missing 2");
  const auto other = read("labelme", dir.path() / "set/labels/c.json", dir.path() / "else");
  EXPECT_EQ(other.set.pictures.at(0).name, "c.png");
}

TEST(LabelMe, BrokenFilesAreCountedAndTheOthersTaken) {
  const TempDir dir;
  write_picture(dir, "a.png", 4, 6);
  const std::string polygon = shape("cup", "polygon", "[[1,1],[4,1],[4,3],[1,3]]");
  dir.write("a.json",
            labelme("a.png",
                    {polygon, shape("cup", "polygon", R"([["1",1],[4,1],[4,3]])"),
                     shape("cup", "polygon", "[[NaN,1],[4,1],[4,3]]"),
                     shape("cup", "polygon", "[[1,1],[4,1]]"), shape("  ", "polygon", "[[1,1],[4,1],[4,3]]"),
                     shape("cup", "polygon", "[[1,1],[4,1],[4,3]]", "\"one\""), "[]",
                     R"({"points":[[1,1],[4,1],[4,3]]})", R"({"label":"x"})"},
                    4, 6));
  dir.write("b.json", "{\"shapes\": [");
  dir.write("c.json", std::string(5000, '['));
  dir.write("d.json", "{\"a\":1}");
  dir.write("e.json", labelme("a.png", {polygon}, 5, 6));
  dir.write("f.json", "\xff\xfe{\x00}");
  dir.write("g.json", labelme("a.png", {}, 4, 6).replace(1, 0, "\"shapes\":3,"));
  const auto result = read("labelme", dir.path());
  EXPECT_EQ(result.report.things(), 1);
  EXPECT_EQ(result.report.left_out().at("size_differs"), 1);
  EXPECT_EQ(result.report.left_out().at("no_name"), 1);
  EXPECT_EQ(result.report.left_out().at("not_labelme"), 1);
  EXPECT_GE(result.report.left_out().at("malformed"), 10);
}

}  // namespace
}  // namespace pixelsail
