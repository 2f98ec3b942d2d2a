// The layout is that of docs.cvat.ai/docs/other/xml_format, version 1.1 for images.

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

class CvatTest : public ::testing::Test {
 protected:
  CvatTest() {
    write_picture(dir_, "images/a.png", 4, 6);
    write_picture(dir_, "images/sub/b.png", 4, 6);
  }
  test::ReadResult with(const std::string& shapes) {
    dir_.write(
        "annotations.xml",
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<annotations>\n <version>1.1</version>\n"
        " <meta><task><id>4</id><labels><label><name>cup</name></label></labels></task></meta>\n"
        " <image id=\"0\" name=\"a.png\" subset=\"default\" width=\"6\" height=\"4\">\n" +
            shapes +
            " </image>\n <image id=\"1\" name=\"sub/b.png\" subset=\"val\" width=\"6\" height=\"4\"/>\n" +
            "</annotations>\n");
    return read("cvat", dir_.path());
  }
  TempDir dir_;
};

TEST_F(CvatTest, PolygonsBoxesAndMasks) {
  const auto result = with(
      R"(<polygon label="cup" source="manual" occluded="0" points="1.00,1.00;4.00,1.00;4.00,3.00;1.00,3.00" z_order="0">)"
      R"(<attribute name="colour">red</attribute></polygon>)"
      R"(<box label="a &lt;dog&gt;" occluded="0" xtl="3.00" ytl="2.00" xbr="6.00" ybr="4.00" z_order="0"/>)"
      R"(<mask label="cup" source="manual" rle="1, 2, 1, 1" left="2" top="1" width="1" height="5" z_order="0"/>)"
      R"(<mask label="cup" source="manual" rle="1, 2, 3" left="2" top="1" width="3" height="2" z_order="0"/>)");
  ASSERT_EQ(result.set.pictures.size(), 2U);
  const AnnotatedPicture& picture = result.set.pictures[0];
  ASSERT_EQ(picture.things.size(), 3U);
  EXPECT_EQ(pixels(picture, 0), mask_of({"......", ".###..", ".###..", "......"}));
  EXPECT_EQ(picture.things[1].name, "a <dog>");
  EXPECT_EQ(pixels(picture, 1), mask_of({"......", "......", "...###", "...###"}));
  EXPECT_EQ(pixels(picture, 2), mask_of({"......", "...##.", "......", "......"}));
  EXPECT_EQ(result.set.pictures[1].split, "val");
  EXPECT_EQ(result.left_out(), "malformed 1");
}

TEST_F(CvatTest, WhatCannotBeExpressedIsNamed) {
  const auto result = with(
      R"(<box label="cup" xtl="0" ytl="0" xbr="3" ybr="2"/>)"
      R"(<box label="cup" xtl="0" ytl="0" xbr="3" ybr="2" rotation="12.50"/>)"
      R"(<polyline label="cup" points="1,1;2,2"/><points label="cup" points="1,1"/>)"
      R"(<cuboid label="cup" xtl1="1"/><ellipse label="cup" cx="1" cy="1" rx="1" ry="1"/><tag label="cup"/>)"
      R"(<skeleton label="cup"><points label="1" points="1,1"/></skeleton>)"
      R"(<polygon points="1,1;4,1;4,3"/><polygon label="cup" points="1,1;4"/><polygon label="cup" points="1,1;4,x;2,2"/>)"
      R"(<polygon label="cup" points="1,1;4,nan;2,2"/><polygon label="cup"/><box label="cup" xtl="1" ytl="1"/>)"
      R"(<mask label="cup" rle="1, 2" left="0" top="0" width="2" height="2"/>)"
      R"(<mask label="cup" rle="1e30" left="0" top="0" width="2" height="2"/>)"
      R"(<mask label="cup" rle="4" left="5" top="0" width="2" height="2"/>)"
      R"(<mask label="cup" rle="4" left="1.5" top="0" width="2" height="2"/>)");
  EXPECT_EQ(result.report.things(), 1);
  EXPECT_EQ(
      result.left_out(),
      "cuboid 1, ellipse 1, malformed 9, no_name 1, points 1, polyline 1, rotated_box 1, skeleton 1, tag 1");
  EXPECT_EQ(result.report.items()[0].place.record, "image a.png box 1");
}

TEST_F(CvatTest, FilesThatAreSomethingElse) {
  const auto said = [&](const std::string& text) {
    return message_of<DataError>([&] { read("cvat", dir_.write("annotations.xml", text)); });
  };
  EXPECT_TRUE(has(said("<annotations><image"), "byte "));
  EXPECT_TRUE(has(said("{}"), "annotations.xml"));
  EXPECT_TRUE(has(said("<a/>"), "no <annotations>"));
  EXPECT_TRUE(has(said("<annotations><track id=\"3\" label=\"cup\"/></annotations>"), "track 1"));
  std::string nested = "<annotations>";
  for (int i = 0; i < 100000; ++i) nested += "<image>";
  EXPECT_THROW(read("cvat", dir_.write("annotations.xml", nested)), DataError);
}

}  // namespace
}  // namespace pixelsail
