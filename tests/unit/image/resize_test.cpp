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

struct ResizeCase {
  int width, height, new_width, new_height;
  const char* digest;
};

/// The seed of the noise is the number of the case.
void expect_digests(Image (*resize)(const Image&, Size), const std::vector<ResizeCase>& cases) {
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const ResizeCase& c = cases[i];
    const Image image = test::noise_image(c.height, c.width, static_cast<std::uint32_t>(i + 1));
    EXPECT_EQ(test::sha256(resize(image, {c.new_width, c.new_height}).rgb), c.digest)
        << c.width << "x" << c.height << " -> " << c.new_width << "x" << c.new_height;
  }
}

/// Digests of Image.resize(size, BILINEAR) of Pillow 11.3.0 on the same noise.
TEST(ResizeBilinear, BytesEqualPillow) {
  expect_digests(resize_bilinear,
                 {
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
                 });
}

/// And of Image.resize(size, BICUBIC).
TEST(ResizeBicubic, BytesEqualPillow) {
  expect_digests(resize_bicubic,
                 {
                     {37, 53, 48, 64, "159c824a63e3140d11faf4a8f958ce9012e00d2f0e83badc6db774c79d050089"},
                     {53, 37, 7, 5, "a9d338307dd0d479a8ede46a3a52ba947195b17178c6f93f1a4e3bb55d49a401"},
                     {100, 80, 100, 33, "aede574aaea11e196ce285093538748470a59afdbbc5a667c9670c83d450df90"},
                     {100, 80, 31, 80, "8e716ef5b10c92894a07ea9aef372d221b76ae80566e1f6a4f0a099305ef550a"},
                     {1, 1, 32, 32, "5090fac3eb1a76616e66fe7dbe67bcdc2c9b2026ccc3b8ae6ffb259e245940f7"},
                     {640, 3, 64, 32, "e12fbe537d0fbd7e5d86578fe86ae306fbfd5f7d2b56b2fd368f384671ef7894"},
                     {3, 200, 1, 199, "43a08823fb98dedc448afbd34019ddc06b91b0b5bf6411f6c466dd98ac36fac0"},
                     {129, 127, 128, 128, "87124c1294ec9dc6ec3f00845643ae162c1748d9fd048b3f67572d6b2a2ebeeb"},
                     {16, 16, 160, 144, "8065313ecef69081fc3754495ab89d78c90321cdcdfc4919550027bac670d7e4"},
                     {301, 7, 1, 1, "3359a18ae368f47609f47088246bd720e014ba8da57da8c3f1ddb078c818f4b7"},
                     {40, 30, 40, 30, "401c8ca9146b7c8fc74226cb0c0189ef3e232a3512a27716a10d1d856785c966"},
                 });
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
std::vector<int> nearest_row(int source, int target, NearestSource rule = NearestSource::kCentre) {
  Mask row(1, source);
  std::iota(row.data.begin(), row.data.end(), std::uint8_t{0});
  const Mask resized = resize_nearest(row, {target, 1}, rule);
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

TEST(ResizeNearest, CornerTakesTheFirst) {
  EXPECT_EQ(nearest_row(4, 2, NearestSource::kCorner), (std::vector<int>{0, 2}));
  EXPECT_EQ(nearest_row(2, 5, NearestSource::kCorner), (std::vector<int>{0, 0, 0, 1, 1}));
  EXPECT_EQ(nearest_row(100, 3, NearestSource::kCorner), (std::vector<int>{0, 33, 66}));
  // The float32 product of torch.nn.functional.interpolate falls short of the exact 1 and 2.
  const std::vector<int> row = nearest_row(4, 1504, NearestSource::kCorner);
  EXPECT_EQ((std::vector<int>{row[375], row[376], row[377]}), (std::vector<int>{0, 0, 1}));
  EXPECT_EQ((std::vector<int>{row[751], row[752], row[753]}), (std::vector<int>{1, 1, 2}));
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
