#include "image/container.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

[[noreturn]] void fail(const std::string& name, const std::string& reason) {
  throw DataError(name + ": " + reason);
}

/// Bytes with bounds: every read past the end is the same error.
class Reader {
 public:
  Reader(std::span<const std::byte> bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  std::size_t position() const { return position_; }
  std::size_t left() const { return bytes_.size() - position_; }
  void skip(std::size_t count) {
    if (count > left()) {
      fail(name_, "truncated: the file ends after " + std::to_string(bytes_.size()) + " bytes");
    }
    position_ += count;
  }
  std::span<const std::byte> take(std::size_t count) {
    const std::size_t start = position_;
    skip(count);
    return bytes_.subspan(start, count);
  }
  std::uint32_t byte() { return std::to_integer<std::uint32_t>(take(1)[0]); }
  std::uint32_t big16() {
    const std::uint32_t high = byte();
    return high << 8 | byte();
  }
  std::uint32_t big32() {
    const std::uint32_t high = big16();
    return high << 16 | big16();
  }
  std::uint32_t little32() {
    const std::uint32_t b0 = byte(), b1 = byte(), b2 = byte();
    return b0 | b1 << 8 | b2 << 16 | byte() << 24;
  }

 private:
  std::span<const std::byte> bytes_;
  const std::string& name_;
  std::size_t position_ = 0;
};

void check_size(std::uint32_t width, std::uint32_t height, const std::string& name) {
  const std::string size = std::to_string(width) + " x " + std::to_string(height) + " pixels";
  if (width == 0 || height == 0) {
    fail(name, "the image has a zero side (" + size + ")");
  }
  if (static_cast<std::uint64_t>(width) * height > static_cast<std::uint64_t>(kMaxImagePixels)) {
    fail(name, size + " are more than the " + std::to_string(kMaxImagePixels) + " allowed");
  }
}

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t n = 0; n < 256; ++n) {
    std::uint32_t value = n;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value & 1) != 0 ? 0xEDB88320U ^ (value >> 1) : value >> 1;
    }
    table[n] = value;
  }
  return table;
}

/// CRC-32 of the PNG specification, annex D.
std::uint32_t crc32(std::span<const std::byte> bytes) {
  static constexpr std::array<std::uint32_t, 256> kTable = make_crc_table();
  std::uint32_t value = 0xFFFFFFFFU;
  for (const std::byte b : bytes) {
    value = kTable[(value ^ std::to_integer<std::uint32_t>(b)) & 0xFF] ^ (value >> 8);
  }
  return ~value;
}

void check_png(std::span<const std::byte> bytes, const std::string& name) {
  Reader in(bytes, name);
  in.skip(8);
  bool has_data = false;
  for (int index = 0;; ++index) {
    const std::string where = "PNG chunk at byte " + std::to_string(in.position());
    const std::uint32_t length = in.big32();
    if (length > 0x7FFFFFFFU) {
      fail(name, where + " has an impossible length");
    }
    const std::span<const std::byte> type_and_data = in.take(4 + static_cast<std::size_t>(length));
    if (in.big32() != crc32(type_and_data)) {
      fail(name, where + " is damaged (checksum)");
    }
    const std::string_view type(reinterpret_cast<const char*>(type_and_data.data()), 4);
    if ((index == 0) != (type == "IHDR") || (type == "IHDR" && length != 13)) {
      fail(name, where + ": the header chunk is missing or misplaced");
    }
    if (type == "IHDR") {
      Reader header(type_and_data.subspan(4), name);
      const std::uint32_t width = header.big32();
      check_size(width, header.big32(), name);
    }
    has_data = has_data || type == "IDAT";
    if (type == "IEND") {
      break;
    }
  }
  if (!has_data) {
    fail(name, "the PNG has no image data");
  }
}

bool is_frame_header(std::uint32_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

/// Next marker code; bytes between segments and entropy-coded data (FF00, restart markers) are passed over.
std::uint32_t next_jpeg_marker(Reader& in) {
  for (;;) {
    while (in.byte() != 0xFF) {
    }
    std::uint32_t code = in.byte();
    while (code == 0xFF) {
      code = in.byte();
    }
    if (code > 0x01 && !(code >= 0xD0 && code <= 0xD7)) {
      return code;
    }
  }
}

void check_jpeg(std::span<const std::byte> bytes, const std::string& name) {
  Reader in(bytes, name);
  in.skip(2);
  bool has_frame = false, has_scan = false;
  for (;;) {
    const std::uint32_t marker = next_jpeg_marker(in);
    if (marker == 0xD9) {
      break;
    }
    const std::size_t start = in.position();
    const std::uint32_t length = in.big16();
    if (length < 2) {
      fail(name, "JPEG segment at byte " + std::to_string(start) + " has an impossible length");
    }
    Reader segment(in.take(length - 2), name);
    if (is_frame_header(marker)) {
      segment.skip(1);
      const std::uint32_t height = segment.big16();
      check_size(segment.big16(), height, name);
      has_frame = true;
    }
    has_scan = has_scan || marker == 0xDA;
  }
  if (!has_frame || !has_scan) {
    fail(name, "the JPEG ends before its image data");
  }
}

bool starts_with(std::span<const std::byte> bytes, std::string_view magic, std::size_t offset = 0) {
  return bytes.size() >= offset + magic.size() &&
         std::memcmp(bytes.data() + offset, magic.data(), magic.size()) == 0;
}

}  // namespace

void check_image_container(std::span<const std::byte> bytes, const std::string& name) {
  using namespace std::string_view_literals;
  if (bytes.empty()) {
    fail(name, "the file is empty");
  }
  if (starts_with(bytes, "\x89PNG\r\n\x1a\n"sv)) {
    check_png(bytes, name);
  } else if (starts_with(bytes, "\xff\xd8"sv)) {
    check_jpeg(bytes, name);
  } else if (starts_with(bytes, "RIFF"sv) && starts_with(bytes, "WEBP"sv, 8)) {
    Reader in(bytes, name);
    in.skip(4);
    in.skip(in.little32());
  } else if (starts_with(bytes, "BM"sv)) {
    Reader in(bytes, name);
    in.skip(2);
    const std::uint32_t size = in.little32();
    in.skip(size > in.position() ? size - in.position() : 0);
  }
}

}  // namespace pixelsail::detail
