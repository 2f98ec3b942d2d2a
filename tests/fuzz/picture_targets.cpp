#include "picture_targets.h"

#include <zlib.h>

#include "image/codec.h"
#include "image/container.h"
#include "image/image_size.h"
#include "image/orientation.h"
#include "image/picture_format.h"
#include "parts.h"
#include "pixelsail/error.h"
#include "pixelsail/image.h"

namespace pixelsail::fuzz {
namespace {

using namespace std::string_literals;

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string big32(std::uint32_t value) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(value >> shift);
  return text;
}

std::uint32_t big32_at(const std::string& text, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(text[at + i]);
  return value;
}

/// A picture whose pixels stand as they are: 2 x 2.
std::string bmp() {
  return "BM\x46\0\0\0\0\0\0\0\x36\0\0\0"s + "\x28\0\0\0\2\0\0\0\2\0\0\0\1\0\x18\0\0\0\0\0\x10\0\0\0"s +
         std::string(16, '\0') + "\0\0\xff\xff\xff\xff\0\0\xff\0\0\0\0\xff\0\0"s;
}

std::string tiff() {
  return "II*\0\x08\0\0\0\x04\0"s + "\0\1\3\0\1\0\0\0\2\0\0\0"s + "\1\1\3\0\1\0\0\0\2\0\0\0"s +
         "\x11\1\4\0\1\0\0\0\x40\0\0\0"s + "\x12\1\3\0\1\0\0\0\6\0\0\0"s + "\0\0\0\0"s +
         std::string(8, '\x55');
}

}  // namespace

Material picture_material() {
  const std::string exif = "Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0"s;
  const std::string jpeg = text_of(encode_jpeg(Image(8, 8), 50));
  const std::string png = text_of(encode_png(Image(2, 3)));
  return {.seeds = {png, jpeg, jpeg.substr(0, 2) + "\xff\xe1\0\x22"s + exif + jpeg.substr(2), bmp(), tiff(),
                    "RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\x1f\xc0\x03\0\0\0\0\0\0\0\0\0\0"s,
                    "RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\x1f\0\0\x0f\0\0"s, "GIF89a\3\0\2\0\0\0\0;"s},
          .dictionary = {"IHDR",
                         "IDAT",
                         "IEND",
                         "acTL",
                         "eXIf",
                         "\xff\xd8",
                         "\xff\xda",
                         "\xff\xd9",
                         "\xff\xc0",
                         "\xff\xc4",
                         "\xff\xe1",
                         "RIFF",
                         "VP8X",
                         "VP8 ",
                         "VP8L",
                         "ANIM",
                         "ANMF",
                         "BM",
                         "MM\0*"s,
                         "GIF89a",
                         "\x12\1\3\0"s,
                         "\x7f\xff\xff\xff",
                         "\xff\xff\xff\xff",
                         "\0\0\0\0"s,
                         "ftypavif",
                         "ftypheic"}};
}

void repair_picture(std::string& input, Rng& rng) {
  constexpr std::size_t kSignature = 8;
  if (!input.starts_with("\x89PNG\r\n\x1a\n") || rng.below(4) == 0) return;
  for (std::size_t at = kSignature; at + 12 <= input.size();) {
    const std::size_t length = big32_at(input, at);
    if (length > input.size() - at - 12) return;
    const auto* begin = reinterpret_cast<const Bytef*>(input.data()) + at + 4;
    const auto crc = static_cast<std::uint32_t>(crc32(0, begin, static_cast<uInt>(length + 4)));
    input.replace(at + 8 + length, 4, big32(crc));
    at += length + 12;
  }
}

void run_picture(const std::string& input) {
  const PictureFormat format = picture_format(bytes_of(input));
  const int orientation = detail::exif_orientation(bytes_of(input));
  require(orientation >= 1 && orientation <= 8, "an orientation that is none");
  detail::check_image_container(bytes_of(input), "input");
  // Others are decoded for their size, by libraries that are not ours.
  const bool has_header =
      format.name == "JPEG" || format.name == "PNG" || format.name == "WebP" || format.name == "GIF";
  if (!has_header) return;
  const ImageSize size = image_size_of(bytes_of(input), "input");
  require(size.height > 0 && size.width > 0, "an impossible size");
  require(static_cast<long long>(size.height) * size.width <= detail::kMaxImagePixels || format.name == "GIF",
          "a size that the container should not have");
}

}  // namespace pixelsail::fuzz
