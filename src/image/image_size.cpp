#include "image/image_size.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/input_file.h"
#include "image/container.h"
#include "image/orientation.h"
#include "pixelsail/error.h"
#include "pixelsail/image.h"

namespace pixelsail {
namespace {

/// A file read from its beginning; everything that is missing is the same error.
class HeaderReader {
 public:
  HeaderReader(std::istream& file, std::string name) : name_(std::move(name)), file_(file) {}
  [[noreturn]] void fail(const std::string& reason) const { throw DataError(name_ + ": " + reason); }

  std::uint32_t byte() {
    const int value = file_.get();
    if (value == std::char_traits<char>::eof()) fail("ends before the size of the image");
    return static_cast<std::uint32_t>(value);
  }
  std::uint32_t big16() {
    const std::uint32_t high = byte();
    return high << 8 | byte();
  }
  std::uint32_t big32() {
    const std::uint32_t high = big16();
    return high << 16 | big16();
  }
  std::uint32_t little(int count) {
    std::uint32_t value = 0;
    for (int i = 0; i < count; ++i) value |= byte() << (8 * i);
    return value;
  }
  void skip(std::uint32_t count) { file_.seekg(count, std::ios::cur); }
  /// The next `count` bytes, fewer at the end of the file.
  std::vector<std::byte> take(std::uint32_t count) {
    constexpr std::uint32_t kMost = 1 << 20;
    std::vector<std::byte> bytes(std::min(count, kMost));
    file_.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(file_.gcount()));
    if (count > kMost) skip(count - kMost);
    return bytes;
  }
  /// Whether so many bytes are left.
  bool has(std::streamsize count) {
    const auto here = file_.tellg();
    if (here == std::istream::pos_type(-1)) return false;
    file_.ignore(count);
    const bool enough = file_.gcount() == count;
    file_.clear();
    file_.seekg(here);
    return enough;
  }

 private:
  std::string name_;
  std::istream& file_;
};

ImageSize turned(ImageSize size, std::span<const std::byte> exif) {
  if (detail::swaps_sides(detail::orientation_of_exif(exif))) std::swap(size.height, size.width);
  return size;
}

ImageSize checked(const HeaderReader& in, std::uint32_t height, std::uint32_t width) {
  if (height == 0 || width == 0 ||
      static_cast<std::uint64_t>(height) * width > static_cast<std::uint64_t>(detail::kMaxImagePixels)) {
    in.fail("impossible size of " + std::to_string(height) + " x " + std::to_string(width) + " pixels");
  }
  return {.height = static_cast<int>(height), .width = static_cast<int>(width)};
}

/// Start-of-frame segments hold the size (ITU T.81, B.1.1.3); C4, C8 and CC are tables of other kinds.
bool is_frame_header(std::uint32_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

ImageSize jpeg_size(HeaderReader& in) {
  constexpr std::string_view kExif("Exif\0\0", 6);
  std::vector<std::byte> exif;
  for (;;) {
    if (in.byte() != 0xFF) in.fail("JPEG marker expected");
    std::uint32_t marker = in.byte();
    while (marker == 0xFF) marker = in.byte();
    if (marker == 0xDA || marker == 0xD9) in.fail("the JPEG has image data before its size");
    // Markers without a segment.
    if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) continue;
    const std::uint32_t length = in.big16();
    if (length < 2) in.fail("JPEG segment of an impossible length");
    if (is_frame_header(marker)) {
      in.skip(1);
      const std::uint32_t height = in.big16();
      return turned(checked(in, height, in.big16()), exif);
    }
    if (marker == 0xE1 && exif.empty()) {
      const std::vector<std::byte> segment = in.take(length - 2);
      if (segment.size() > kExif.size() && std::memcmp(segment.data(), kExif.data(), kExif.size()) == 0)
        exif.assign(segment.begin() + static_cast<std::ptrdiff_t>(kExif.size()), segment.end());
      continue;
    }
    in.skip(length - 2);
  }
}

ImageSize png_size(HeaderReader& in) {
  constexpr std::string_view kRest = "NG\r\n\x1a\n";
  for (const char c : kRest)
    if (in.byte() != static_cast<unsigned char>(c)) in.fail("neither a JPEG nor a PNG file");
  in.skip(8);  // length and name of the header chunk
  const std::uint32_t width = in.big32();
  const ImageSize size = checked(in, in.big32(), width);
  in.skip(5 + 4);  // the rest of the header chunk and its checksum
  while (in.has(8)) {
    const std::uint32_t length = in.big32(), name = in.big32();
    constexpr std::uint32_t kExif = 0x65584966, kEnd = 0x49454E44;
    if (name == kExif) return turned(size, in.take(length));
    if (name == kEnd || length > 0x7FFFFFFF) break;
    in.skip(length);
    in.skip(4);
  }
  return size;
}

/// The largest canvas is 2^24 pixels a side; the three kinds of WebP keep their size in different places.
ImageSize webp_size(HeaderReader& in) {
  if (in.little(2) != 0x4646) in.fail("neither a JPEG nor a PNG file");  // the second half of "RIFF"
  in.skip(4);
  if (in.big32() != 0x57454250) in.fail("neither a JPEG nor a PNG file");
  const std::uint32_t kind = in.big32();
  const std::uint32_t length = in.little(4);
  if (kind == 0x56503858) {  // VP8X
    in.skip(4);
    const std::uint32_t width = in.little(3) + 1;
    const ImageSize size = checked(in, in.little(3) + 1, width);
    if (length > 10) in.skip(length - 10);
    while (in.has(8)) {
      const std::uint32_t name = in.big32(), bytes = in.little(4);
      constexpr std::uint32_t kExif = 0x45584946;
      if (name == kExif) {
        std::vector<std::byte> exif = in.take(bytes);
        if (exif.size() > 6 && std::memcmp(exif.data(), "Exif\0\0", 6) == 0)
          exif.erase(exif.begin(), exif.begin() + 6);
        return turned(size, exif);
      }
      in.skip(bytes);
      in.skip(bytes % 2);
    }
    return size;
  }
  if (kind == 0x5650384C) {  // VP8L
    in.skip(1);
    const std::uint32_t bits = in.little(4);
    return checked(in, (bits >> 14 & 0x3FFF) + 1, (bits & 0x3FFF) + 1);
  }
  in.skip(6);  // VP8: frame tag and start code
  const std::uint32_t width = in.little(2) & 0x3FFF;
  return checked(in, in.little(2) & 0x3FFF, width);
}

ImageSize gif_size(HeaderReader& in) {
  in.skip(4);
  const std::uint32_t width = in.little(2);
  return checked(in, in.little(2), width);
}

/// Nothing for a format whose header is not known here.
std::optional<ImageSize> size_of(std::istream& file, const std::string& name) {
  HeaderReader in(file, name);
  const std::uint32_t first = in.byte(), second = in.byte();
  if (first == 0xFF && second == 0xD8) return jpeg_size(in);
  if (first == 0x89 && second == 'P') return png_size(in);
  if (first == 'R' && second == 'I') return webp_size(in);
  if (first == 'G' && second == 'I') return gif_size(in);
  return std::nullopt;
}

ImageSize size_of(const Image& image) {
  return {.height = image.height, .width = image.width};
}

}  // namespace

ImageSize read_image_size(const std::filesystem::path& path) {
  InputStream file(path);
  if (const auto size = size_of(file, path.string())) return *size;
  return size_of(load_image(path));
}

ImageSize image_size_of(std::span<const std::byte> bytes, const std::string& name) {
  std::istringstream file(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  if (const auto size = size_of(file, name)) return *size;
  return size_of(decode_image(bytes, name));
}

}  // namespace pixelsail
