// The layout is that of docs.ultralytics.com/datasets/segment and /datasets/detect.

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

class YoloTest : public ::testing::Test {
 protected:
  YoloTest() {
    write_picture(dir_, "images/train/a.jpg", 4, 8);
    write_picture(dir_, "images/val/b.png", 4, 8);
    dir_.write("data.yaml",
               "path: /content/datasets/cups  # another machine\ntrain: images/train\nval: images/val\n"
               "test:\nnames:\n  0: cup\n  1: small dog\n");
  }
  TempDir dir_;
};

TEST_F(YoloTest, OutlinesAndBoxes) {
  dir_.write("labels/train/a.txt", "0 0.125 0.25 0.5 0.25 0.5 0.75 0.125 0.75\r\n1 0.75 0.5 0.25 0.5\n\n");
  const auto result = read("yolo", dir_.path());
  ASSERT_EQ(result.set.pictures.size(), 2U);
  const AnnotatedPicture& a = result.set.pictures[0];
  EXPECT_EQ(a.name, "a.jpg");
  EXPECT_EQ(a.split, "train");
  EXPECT_EQ(pixels(a, 0), mask_of({"........", ".###....", ".###....", "........"}));
  EXPECT_EQ(a.things.at(1).name, "small dog");
  EXPECT_EQ(pixels(a, 1), mask_of({"........", ".....##.", ".....##.", "........"}));
  EXPECT_EQ(result.set.pictures[1].split, "val");
  EXPECT_TRUE(result.set.pictures[1].things.empty());
  EXPECT_EQ(test::counts(result.report.taken()), "box 1, polygon 1");
}

TEST_F(YoloTest, LinesThatAreNoThingAreNamed) {
  dir_.write(
      "labels/train/a.txt",
      "0 0.1 0.2 0.5 0.2 0.5 0.7\n7 0.5 0.5 0.5 0.5\n0 0.5 0.5 0.5\n0 0.5 0.5 0.5 0.5 0.9\nx 0.5 0.5 0.5 "
      "0.5\n"
      "0 0.5 nan 0.5 0.5\n0 120 40 30 20\n0 -0.5 0.2 0.5 0.2 0.5 0.7\n0.5 0.5 0.5 0.5 0.5\n0 1e999 0 0 0\n"
      "0 0.5 0.5 0 0\n");
  const auto result = read("yolo", dir_.path() / "data.yaml");
  EXPECT_EQ(result.report.things(), 1);
  EXPECT_EQ(result.left_out(), "malformed 8, no_pixel 1, unknown_category 1");
  EXPECT_EQ(result.report.items()[0].place.file, "labels/train/a.txt");
  EXPECT_EQ(result.report.items()[0].place.record, "line 2");
}

TEST_F(YoloTest, KeypointsAreLeftOut) {
  dir_.write("data.yaml", "train: ../images/train\nkpt_shape: [2, 3]\nnames: [cup]\n");
  dir_.write("labels/train/a.txt", "0 0.5 0.5 0.5 0.5 0.1 0.1 2 0.2 0.2 2\n");
  const auto result = read("yolo", dir_.path());
  EXPECT_EQ(result.left_out(), "keypoints 1");
}

TEST_F(YoloTest, FilesThatSayNothingAreNamed) {
  const auto said = [&](const std::string& text) {
    return message_of<DataError>([&] { read("yolo", dir_.write("data.yaml", text)); });
  };
  EXPECT_TRUE(has(said("train: images/train\n"), "names: is missing"));
  EXPECT_TRUE(has(said("train: images/none\nnames: [a]\n"), "no folder \"images/none\""));
  // Names that no file system takes, and folders that are none of the data set.
  EXPECT_TRUE(has(said("train: " + std::string(400, 'x') + "\nnames: [a]\n"), "no folder"));
  EXPECT_TRUE(has(said("path: " + std::string(400, 'x') + "\ntrain: /\nnames: [a]\n"), "no folder \"/\""));
  EXPECT_TRUE(has(said("path: ..\ntrain: x/../..\nnames: [a]\n"), "no folder"));
  EXPECT_TRUE(has(said("names: [a]\n"), "neither train nor val nor test"));
  EXPECT_TRUE(has(said("names: [[a]]\ntrain: images/train\n"), "should hold texts"));
  EXPECT_TRUE(has(said("names: {x: a}\ntrain: images/train\n"), "no number of a class"));
  EXPECT_TRUE(has(said("names: [a\n"), "data.yaml:"));
  EXPECT_TRUE(has(said("a: &x [1]\nb: *x\n"), "data.yaml"));
}

}  // namespace
}  // namespace pixelsail
