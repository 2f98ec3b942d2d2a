#include "image/preprocess.h"

#include <gtest/gtest.h>

#include "helpers.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

using PatchMask = std::vector<std::uint8_t>;

TEST(ResizedSize, AlwaysWholePatchesWithinTheLimit) {
  for (const int patch : {8, 14, 16, 32}) {
    PreprocessConfig config;
    config.patch_size = patch;
    for (int width = 1; width < 3000; width += 37) {
      for (int height = 1; height < 3000; height += 61) {
        const Size size = resized_size({width, height}, config);
        ASSERT_EQ(size.width % patch, 0);
        ASSERT_EQ(size.height % patch, 0);
        ASSERT_GE(std::min(size.width, size.height), patch);
        ASSERT_LE(std::max(size.width, size.height), 1024 / patch * patch);
        ASSERT_EQ(size, (Size{resized_size({height, width}, config).height,
                              resized_size({height, width}, config).width}));
      }
    }
  }
}

TEST(ResizedSize, ExtremeShapesKeepOnePatch) {
  EXPECT_EQ(resized_size({1, 5000}, {}), (Size{16, 1024}));
  EXPECT_EQ(resized_size({5000, 2}, {}), (Size{1024, 16}));
  EXPECT_EQ(resized_size({1, 1}, {}), (Size{16, 16}));
  EXPECT_EQ(resized_size({2000000000, 2000000000}, {}), (Size{1024, 1024}));
}

TEST(ResizedSize, RefusesWhatCannotWork) {
  EXPECT_THROW(resized_size({0, 5}, {}), DataError);
  EXPECT_THROW(resized_size({5, 0}, {}), DataError);
  EXPECT_THROW(resized_size({5, 5}, {.patch_size = 0}), ConfigError);
  EXPECT_THROW(resized_size({5, 5}, {.patch_size = 32, .max_side = 31}), ConfigError);
}

TEST(ResizedSize, AreaIsMetFromBothSides) {
  const PreprocessConfig eve = preprocess_defaults("eve");
  EXPECT_EQ(resized_size({640, 480}, eve), (Size{928, 704}));
  EXPECT_EQ(resized_size({800, 800}, eve), (Size{800, 800}));
  EXPECT_EQ(resized_size({1, 1}, eve), (Size{800, 800}));
  EXPECT_EQ(resized_size({2000000000, 2000000000}, eve), (Size{800, 800}));
  EXPECT_EQ(resized_size({100000, 1}, eve), (Size{252992, 32}));
  EXPECT_EQ(resized_size({1, 2000000000}, eve), (Size{32, 35777088}));
  for (int width = 1; width < 3000; width += 41) {
    for (int height = 1; height < 3000; height += 67) {
      const Size size = resized_size({width, height}, eve);
      ASSERT_EQ(size.width % 32, 0);
      ASSERT_EQ(size.height % 32, 0);
      ASSERT_GE(std::min(size.width, size.height), 32);
      ASSERT_GE(std::int64_t{size.width} * size.height, 800 * 800);
      ASSERT_EQ(size,
                (Size{resized_size({height, width}, eve).height, resized_size({height, width}, eve).width}));
    }
  }
}

TEST(ResizedSize, AreaLimitShrinksOnlyWhatIsTooLarge) {
  const PreprocessConfig sail = preprocess_defaults("sail_7b");
  EXPECT_EQ(resized_size({640, 470}, sail), (Size{640, 480}));
  EXPECT_EQ(resized_size({3000, 1000}, sail), (Size{3008, 1024}));  // 94 x 32 = 3008 patches
  EXPECT_EQ(resized_size({2048, 2048}, sail), (Size{2048, 2048}));
  EXPECT_EQ(resized_size({4000, 3000}, sail), (Size{2336, 1760}));
  EXPECT_EQ(resized_size({1000000, 2}, sail), (Size{131072, 32}));
  for (int width = 1; width < 9000; width += 97) {
    for (int height = 1; height < 9000; height += 101) {
      const Size size = resized_size({width, height}, sail);
      ASSERT_EQ(size.width % 32, 0);
      ASSERT_EQ(size.height % 32, 0);
      ASSERT_GE(std::min(size.width, size.height), 32);
      ASSERT_LE(size.width / 32 * (size.height / 32), 4096);
    }
  }
}

TEST(ResizedSize, RefusesWhatNoIntegerHolds) {
  PreprocessConfig config{.patch_size = 32, .max_side = 2000000000};
  config.size_rule = SizeRule::kAreaLimit;
  EXPECT_THROW(resized_size({2147483647, 1}, config), DataError);
  config.size_rule = SizeRule::kArea;
  EXPECT_THROW(resized_size({1, 2147483647}, config), DataError);
}

TEST(PreprocessDefaults, ByBackbone) {
  EXPECT_EQ(preprocess_defaults("sail"), PreprocessConfig{});
  EXPECT_EQ(preprocess_defaults("solo"), (PreprocessConfig{.patch_size = 32}));
  EXPECT_EQ(preprocess_defaults("eve").resample, Resample::kBicubic);
  const std::string message = test::message_of<ConfigError>([] { preprocess_defaults("text"); });
  EXPECT_NE(message.find("sail, sail_7b, solo, eve"), std::string::npos) << message;
}

TEST(PreprocessImage, UsesTheFilterOfTheConfiguration) {
  const Image image = test::noise_image(50, 70, 3);
  PreprocessConfig config;
  const auto values = [&](const Image& resized) { return patchify(resized, config).values; };
  EXPECT_EQ(preprocess_image(image, config).values, values(resize_bilinear(image, {80, 64})));
  config.resample = Resample::kBicubic;
  EXPECT_EQ(preprocess_image(image, config).values, values(resize_bicubic(image, {80, 64})));
}

TEST(Patchify, OrderIsGridThenChannelThenPixel) {
  const PreprocessConfig config{.patch_size = 2, .max_side = 64, .mean = {0, 0, 0}, .std = {1, 1, 1}};
  Image image(4, 6);
  for (std::size_t i = 0; i < image.rgb.size(); ++i) {
    image.rgb[i] = static_cast<std::uint8_t>(i);
  }
  const Patches patches = patchify(image, config);
  EXPECT_EQ(patches.grid_h, 2);
  EXPECT_EQ(patches.grid_w, 3);
  EXPECT_EQ(patches.dim, 12);
  std::size_t index = 0;
  for (int row = 0; row < 2; ++row) {
    for (int column = 0; column < 3; ++column) {
      for (int channel = 0; channel < 3; ++channel) {
        for (int y = 0; y < 2; ++y) {
          for (int x = 0; x < 2; ++x) {
            const std::uint8_t byte = image.pixel(row * 2 + y, column * 2 + x)[channel];
            ASSERT_FLOAT_EQ(patches.values[index++], static_cast<float>(byte) / 255.0F);
          }
        }
      }
    }
  }
  EXPECT_EQ(index, patches.values.size());
}

TEST(Patchify, NormalisesEachChannel) {
  Image image(16, 16);
  for (int i = 0; i < 256; ++i) {
    image.rgb[i * 3] = 255, image.rgb[i * 3 + 1] = 128, image.rgb[i * 3 + 2] = 0;
  }
  const Patches patches = patchify(image, {});
  EXPECT_NEAR(patches.values[0], (1.0 - 0.485) / 0.229, 1e-6);
  EXPECT_NEAR(patches.values[256], (128 / 255.0 - 0.456) / 0.224, 1e-6);
  EXPECT_NEAR(patches.values[512], -0.406 / 0.225, 1e-6);
}

TEST(Patchify, RefusesPartsOfPatches) {
  EXPECT_THROW(patchify(Image(16, 17), {}), DataError);
  EXPECT_THROW(patchify(Image(), {}), DataError);
}

TEST(MaskToPatches, OnePixelMarksItsPatch) {
  Mask mask(64, 96);
  mask.at(63, 16) = 1;
  const PatchMask touched = mask_to_patches(mask, {48, 32}, 16);  // half the size: pixel (63, 16) is (31, 8)
  EXPECT_EQ(touched, (PatchMask{0, 0, 0, 0, 0, 0}));              // nearest takes odd pixels only
  mask.at(63, 33) = 7;
  EXPECT_EQ(mask_to_patches(mask, {48, 32}, 16), (PatchMask{0, 0, 0, 0, 1, 0}));
  EXPECT_THROW(mask_to_patches(mask, {48, 33}, 16), DataError);
  EXPECT_THROW(mask_to_patches(Mask(), {48, 32}, 16), DataError);
}

TEST(MaskToPatches, CornerTakesEvenPixels) {
  Mask mask(64, 96);
  mask.at(63, 33) = 1;
  EXPECT_EQ(mask_to_patches(mask, {48, 32}, 16, NearestSource::kCorner), (PatchMask{0, 0, 0, 0, 0, 0}));
  mask.at(62, 32) = 1;
  EXPECT_EQ(mask_to_patches(mask, {48, 32}, 16, NearestSource::kCorner), (PatchMask{0, 0, 0, 0, 1, 0}));
}

TEST(PaintPrompts, TheLastWins) {
  const auto numbers = paint_prompts({{4, PatchMask{1, 1, 0, 0}}, {0, PatchMask{0, 1, 1, 0}}}, 4);
  EXPECT_EQ(numbers, (std::vector<std::int64_t>{4, 0, 0, -2}));
  EXPECT_EQ(paint_prompts({}, 2), (std::vector<std::int64_t>{-2, -2}));
  EXPECT_THROW(paint_prompts({{4, PatchMask{1, 1}}}, 4), DataError);
}

}  // namespace
}  // namespace pixelsail
