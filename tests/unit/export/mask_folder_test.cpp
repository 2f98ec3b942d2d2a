#include "fixtures.h"
#include "image/codec.h"

namespace pixelsail {
namespace {

using test::has;
using test::mask_of;
using test::message_of;
using test::pixels;
using test::read;
using test::TempDir;
using test::write_mask;
using test::write_picture;

const std::vector<std::string> kRows{"......", ".###..", ".#.#..", ".###.."};

TEST(MaskFolder, NamesInTheNamesOfFiles) {
  const TempDir dir;
  write_picture(dir, "images/a.jpg", 4, 6);
  write_picture(dir, "images/a_b.jpg", 4, 6);
  write_picture(dir, "images/sub/c.png", 4, 6);
  const Mask mask = mask_of(kRows);
  write_mask(dir, "masks/a_cup.png", mask);
  write_mask(dir, "masks/a_small cup_2.png", mask);
  write_mask(dir, "masks/a_b_dog.png", mask);
  write_mask(dir, "masks/sub/c/dog_1.png", mask);
  write_mask(dir, "masks/d_dog.png", mask);
  write_mask(dir, "masks/a_1.png", mask);
  write_mask(dir, "masks/a_thin.png", Mask(4, 7));
  write_mask(dir, "masks/a_empty.png", Mask(4, 6));
  dir.write("masks/a_broken.png", std::string_view("no picture"));
  const auto result = read("mask_folder", dir.path());
  ASSERT_EQ(result.set.pictures.size(), 3U);
  std::vector<std::string> names;
  for (const AnnotatedPicture& picture : result.set.pictures) {
    for (std::size_t i = 0; i < picture.things.size(); ++i) {
      names.push_back(picture.name + ":" + picture.things[i].name);
      EXPECT_EQ(pixels(picture, i), mask);
    }
  }
  std::ranges::sort(names);
  EXPECT_EQ(names,
            (std::vector<std::string>{"a.jpg:cup", "a.jpg:small cup", "a_b.jpg:dog", "sub/c.png:dog"}));
  EXPECT_EQ(result.left_out(), "malformed 2, no_name 1, no_picture 1, no_pixel 1");
}

TEST(MaskFolder, ValuesThatNamesTxtNames) {
  const TempDir dir;
  write_picture(dir, "a.jpg", 2, 4);
  Image colours(2, 4);
  const auto set = [&colours](int y, int x, std::uint8_t r, std::uint8_t g, std::uint8_t b) {
    std::uint8_t* pixel = colours.pixel(y, x);
    pixel[0] = r;
    pixel[1] = g;
    pixel[2] = b;
  };
  set(0, 0, 3, 3, 3);
  set(0, 1, 3, 3, 3);
  set(1, 0, 200, 30, 30);
  set(1, 3, 9, 9, 9);
  dir.write("a.png", std::span<const std::byte>(encode_png(colours)));
  EXPECT_EQ(read("mask_folder", dir.path()).left_out(), "no_name 1");
  dir.write("names.txt", std::string_view("# values\n3 red cup\r\n200,30,30\tdog\n\n"));
  const auto result = read("mask_folder", dir.path());
  const AnnotatedPicture& picture = result.set.pictures.at(0);
  ASSERT_EQ(picture.things.size(), 2U);
  EXPECT_EQ(picture.things[0].name, "red cup");
  EXPECT_EQ(pixels(picture, 0), mask_of({"##..", "...."}));
  EXPECT_EQ(picture.things[1].name, "dog");
  EXPECT_EQ(result.left_out(), "unknown_value 1");
  EXPECT_EQ(result.report.items()[0].place.record, "value 9,9,9");
  dir.write("names.txt", std::string_view("* cup\n"));
  EXPECT_EQ(pixels(read("mask_folder", dir.path()).set.pictures.at(0), 0), mask_of({"##..", "#..#"}));
}

TEST(MaskFolder, NamesTxtIsChecked) {
  const TempDir dir;
  write_picture(dir, "a.jpg", 2, 4);
  const auto said = [&](const std::string& text) {
    dir.write("names.txt", text);
    return message_of<DataError>([&] { read("mask_folder", dir.path()); });
  };
  EXPECT_TRUE(has(said("1 cup\n1 dog\n"), "names.txt:2: the value 1 is there twice"));
  EXPECT_TRUE(has(said("cup\n"), "names.txt:1"));
  EXPECT_TRUE(has(said("300 cup\n"), "from 0 to 255"));
  EXPECT_TRUE(has(said("1,2 cup\n"), "neither a value nor a colour"));
  EXPECT_TRUE(has(said("\n"), "names nothing"));
}

TEST(MaskFolder, APhotographIsNoMask) {
  const TempDir dir;
  write_picture(dir, "a.jpg", 20, 20);
  Image photo(20, 20);
  for (int y = 0; y < 20; ++y) {
    for (int x = 0; x < 20; ++x) {
      photo.pixel(y, x)[0] = static_cast<std::uint8_t>(1 + x);
      photo.pixel(y, x)[1] = static_cast<std::uint8_t>(y);
    }
  }
  dir.write("a.png", std::span<const std::byte>(encode_png(photo)));
  dir.write("names.txt", std::string_view("1 cup\n"));
  EXPECT_EQ(read("mask_folder", dir.path()).left_out(), "malformed 1");
}

}  // namespace
}  // namespace pixelsail
