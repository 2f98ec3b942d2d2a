#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include "helpers.h"
#include "image/preprocess.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

TEST(Sha256, KnownDigests) {
  const std::string abc = "abc";
  const std::span<const std::uint8_t> bytes(reinterpret_cast<const std::uint8_t*>(abc.data()), abc.size());
  EXPECT_EQ(test::sha256(bytes), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(test::sha256({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/// Digests of Image.resize(size, BILINEAR) of Pillow 11.3.0 on the same noise; the seed is the number of the
/// case.
TEST(ResizeBilinear, BytesEqualPillow) {
  struct Case {
    int width, height, new_width, new_height;
    const char* digest;
  };
  const std::vector<Case> cases{
      {37, 53, 48, 64, "4db544cdb5db5fa3b6dffd5cc2fb25a82503f1668097afa5357c467e6f14d7ae"},
      {53, 37, 7, 5, "f1fae6358021bb46ec2ced6054765fd70f92209057a1127ed2bbbd9c22aede36"},
      {100, 80, 100, 33, "2ee20851d5cbb6c658d94ec4015ec376f90b4e27bb80bd264c45efdc756e7b3f"},
      {100, 80, 31, 80, "1d4bb8b0b9fd9904a80087f03dea1ade4e7741b90f412f07f63594f89b8ee099"},
      {1, 1, 16, 16, "6b2977f181d366e1618a5ae4a5c630beec60cc8a05e19b0413f0161e38698ad1"},
      {640, 3, 64, 16, "98f5ff7571dc38332ecb75627ca068549abe11a0ed4e88ff62f265842ca35c98"},
      {3, 200, 1, 199, "6222ac5a68459383730650a4a3bedf5836536d710b7a75be8c6cfb3d2f5ee65a"},
      {129, 127, 128, 128, "8c86bf40749d6c244994c8409af7d4c78c316123ae7d5cdf4b5a83c34f5bf70d"},
      {16, 16, 160, 144, "cef32d175b5fa4a447cd6756547c92756ca67004a4e25eeda304b31d8e25e8cb"},
      {301, 7, 1, 1, "bb9856d4320b6e5761b8216d19e6a1b770c31f8f3ffe1c3493efbb6e6a219805"},
      {40, 30, 40, 30, "401c8ca9146b7c8fc74226cb0c0189ef3e232a3512a27716a10d1d856785c966"},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Case& c = cases[i];
    const Image image = test::noise_image(c.height, c.width, static_cast<std::uint32_t>(i + 1));
    EXPECT_EQ(test::sha256(resize_bilinear(image, {c.new_width, c.new_height}).rgb), c.digest)
        << c.width << "x" << c.height << " -> " << c.new_width << "x" << c.new_height;
  }
}

TEST(ResizeBilinear, KeepsAConstantAndTheSameSize) {
  Image gray(40, 30);
  std::fill(gray.rgb.begin(), gray.rgb.end(), 201);
  for (const Size size : {Size{7, 90}, Size{90, 7}, Size{1, 1}, Size{128, 128}}) {
    const Image resized = resize_bilinear(gray, size);
    EXPECT_EQ(resized.width, size.width);
    EXPECT_EQ(resized.height, size.height);
    EXPECT_EQ(std::count(resized.rgb.begin(), resized.rgb.end(), 201), resized.rgb.size());
  }
  const Image noise = test::noise_image(9, 13, 5);
  EXPECT_EQ(resize_bilinear(noise, {13, 9}), noise);
}

TEST(ResizeBilinear, RefusesZeroSides) {
  EXPECT_THROW(resize_bilinear(Image(), {16, 16}), DataError);
  EXPECT_THROW(resize_bilinear(Image(4, 4), {0, 16}), DataError);
  EXPECT_THROW(resize_nearest(Mask(), {16, 16}), DataError);
}

/// The source index of each target pixel on one row.
std::vector<int> nearest_row(int source, int target) {
  Mask row(1, source);
  std::iota(row.data.begin(), row.data.end(), std::uint8_t{0});
  const Mask resized = resize_nearest(row, {target, 1});
  return {resized.data.begin(), resized.data.end()};
}

TEST(ResizeNearest, TakesTheCentre) {
  EXPECT_EQ(nearest_row(4, 4), (std::vector<int>{0, 1, 2, 3}));
  EXPECT_EQ(nearest_row(4, 2), (std::vector<int>{1, 3}));
  EXPECT_EQ(nearest_row(2, 5), (std::vector<int>{0, 0, 1, 1, 1}));
  EXPECT_EQ(nearest_row(100, 3), (std::vector<int>{16, 50, 83}));
}

/// From 32 to 48 pixels, target 4 lies exactly on source 3.0; the running sum of Pillow's NEAREST ends just
/// below.
TEST(ResizeNearest, RoundsExactTiesAsPillowDoes) {
  const std::vector<int> row = nearest_row(32, 48);
  EXPECT_EQ((std::vector<int>{row.begin(), row.begin() + 8}), (std::vector<int>{0, 1, 1, 2, 2, 3, 4, 5}));
}

TEST(ResizeNearest, WorksAlongBothAxes) {
  Mask mask(2, 3);
  mask.at(1, 2) = 1;
  const Mask resized = resize_nearest(mask, {6, 4});
  for (int y = 0; y < 4; ++y) {
    for (int x = 0; x < 6; ++x) {
      EXPECT_EQ(resized.at(y, x), y >= 2 && x >= 4 ? 1 : 0) << y << "," << x;
    }
  }
}

}  // namespace
}  // namespace pixelsail
