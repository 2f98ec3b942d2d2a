#include "image/image_fit.h"

#include <gtest/gtest.h>

#include "helpers.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// As EVE counts: one for the image and one for each row beside the patches.
std::int64_t count(int grid_h, int grid_w) {
  return 1 + std::int64_t{grid_h} * (grid_w + 1);
}

TEST(FitImage, WhatFitsStaysAsItIs) {
  const ImageFit fit = fit_image({640, 480}, preprocess_defaults("eve"), 661, count);
  EXPECT_EQ(fit.resized, (Size{928, 704}));
  EXPECT_EQ(fit.tokens, 1 + 22 * 30);
  EXPECT_TRUE(fit.fits);
  EXPECT_EQ(fit.max_side, 800);
  EXPECT_EQ(fit.fitting, fit.resized);
  EXPECT_EQ(fit.fitting_tokens, fit.tokens);
}

TEST(FitImage, FindsTheLargestSide) {
  for (const char* name : {"sail", "sail_7b", "solo", "eve"}) {
    for (const Size original : {Size{640, 480}, Size{3000, 2000}, Size{70, 2500}}) {
      for (const std::int64_t limit : {20, 100, 400}) {
        PreprocessConfig config = preprocess_defaults(name);
        const ImageFit fit = fit_image(original, config, limit, count);
        int largest = 0;
        for (int side = config.patch_size; side <= preprocess_defaults(name).max_side; ++side) {
          config.max_side = side;
          const Size size = resized_size(original, config);
          if (count(size.height / config.patch_size, size.width / config.patch_size) <= limit) largest = side;
        }
        ASSERT_EQ(fit.max_side, largest) << name << " " << original.width << " " << limit;
        config.max_side = largest;
        ASSERT_EQ(fit.fitting, resized_size(original, config));
        ASSERT_LE(fit.fitting_tokens, limit);
        ASSERT_EQ(fit.fits, fit.tokens <= limit);
      }
    }
  }
}

TEST(FitImage, NothingMayFit) {
  const ImageFit fit = fit_image({100000, 1}, preprocess_defaults("eve"), 100, count);
  EXPECT_FALSE(fit.fits);
  EXPECT_EQ(fit.max_side, 0);
  EXPECT_EQ(fit.fitting, Size{});
  EXPECT_EQ(fit_image({1, 1}, {.patch_size = 16, .max_side = 16}, 2, count).max_side, 0);
  EXPECT_EQ(fit_image({1, 1}, {.patch_size = 16, .max_side = 16}, 3, count).max_side, 16);
}

TEST(CheckImageFits, SaysWhatWouldDo) {
  const PreprocessConfig eve = preprocess_defaults("eve");
  EXPECT_NO_THROW(check_image_fits({640, 480}, eve, 661, count));
  const std::string message = test::message_of<DataError>([&] {
    check_image_fits({640, 480}, eve, 660, count);
  });
  const ImageFit fit = fit_image({640, 480}, eve, 660, count);
  for (const std::string& part :
       {std::string("image too large for the context"), std::string("661 tokens of 660"),
        "max_side " + std::to_string(fit.max_side) + " instead of 800", std::to_string(fit.fitting_tokens)}) {
    EXPECT_NE(message.find(part), std::string::npos) << message;
  }
  EXPECT_NE(test::message_of<DataError>([&] {
              check_image_fits({100000, 1}, eve, 100, count);
            }).find("no max_side"),
            std::string::npos);
  EXPECT_THROW(check_image_fits({0, 1}, eve, 100, count), DataError);
}

}  // namespace
}  // namespace pixelsail
