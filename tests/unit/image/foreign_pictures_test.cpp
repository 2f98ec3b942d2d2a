// Pictures as cameras, browsers and drawing programs leave them: turned, transparent, under other names.

#include <gtest/gtest.h>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include "helpers.h"
#include "image/codec.h"
#include "image/container.h"
#include "image/gif.h"
#include "image/image_size.h"
#include "image/orientation.h"
#include "image/picture_format.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

using Bytes = std::vector<std::byte>;
using namespace std::string_literals;

Bytes bytes_of(const std::string& text) {
  const auto view = std::as_bytes(std::span(text));
  return {view.begin(), view.end()};
}

std::string text_of(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string number(std::uint32_t value, int count, bool big_endian) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    const int shift = 8 * (big_endian ? count - 1 - i : i);
    text += static_cast<char>(value >> shift & 0xFF);
  }
  return text;
}

/// One entry: tag 0x0112, SHORT.
std::string exif(int orientation, bool big_endian) {
  const auto n = [&](std::uint32_t value, int count) { return number(value, count, big_endian); };
  return (big_endian ? "MM" : "II") + n(42, 2) + n(8, 4) + n(1, 2) + n(0x0112, 2) + n(3, 2) + n(1, 4) +
         n(static_cast<std::uint32_t>(orientation), 2) + n(0, 2) + n(0, 4);
}

/// 16 x 32, red in the upper left quarter.
cv::Mat corner() {
  cv::Mat picture(16, 32, CV_8UC3, cv::Scalar(120, 120, 120));
  picture(cv::Rect(0, 0, 16, 8)) = cv::Scalar(10, 10, 230);
  return picture;
}

Bytes encode_foreign(const char* extension, const cv::Mat& pixels, const std::vector<int>& options = {}) {
  std::vector<std::uint8_t> encoded;
  cv::imencode(extension, pixels, encoded, options);
  const auto view = std::as_bytes(std::span<const std::uint8_t>(encoded));
  return {view.begin(), view.end()};
}

std::uint32_t crc(const std::string& text) {
  std::uint32_t value = ~0U;
  for (const char c : text) {
    value ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) value = (value & 1) != 0 ? 0xEDB88320U ^ (value >> 1) : value >> 1;
  }
  return ~value;
}

Bytes jpeg_with(const std::string& data, const std::string& other_segments = {}) {
  const std::string jpeg = text_of(encode_foreign(".jpg", corner(), {cv::IMWRITE_JPEG_QUALITY, 95}));
  const std::string segment = "Exif\0\0"s + data;
  return bytes_of(jpeg.substr(0, 2) + other_segments + "\xff\xe1" +
                  number(static_cast<std::uint32_t>(segment.size() + 2), 2, true) + segment + jpeg.substr(2));
}

Bytes png_with(const std::string& data, bool at_end) {
  const std::string png = text_of(encode_foreign(".png", corner()));
  const std::string body = "eXIf" + data;
  const std::string chunk =
      number(static_cast<std::uint32_t>(data.size()), 4, true) + body + number(crc(body), 4, true);
  const std::size_t place = at_end ? png.size() - 12 : 33;
  return bytes_of(png.substr(0, place) + chunk + png.substr(place));
}

/// The extended format: VP8X with the flag for EXIF, the picture, the EXIF chunk.
Bytes webp_with(const std::string& data) {
  const std::string webp = text_of(encode_foreign(".webp", corner(), {cv::IMWRITE_WEBP_QUALITY, 101}));
  const std::string picture = webp.substr(12);
  const std::string head =
      "VP8X" + number(10, 4, false) + number(8, 4, false) + number(31, 3, false) + number(15, 3, false);
  const std::string tail = "EXIF" + number(static_cast<std::uint32_t>(data.size()), 4, false) + data +
                           (data.size() % 2 != 0 ? "\0"s : "");
  const std::string body = "WEBP" + head + picture + tail;
  return bytes_of("RIFF" + number(static_cast<std::uint32_t>(body.size()), 4, false) + body);
}

TEST(ForeignPictures, EveryFormatIsTurnedAlikeAndSoAreItsSizes) {
  // Row and column of the red quarter's centre.
  const std::vector<std::pair<int, int>> red{{4, 8}, {4, 24}, {12, 24}, {12, 8},
                                             {8, 4}, {8, 12}, {24, 12}, {24, 4}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (const bool big_endian : {false, true}) {
      const std::string data = exif(orientation, big_endian);
      const std::string xmp = "\xff\xe1" + number(6, 2, true) + "http";
      for (const Bytes& file : {jpeg_with(data), jpeg_with(data, xmp), png_with(data, false),
                                png_with(data, true), webp_with(data), webp_with("Exif\0\0"s + data)}) {
        EXPECT_EQ(detail::exif_orientation(file), orientation);
        const Image image = decode_image(file, "x");
        EXPECT_EQ(image.height, orientation > 4 ? 32 : 16);
        EXPECT_EQ(image_size_of(file, "x"), (ImageSize{image.height, image.width})) << orientation;
        const auto& [y, x] = red[static_cast<std::size_t>(orientation - 1)];
        ASSERT_LT(y, image.height);
        ASSERT_LT(x, image.width);
        EXPECT_GT(image.pixel(y, x)[0], 180) << orientation;
        EXPECT_LT(image.pixel(image.height - 1 - y, image.width - 1 - x)[0], 160) << orientation;
        EXPECT_EQ(decode_mask_image(file, "x").height, image.height);
      }
    }
  }
}

TEST(ForeignPictures, DamagedExifTurnsNothing) {
  const std::string whole = exif(6, false);
  for (std::size_t size = 0; size < 20; ++size)
    EXPECT_EQ(detail::orientation_of_exif(bytes_of(whole.substr(0, size))), 1) << size;
  EXPECT_EQ(detail::orientation_of_exif(bytes_of(exif(0, false))), 1);
  EXPECT_EQ(detail::orientation_of_exif(bytes_of(exif(9, true))), 1);
  EXPECT_EQ(detail::orientation_of_exif(bytes_of("II*\0\xff\xff\xff\xff"s)), 1);
  EXPECT_EQ(detail::exif_orientation(bytes_of("no picture")), 1);
}

TEST(ForeignPictures, SizesOfOtherFormats) {
  for (const char* extension : {".webp", ".bmp", ".tiff"})
    EXPECT_EQ(image_size_of(encode_foreign(extension, corner()), "x"), (ImageSize{16, 32})) << extension;
  EXPECT_EQ(image_size_of(encode_foreign(".webp", corner(), {cv::IMWRITE_WEBP_QUALITY, 101}), "x"),
            (ImageSize{16, 32}));
  EXPECT_THROW(image_size_of(bytes_of("RIFFxxxxWEBP"), "x"), DataError);
  EXPECT_THROW(image_size_of(bytes_of("RIse"), "x"), DataError);
}

/// 3 x 2 pixels, colours 0 to 5 in order: black, red, green, blue, white, gray.
std::string gif(bool interlaced, int transparent) {
  const std::string palette = "\0\0\0\xff\0\0\0\xff\0\0\0\xff\xff\xff\xff\x80\x80\x80\0\0\0\0\0\0"s;
  const std::string control =
      transparent < 0 ? "" : "\x21\xf9\x04\x01\0\0"s + static_cast<char>(transparent) + "\0"s;
  // Codes of 4 bits: clear (8), 0 1 2 3 4 5, end (9), lowest first.
  const std::string codes = "\x08\x21\x43\x95";
  const auto flags = static_cast<char>(interlaced ? 0x40 : 0);
  return "GIF89a\3\0\2\0\x82\0\0"s + palette + control + ",\0\0\0\0\3\0\2\0"s + flags + "\3\4" + codes +
         "\0;"s;
}

TEST(ForeignPictures, Gif) {
  const Bytes file = bytes_of(gif(false, -1));
  const Image image = decode_image(file, "a.jpg");
  EXPECT_EQ(image.height, 2);
  EXPECT_EQ(image.width, 3);
  EXPECT_EQ(image.rgb, (std::vector<std::uint8_t>{0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255,
                                                  128, 128, 128}));
  EXPECT_EQ(image_size_of(file, "x"), (ImageSize{2, 3}));
  EXPECT_EQ(decode_image(bytes_of(gif(true, -1)), "x").rgb, image.rgb);  // two rows: passes 1 and 4
  EXPECT_EQ(decode_mask_image(file, "x").data, (std::vector<std::uint8_t>{0, 1, 1, 1, 1, 1}));
  EXPECT_EQ(decode_mask_image(bytes_of(gif(false, 4)), "x").data,
            (std::vector<std::uint8_t>{0, 1, 1, 1, 0, 1}));
  const std::string whole = gif(false, 2);
  for (std::size_t size = 0; size + 3 < whole.size(); ++size)
    EXPECT_THROW(decode_image(bytes_of(whole.substr(0, size)), "cut"), DataError) << size;
  for (std::size_t i = 6; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x15);
    try {
      decode_image(bytes_of(damaged), "damaged");
    } catch (const DataError&) {
    }
  }
}

TEST(ForeignPictures, FormatsWithoutSupportAreNamed) {
  const auto message = [](const std::string& start) {
    return test::message_of<DataError>(
        [&] { decode_image(bytes_of(start + std::string(100, '\0')), "x.jpg"); });
  };
  EXPECT_NE(message("\0\0\0\x20"
                    "ftypavif"s)
                .find("x.jpg: is a picture in the format AVIF"),
            std::string::npos);
  EXPECT_NE(message("\0\0\0\x20"
                    "ftypheic"s)
                .find("HEIC"),
            std::string::npos);
  EXPECT_NE(message("RIFF\x64\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0"s).find("animated WebP"), std::string::npos);
  EXPECT_NE(message("\xff\x0a").find("JPEG XL"), std::string::npos);
  EXPECT_NE(message("version https://git-lfs.github.com/spec/v1").find("not an image"), std::string::npos);
  EXPECT_TRUE(picture_format(bytes_of("\0\0\0\x0cjP  \r\n\x87\n"s)).is_read);
  EXPECT_EQ(picture_format(encode_foreign(".webp", corner())).name, "WebP");
  EXPECT_EQ(picture_format(bytes_of("BMW is a car")).name, "");
  EXPECT_EQ(picture_format(bytes_of("Pictures")).name, "");
  EXPECT_EQ(picture_format("/nonexistent/file").name, "");
}

TEST(ForeignPictures, TransparentPixelsAreNoPartOfAMask) {
  cv::Mat white(2, 3, CV_8UC4, cv::Scalar(255, 255, 255, 0));
  white.at<cv::Vec4b>(1, 2)[3] = 255;
  white.at<cv::Vec4b>(0, 0)[3] = 1;
  EXPECT_EQ(decode_mask_image(encode_foreign(".png", white), "x").data,
            (std::vector<std::uint8_t>{1, 0, 0, 0, 0, 1}));
  cv::Mat deep(1, 2, CV_16UC4, cv::Scalar(65535, 65535, 65535, 0));
  deep.at<cv::Vec4w>(0, 1)[3] = 256;
  EXPECT_EQ(decode_mask_image(encode_foreign(".png", deep), "x").data, (std::vector<std::uint8_t>{0, 1}));
  EXPECT_EQ(decode_mask_image(encode_foreign(".webp", white, {cv::IMWRITE_WEBP_QUALITY, 101}), "x").at(0, 1),
            0);
}

}  // namespace
}  // namespace pixelsail
