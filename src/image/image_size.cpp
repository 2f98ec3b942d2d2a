#include "image/image_size.h"

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "image/container.h"
#include "pixelsail/error.h"

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
  void skip(std::uint32_t count) { file_.seekg(count, std::ios::cur); }

 private:
  std::string name_;
  std::istream& file_;
};

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
      return checked(in, height, in.big16());
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
  return checked(in, in.big32(), width);
}

ImageSize size_of(std::istream& file, const std::string& name) {
  HeaderReader in(file, name);
  const std::uint32_t first = in.byte(), second = in.byte();
  if (first == 0xFF && second == 0xD8) return jpeg_size(in);
  if (first == 0x89 && second == 'P') return png_size(in);
  in.fail("neither a JPEG nor a PNG file");
}

}  // namespace

ImageSize read_image_size(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw DataError(path.string() + ": cannot be opened");
  return size_of(file, path.string());
}

ImageSize image_size_of(std::span<const std::byte> bytes, const std::string& name) {
  std::istringstream file(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  return size_of(file, name);
}

}  // namespace pixelsail
