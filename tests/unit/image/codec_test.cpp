#include "image/codec.h"

#include <gtest/gtest.h>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include "helpers.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

using Bytes = std::vector<std::byte>;

Bytes encode(const char* extension, const cv::Mat& pixels) {
  std::vector<std::uint8_t> encoded;
  cv::imencode(extension, pixels, encoded);
  const auto view = std::as_bytes(std::span<const std::uint8_t>(encoded));
  return {view.begin(), view.end()};
}

/// Red in the upper left quarter of a 16 x 32 picture, blue in the lower right one, gray elsewhere.
Image corners() {
  Image image(16, 32);
  for (int y = 0; y < 16; ++y) {
    for (int x = 0; x < 32; ++x) {
      std::uint8_t* p = image.pixel(y, x);
      p[0] = p[1] = p[2] = 120;
      if (y < 8 && x < 16) {
        p[0] = 230, p[1] = 10, p[2] = 10;
      } else if (y >= 8 && x >= 16) {
        p[0] = 10, p[1] = 10, p[2] = 230;
      }
    }
  }
  return image;
}

/// A JPEG with an Exif segment (little-endian TIFF, one entry: tag 0x0112, SHORT) behind its start marker.
Bytes with_orientation(const Bytes& jpeg, int orientation) {
  const std::vector<int> segment{0xFF,        0xE1, 0,  34, 'E', 'x', 'i', 'f', 0, 0,
                                 'I',         'I',  42, 0,  8,   0,   0,   0,   1, 0,  // one entry
                                 0x12,        0x01, 3,  0,  1,   0,   0,   0,          //
                                 orientation, 0,    0,  0,  0,   0,   0,   0};
  Bytes result(jpeg.begin(), jpeg.begin() + 2);
  for (const int value : segment) {
    result.push_back(static_cast<std::byte>(value));
  }
  result.insert(result.end(), jpeg.begin() + 2, jpeg.end());
  return result;
}

TEST(Codec, PngRoundTrips) {
  const Image image = test::noise_image(13, 29, 3);
  EXPECT_EQ(decode_image(encode_png(image), "x.png"), image);
  const Image pixel = test::noise_image(1, 1, 4);
  EXPECT_EQ(decode_image(encode_png(pixel), "x.png"), pixel);
  EXPECT_EQ(encode_png(image), encode_png(image));
}

TEST(Codec, JpegIsClose) {
  const Image image = corners();
  const Image decoded = decode_image(encode_jpeg(image, 95), "x.jpg");
  ASSERT_EQ(decoded.width, 32);
  ASSERT_EQ(decoded.height, 16);
  for (const auto& [y, x] : {std::pair{4, 5}, {12, 25}, {4, 25}}) {
    for (int channel = 0; channel < 3; ++channel) {
      EXPECT_NEAR(decoded.pixel(y, x)[channel], image.pixel(y, x)[channel], 12) << y << "," << x;
    }
  }
  EXPECT_LT(encode_jpeg(test::noise_image(64, 64, 1), 30).size(),
            encode_jpeg(test::noise_image(64, 64, 1), 95).size());
  EXPECT_THROW(encode_jpeg(image, 0), ConfigError);
  EXPECT_THROW(encode_png(Image()), DataError);
  EXPECT_THROW(encode_png(Mask()), DataError);
}

TEST(Codec, ExifOrientationIsApplied) {
  const Bytes jpeg = encode_jpeg(corners(), 95);
  // Where the red corner goes: (row, column) of its centre; orientations above 4 exchange the sides.
  const std::vector<std::pair<int, int>> red{{4, 8}, {4, 24}, {12, 24}, {12, 8},
                                             {8, 4}, {8, 12}, {24, 12}, {24, 4}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Image image = decode_image(with_orientation(jpeg, orientation), "x.jpg");
    EXPECT_EQ(image.width, orientation > 4 ? 16 : 32) << orientation;
    EXPECT_EQ(image.height, orientation > 4 ? 32 : 16) << orientation;
    const auto& [y, x] = red[static_cast<std::size_t>(orientation - 1)];
    ASSERT_LT(y, image.height);
    ASSERT_LT(x, image.width);
    EXPECT_GT(image.pixel(y, x)[0], 180) << orientation;
    EXPECT_LT(image.pixel(y, x)[2], 80) << orientation;
    EXPECT_GT(image.pixel(image.height - 1 - y, image.width - 1 - x)[2], 180) << orientation;
  }
}

TEST(Codec, GrayIsRepeated) {
  cv::Mat gray(1, 3, CV_8UC1);
  gray.at<std::uint8_t>(0, 0) = 0, gray.at<std::uint8_t>(0, 1) = 77, gray.at<std::uint8_t>(0, 2) = 255;
  EXPECT_EQ(decode_image(encode(".png", gray), "g").rgb,
            (std::vector<std::uint8_t>{0, 0, 0, 77, 77, 77, 255, 255, 255}));
}

TEST(Codec, AlphaIsDropped) {
  const cv::Mat bgra(1, 1, CV_8UC4, cv::Scalar(30, 20, 10, 0));
  EXPECT_EQ(decode_image(encode(".png", bgra), "a").rgb, (std::vector<std::uint8_t>{10, 20, 30}));
}

TEST(Codec, SixteenBitsBecomeEight) {
  const cv::Mat bgr(1, 1, CV_16UC3, cv::Scalar(0xFFFF, 0x8040, 0x01FF));
  EXPECT_EQ(decode_image(encode(".png", bgr), "s").rgb, (std::vector<std::uint8_t>{0x01, 0x80, 0xFF}));
  const cv::Mat gray(1, 1, CV_16UC1, cv::Scalar(0x8040));
  EXPECT_EQ(decode_image(encode(".png", gray), "s").rgb, (std::vector<std::uint8_t>{0x80, 0x80, 0x80}));
}

TEST(Codec, EveryTruncationIsAnError) {
  const Image image = test::noise_image(24, 20, 9);
  cv::Mat bgr(24, 20, CV_8UC3, const_cast<std::uint8_t*>(image.rgb.data()));
  for (const Bytes& whole :
       {encode_png(image), encode_jpeg(image, 80), encode(".bmp", bgr), encode(".webp", bgr)}) {
    ASSERT_EQ(decode_image(whole, "whole").width, 20);
    for (std::size_t size = 0; size < whole.size(); size += size + 64 < whole.size() ? 7 : 1) {
      EXPECT_THROW(decode_image(std::span(whole).first(size), "cut"), DataError)
          << size << " of " << whole.size();
    }
  }
}

TEST(Codec, DamageInAPngIsAnError) {
  const Bytes whole = encode_png(test::noise_image(24, 20, 9));
  for (std::size_t i = 0; i < whole.size(); i += 5) {
    Bytes damaged = whole;
    damaged[i] ^= std::byte{0x20};
    EXPECT_THROW(decode_image(damaged, "damaged"), DataError) << i;
  }
}

TEST(Codec, TrailingBytesDoNoHarm) {
  Bytes png = encode_png(corners()), jpeg = encode_jpeg(corners(), 90);
  png.resize(png.size() + 100), jpeg.resize(jpeg.size() + 100);
  EXPECT_EQ(decode_image(png, "p").width, 32);
  EXPECT_EQ(decode_image(jpeg, "j").width, 32);
}

TEST(Codec, ZeroSideAndHugeSizesAreNamed) {
  // A BMP header alone is enough to claim a size; PNG headers carry a checksum, so patch JPEG: SOF0 height,
  // width.
  Bytes jpeg = encode_jpeg(corners(), 90);
  std::size_t frame = 0;
  while (!(jpeg[frame] == std::byte{0xFF} && jpeg[frame + 1] == std::byte{0xC0})) {
    ++frame;
  }
  Bytes flat = jpeg, huge = jpeg;
  flat[frame + 5] = flat[frame + 6] = std::byte{0};
  for (std::size_t i = 5; i < 9; ++i) {
    huge[frame + i] = std::byte{0xFF};
  }
  EXPECT_NE(test::message_of<DataError>([&] {
              decode_image(flat, "f.jpg");
            }).find("f.jpg: the image has a zero side"),
            std::string::npos);
  EXPECT_NE(test::message_of<DataError>([&] { decode_image(huge, "h.jpg"); }).find("65535 x 65535"),
            std::string::npos);
}

TEST(Codec, MessagesNameTheFile) {
  const test::TempDir folder;
  const auto fails_with_name = [](const std::filesystem::path& path) {
    return test::message_of<DataError>([&] { load_image(path); }).find(path.string()) != std::string::npos &&
           test::message_of<DataError>([&] { load_mask(path); }).find(path.string()) != std::string::npos;
  };
  EXPECT_TRUE(fails_with_name(folder.write("empty.png", std::string())));
  EXPECT_TRUE(fails_with_name(folder.write("text.jpg", std::string("this is no picture"))));
  const Bytes whole = encode_png(corners());
  EXPECT_TRUE(fails_with_name(folder.write("half.png", std::span(whole).first(60))));
  EXPECT_TRUE(fails_with_name("/nonexistent/missing.png"));
  EXPECT_EQ(load_image(folder.write("good.png", encode_png(corners()))), corners());
}

TEST(Codec, MasksAreTheNonZeroPixels) {
  const test::TempDir folder;
  Mask mask(5, 7);
  mask.at(1, 2) = mask.at(4, 6) = 1;
  EXPECT_EQ(load_mask(folder.write("m.png", encode_png(mask))), mask);
  const Image shown = decode_image(encode_png(mask), "m.png");
  EXPECT_EQ(shown.pixel(1, 2)[0], 255);
  EXPECT_EQ(shown.pixel(1, 3)[0], 0);

  cv::Mat deep = cv::Mat::zeros(5, 7, CV_16UC1);  // 1 of 65535 would vanish in 8 bits
  deep.at<std::uint16_t>(1, 2) = 1, deep.at<std::uint16_t>(4, 6) = 256;
  EXPECT_EQ(decode_mask_image(encode(".png", deep), "deep"), mask);
  cv::Mat blue = cv::Mat::zeros(5, 7, CV_8UC4);
  blue.setTo(cv::Scalar(0, 0, 0, 255));
  blue.at<cv::Vec4b>(1, 2)[0] = 9, blue.at<cv::Vec4b>(4, 6)[0] = 200;
  EXPECT_EQ(decode_mask_image(encode(".png", blue), "colour"), mask);
}

}  // namespace
}  // namespace pixelsail
