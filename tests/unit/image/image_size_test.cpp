#include "image/image_size.h"

#include <gtest/gtest.h>

#include <cstring>

#include "helpers.h"
#include "image/codec.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

class ImageSizeTest : public ::testing::Test {
 protected:
  ~ImageSizeTest() override { std::filesystem::remove(path_); }
  ImageSize size_of(std::span<const std::byte> bytes) const {
    std::ofstream file(path_, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    file.close();
    return read_image_size(path_);
  }
  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("image_size_" + std::to_string(::getpid()));
};

TEST_F(ImageSizeTest, JpegAndPngWithoutTheirPixels) {
  const std::vector<std::byte> jpeg = encode_jpeg(test::noise_image(37, 1021, 1), 90);
  EXPECT_EQ(size_of(jpeg), (ImageSize{37, 1021}));
  EXPECT_EQ(size_of(std::span(jpeg).first(200)), (ImageSize{37, 1021}));
  const std::vector<std::byte> png = encode_png(test::noise_image(300, 2, 1));
  EXPECT_EQ(size_of(std::span(png).first(24)), (ImageSize{300, 2}));
}

TEST_F(ImageSizeTest, WhatIsWrongNamesTheFile) {
  const std::vector<std::byte> jpeg = encode_jpeg(test::noise_image(8, 8, 1), 90);
  for (const std::size_t length : {0, 1, 2, 3, 5, 30}) {
    try {
      size_of(std::span(jpeg).first(length));
      ADD_FAILURE() << length;
    } catch (const DataError& error) {
      EXPECT_NE(std::string(error.what()).find(path_.filename().string()), std::string::npos);
    }
  }
  std::vector<std::byte> zero = encode_png(test::noise_image(8, 8, 1));
  std::memset(zero.data() + 16, 0, 4);
  EXPECT_THROW(size_of(zero), DataError);
  std::memset(zero.data() + 16, 0x7f, 8);
  EXPECT_THROW(size_of(zero), DataError);
  EXPECT_THROW(read_image_size("/no/such/file.jpg"), DataError);
}

}  // namespace
}  // namespace pixelsail
