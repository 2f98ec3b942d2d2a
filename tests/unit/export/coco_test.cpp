// The layout is that of cocodataset.org/#format-data.

#include "fixtures.h"

namespace pixelsail {
namespace {

using test::has;
using test::mask_of;
using test::message_of;
using test::pixels;
using test::read;
using test::TempDir;
using test::write_picture;

constexpr const char* kCategories =
    R"("categories":[{"id":1,"name":"cup"},{"id":7,"name":"a dog","supercategory":"x"}])";
constexpr const char* kImages =
    R"("images":[{"id":3,"file_name":"a.png","height":4,"width":6},{"id":"b","file_name":"sub/b.png","height":4,"width":6}])";

class CocoTest : public ::testing::Test {
 protected:
  CocoTest() {
    write_picture(dir_, "images/a.png", 4, 6);
    write_picture(dir_, "images/sub/b.png", 4, 6);
  }
  test::ReadResult with(const std::string& annotations, const std::string& images = kImages) {
    return read("coco", dir_.write("instances.json", "{" + images + ",\"annotations\":[" + annotations +
                                                         "]," + kCategories + "}"));
  }
  TempDir dir_;
};

TEST_F(CocoTest, PolygonsRunLengthsAndBoxes) {
  const auto result = with(
      R"({"id":1,"image_id":3,"category_id":1,"iscrowd":0,"segmentation":[[1,1,4,1,4,3,1,3],[5,0,6,0,6,1,5,1]]},)"
      R"({"id":2,"image_id":3,"category_id":7,"iscrowd":1,"segmentation":{"size":[4,6],"counts":[4,4,16]}},)"
      R"({"id":3,"image_id":"b","category_id":7,"segmentation":{"size":[4,6],"counts":"44`0"}},)"
      R"({"id":4,"image_id":"b","category_id":1,"bbox":[1,1,2,2],"segmentation":[]})");
  ASSERT_EQ(result.set.pictures.size(), 2U);
  const AnnotatedPicture& a = result.set.pictures[0];
  EXPECT_EQ(a.name, "a.png");
  ASSERT_EQ(a.things.size(), 2U);
  EXPECT_EQ(a.things[0].name, "cup");
  EXPECT_EQ(pixels(a, 0), mask_of({".....#", ".###..", ".###..", "......"}));
  EXPECT_TRUE(a.things[1].is_crowd);
  EXPECT_EQ(pixels(a, 1), mask_of({".#....", ".#....", ".#....", ".#...."}));
  const AnnotatedPicture& b = result.set.pictures[1];
  EXPECT_EQ(b.name, "sub/b.png");
  EXPECT_EQ(pixels(b, 0), pixels(a, 1));
  EXPECT_EQ(pixels(b, 1), mask_of({"......", ".##...", ".##...", "......"}));
  EXPECT_EQ(test::counts(result.report.taken()), "box 1, mask 2, polygon 1");
  EXPECT_EQ(result.left_out(), "");
}

TEST_F(CocoTest, OddRecordsAreNamedAndLeftOut) {
  const auto result =
      with(R"({"id":1,"image_id":3,"category_id":1,"segmentation":[[1,1,4,1,4,3,1,3]]},)"
           R"({"id":2,"image_id":9,"category_id":1,"segmentation":[[1,1,4,1,4,3]]},)"
           R"({"id":3,"image_id":3,"category_id":2,"segmentation":[[1,1,4,1,4,3]]},)"
           R"({"id":4,"image_id":3,"category_id":1,"segmentation":[["1",1,4,1,4,3]]},)"
           R"({"id":5,"image_id":3,"category_id":1,"segmentation":[[NaN,1,4,1,4,3]]},)"
           R"({"id":6,"image_id":3,"category_id":1,"segmentation":[[1e30,1,4,1,4,3]]},)"
           R"({"id":7,"image_id":3,"category_id":1,"segmentation":[[1,1,4,1]]},)"
           R"({"id":8,"image_id":3,"category_id":1,"segmentation":{"size":[4,7],"counts":[28]}},)"
           R"({"id":9,"image_id":3,"category_id":1,"segmentation":[[10,10,14,10,14,13]]},)"
           R"({"id":10,"image_id":3,"category_id":1,"num_keypoints":3,"keypoints":[1,2,2]},)"
           R"({"id":11,"image_id":3,"category_id":1},)"
           R"({"id":12,"image_id":3},)"
           R"(17,)"
           R"({"id":14,"image_id":3,"category_id":1,"segmentation":[[[[[1]]]]]})");
  EXPECT_EQ(result.report.things(), 1);
  EXPECT_EQ(result.left_out(), "keypoints 1, malformed 9, no_pixel 1, unknown_category 1, unknown_picture 1");
  const auto& item = result.report.items()[2];
  EXPECT_EQ(item.place.file, "instances.json");
  EXPECT_EQ(item.place.record, "annotations[3]");
  EXPECT_TRUE(has(item.why, "should be a number, not string")) << item.why;
  for (const auto& other : result.report.items())
    EXPECT_FALSE(has(other.why, dir_.path().string())) << other.why;
}

TEST_F(CocoTest, PicturesThatCannotBeUsed) {
  dir_.write("images/broken.png", std::string_view("no picture"));
  const auto result = with(
      R"({"id":1,"image_id":3,"category_id":1,"segmentation":[[1,1,4,1,4,3,1,3]]},)"
      R"({"id":2,"image_id":4,"category_id":1,"segmentation":[[1,1,4,1,4,3,1,3]]})",
      R"("images":[{"id":3,"file_name":"a.png"},{"id":4,"file_name":"sub/b.png","height":9,"width":6},)"
      R"({"id":5,"file_name":"none.png","height":4,"width":6},{"id":6,"file_name":"broken.png"},)"
      R"({"id":7,"file_name":"../../../etc/passwd"},{"id":3,"file_name":"a.png"},{"id":8,"file_name":3}])");
  EXPECT_EQ(result.report.things(), 1);
  EXPECT_EQ(result.left_out(),
            "malformed 1, picture_missing 2, picture_unreadable 1, picture_unusable 1, repeated_id 1, "
            "size_differs 1");
}

TEST_F(CocoTest, SplitsOfAFolder) {
  const std::string body =
      std::string("{") + kCategories + R"(,"annotations":[],"images":[{"id":1,"file_name":)";
  dir_.write("set/annotations/instances_train2017.json", body + "\"a.png\"}]}");
  dir_.write("set/annotations/instances_val2017.json", body + "\"a.png\"}]}");
  write_picture(dir_, "set/train2017/a.png", 4, 6);
  write_picture(dir_, "set/val2017/a.png", 4, 6);
  const auto result = read("coco", dir_.path() / "set");
  ASSERT_EQ(result.set.pictures.size(), 2U);
  EXPECT_EQ(result.set.pictures[0].split, "train");
  EXPECT_EQ(result.set.pictures[0].name, "a.png");
  EXPECT_EQ(result.set.pictures[1].split, "val");
  EXPECT_EQ(result.set.pictures[1].name, "val/a.png");
}

TEST_F(CocoTest, FilesThatCannotBeRead) {
  EXPECT_TRUE(has(message_of<DataError>([&] { read("coco", dir_.path() / "none.json"); }), "none.json"));
  EXPECT_TRUE(
      has(message_of<DataError>([&] { read("coco", dir_.write("x.json", "{\"images\":[")); }), "x.json"));
  EXPECT_TRUE(has(message_of<DataError>([&] { read("coco", dir_.write("x.json", "{}")); }), "categories"));
  const std::string nested = std::string(100000, '[');
  EXPECT_THROW(read("coco", dir_.write("x.json", "{\"categories\":" + nested)), DataError);
  const std::string text =
      message_of<DataError>([&] { with("", R"("images":[{"id":1,"file_name":"q.png"}])"); });
  EXPECT_TRUE(has(text, "no picture that can be used (picture_missing 1)")) << text;
}

}  // namespace
}  // namespace pixelsail
