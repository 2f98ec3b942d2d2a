#include "image/codec.h"

#include <algorithm>
#include <climits>
#include <cstring>
#include <new>
#include <opencv2/core.hpp>
#include <opencv2/core/utility.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "image/container.h"
#include "image/gif.h"
#include "image/orientation.h"
#include "image/picture_format.h"
#include "io/atomic_file.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// What is turned is what `orientation` (EXIF, 1 to 8) says of how the picture was stored.
void turn(cv::Mat& picture, int orientation) {
  if (detail::swaps_sides(orientation)) {
    cv::Mat transposed;
    cv::transpose(picture, transposed);
    picture = transposed;
  }
  constexpr int kNoFlip = 2, kBoth = -1, kRows = 0, kColumns = 1;
  constexpr int kFlips[] = {kNoFlip, kColumns, kBoth, kRows, kNoFlip, kColumns, kBoth, kRows};
  const int flip = kFlips[orientation - 1];
  if (flip == kNoFlip) return;
  cv::Mat flipped;
  cv::flip(picture, flipped, flip);
  picture = flipped;
}

[[noreturn]] void refuse_picture(std::span<const std::byte> bytes, const std::string& name) {
  const PictureFormat format = picture_format(bytes);
  if (!format.name.empty() && !format.is_read) {
    throw DataError(name + ": is a picture in the format " + std::string(format.name) +
                    ", which is not supported; convert it to PNG or JPEG");
  }
  throw DataError(name + ": not an image, or a damaged one" +
                  (format.name.empty() ? "" : " (" + std::string(format.name) + ")"));
}

cv::Mat decode(std::span<const std::byte> bytes, const std::string& name, int flags) {
  detail::check_image_container(bytes, name);
  if (bytes.size() > static_cast<std::size_t>(INT_MAX)) {
    throw DataError(name + ": the file is larger than 2 GB");
  }
  cv::Mat decoded;
  try {
    // OpenCV takes a mutable pointer but only reads.
    const cv::Mat buffer(1, static_cast<int>(bytes.size()), CV_8UC1, const_cast<std::byte*>(bytes.data()));
    decoded = cv::imdecode(buffer, flags);
    // OpenCV turns JPEG and PNG only, and not by every tag that is there.
    if (!decoded.empty()) turn(decoded, detail::exif_orientation(bytes));
  } catch (const cv::Exception& e) {
    if (e.code == cv::Error::StsNoMem) {
      throw RunError(name + ": not enough memory to decode the image");
    }
    throw DataError(name + ": cannot be decoded: " + e.err);
  } catch (const std::bad_alloc&) {
    throw RunError(name + ": not enough memory to decode the image");
  }
  if (decoded.empty()) refuse_picture(bytes, name);
  return decoded;
}

/// Takes away what the file says is fully transparent: programs leave any colour there, often white.
void remove_transparent(Mask& mask, std::span<const std::byte> bytes, const std::string& name) {
  const cv::Mat decoded = decode(bytes, name, cv::IMREAD_UNCHANGED);
  if (decoded.channels() != 4 || decoded.rows != mask.height || decoded.cols != mask.width) return;
  const std::size_t alpha_size = decoded.elemSize1();
  for (int y = 0; y < decoded.rows; ++y) {
    const std::uint8_t* row = decoded.ptr<std::uint8_t>(y);
    for (int x = 0; x < decoded.cols; ++x) {
      const std::uint8_t* alpha = row + (static_cast<std::size_t>(x) * 4 + 3) * alpha_size;
      std::uint8_t any = 0;
      for (std::size_t i = 0; i < alpha_size; ++i) any |= alpha[i];
      if (any == 0) mask.at(y, x) = 0;
    }
  }
}

std::vector<std::byte> encode(const char* extension, const cv::Mat& pixels, const std::vector<int>& options) {
  std::vector<std::uint8_t> encoded;
  bool done = false;
  try {
    done = cv::imencode(extension, pixels, encoded, options);
  } catch (const cv::Exception& e) {
    throw RunError(std::string("cannot encode an image as ") + extension + ": " + e.err);
  }
  if (!done) {
    throw RunError(std::string("cannot encode an image as ") + extension);
  }
  std::vector<std::byte> bytes(encoded.size());
  std::memcpy(bytes.data(), encoded.data(), encoded.size());
  return bytes;
}

template <typename Picture>
void check_not_empty(const Picture& picture, std::size_t bytes, std::size_t channels) {
  const bool positive = picture.height > 0 && picture.width > 0;
  if (!positive || bytes != static_cast<std::size_t>(picture.height) * picture.width * channels) {
    throw DataError("cannot encode an image of " + std::to_string(picture.width) + " x " +
                    std::to_string(picture.height) + " pixels and " + std::to_string(bytes) + " bytes");
  }
}

cv::Mat to_bgr(const Image& image) {
  check_not_empty(image, image.rgb.size(), 3);
  const cv::Mat rgb(image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.rgb.data()));
  cv::Mat bgr;
  cv::cvtColor(rgb, bgr, cv::COLOR_RGB2BGR);
  return bgr;
}

RgbaImage gif_rgba(const detail::GifFrame& frame) {
  RgbaImage image(frame.image.height, frame.image.width);
  for (std::size_t i = 0; i < frame.opaque.data.size(); ++i) {
    std::copy_n(frame.image.rgb.data() + 3 * i, 3, image.rgba.data() + 4 * i);
    image.rgba[4 * i + 3] = frame.opaque.data[i] != 0 ? 255 : 0;
  }
  return image;
}

Mask gif_mask(const detail::GifFrame& frame) {
  Mask mask = frame.opaque;
  for (std::size_t i = 0; i < mask.data.size(); ++i) {
    const std::uint8_t* rgb = frame.image.rgb.data() + 3 * i;
    if ((rgb[0] | rgb[1] | rgb[2]) == 0) mask.data[i] = 0;
  }
  return mask;
}

std::span<const std::byte> as_bytes(const std::string& text) {
  return std::as_bytes(std::span<const char>(text.data(), text.size()));
}

}  // namespace

Image decode_image(std::span<const std::byte> bytes, const std::string& name) {
  if (detail::is_gif(bytes)) return detail::decode_gif(bytes, name).image;
  const cv::Mat bgr = decode(bytes, name, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
  Image image(bgr.rows, bgr.cols);
  cv::Mat rgb(bgr.rows, bgr.cols, CV_8UC3, image.rgb.data());
  cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
  return image;
}

Image load_image(const std::filesystem::path& path) {
  return decode_image(as_bytes(read_file(path)), path.string());
}

RgbaImage decode_rgba(std::span<const std::byte> bytes, const std::string& name) {
  if (detail::is_gif(bytes)) return gif_rgba(detail::decode_gif(bytes, name));
  cv::Mat decoded = decode(bytes, name, cv::IMREAD_UNCHANGED);
  if (decoded.depth() == CV_16U) decoded.convertTo(decoded, CV_8U, 1.0 / 257);
  const int channels = decoded.channels();
  if (decoded.depth() != CV_8U || (channels != 1 && channels != 3 && channels != 4))
    throw DataError(name + ": a picture of a kind that is not read here (" + std::to_string(channels) +
                    " channels)");
  RgbaImage image(decoded.rows, decoded.cols);
  cv::Mat rgba(decoded.rows, decoded.cols, CV_8UC4, image.rgba.data());
  cv::cvtColor(decoded, rgba,
               channels == 1   ? cv::COLOR_GRAY2RGBA
               : channels == 3 ? cv::COLOR_BGR2RGBA
                               : cv::COLOR_BGRA2RGBA);
  return image;
}

RgbaImage load_rgba(const std::filesystem::path& path) {
  return decode_rgba(as_bytes(read_file(path)), path.string());
}

Mask decode_mask_image(std::span<const std::byte> bytes, const std::string& name) {
  if (detail::is_gif(bytes)) return gif_mask(detail::decode_gif(bytes, name));
  const cv::Mat decoded =
      decode(bytes, name, cv::IMREAD_ANYDEPTH | cv::IMREAD_ANYCOLOR | cv::IMREAD_IGNORE_ORIENTATION);
  Mask mask(decoded.rows, decoded.cols);
  const std::size_t pixel_size = decoded.elemSize();
  for (int y = 0; y < decoded.rows; ++y) {
    const std::uint8_t* row = decoded.ptr<std::uint8_t>(y);
    for (int x = 0; x < decoded.cols; ++x) {
      std::uint8_t any = 0;
      for (std::size_t i = 0; i < pixel_size; ++i) {
        any |= row[static_cast<std::size_t>(x) * pixel_size + i];
      }
      mask.at(y, x) = any != 0 ? 1 : 0;
    }
  }
  if (picture_format(bytes).name != "JPEG") remove_transparent(mask, bytes, name);
  return mask;
}

Mask load_mask(const std::filesystem::path& path) {
  return decode_mask_image(as_bytes(read_file(path)), path.string());
}

std::string codec_description() {
  return std::string("OpenCV ") + cv::getVersionString();
}

std::vector<std::byte> encode_png(const Image& image) {
  return encode(".png", to_bgr(image), {cv::IMWRITE_PNG_COMPRESSION, 6});
}

std::vector<std::byte> encode_png(const Mask& mask) {
  check_not_empty(mask, mask.data.size(), 1);
  cv::Mat gray(mask.height, mask.width, CV_8UC1);
  for (std::size_t i = 0; i < mask.data.size(); ++i) {
    gray.data[i] = mask.data[i] != 0 ? 255 : 0;
  }
  return encode(".png", gray, {cv::IMWRITE_PNG_COMPRESSION, 6});
}

std::vector<std::byte> encode_jpeg(const Image& image, int quality) {
  if (quality < 1 || quality > 100) {
    throw ConfigError("JPEG quality must be 1 to 100, not " + std::to_string(quality));
  }
  return encode(".jpg", to_bgr(image), {cv::IMWRITE_JPEG_QUALITY, quality});
}

}  // namespace pixelsail
