#include "image/orientation.h"

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace pixelsail::detail {
namespace {

using Bytes = std::span<const std::byte>;
using namespace std::string_view_literals;

bool starts_with(Bytes bytes, std::string_view magic) {
  return bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

/// An unsigned number of `count` bytes; nothing when the data end before it.
std::optional<std::uint32_t> number(Bytes bytes, std::size_t at, std::size_t count, bool big_endian) {
  if (at > bytes.size() || count > bytes.size() - at) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t place = at + (big_endian ? i : count - 1 - i);
    value = value << 8 | std::to_integer<std::uint32_t>(bytes[place]);
  }
  return value;
}

/// The data behind "Exif\0\0" of the first APP1 segment that has it.
Bytes exif_of_jpeg(Bytes file) {
  std::size_t at = 2;
  while (number(file, at, 1, true) == 0xFFU) {
    const auto marker = number(file, at + 1, 1, true);
    if (marker == 0xFFU) {
      ++at;
      continue;
    }
    if (!marker || *marker == 0xDA || *marker == 0xD9) break;
    if (*marker == 0x01 || (*marker >= 0xD0 && *marker <= 0xD8)) {
      at += 2;
      continue;
    }
    const auto length = number(file, at + 2, 2, true);
    if (!length || *length < 2 || at + 2 + *length > file.size()) break;
    const Bytes segment = file.subspan(at + 4, *length - 2);
    if (*marker == 0xE1 && starts_with(segment, "Exif\0\0"sv)) return segment.subspan(6);
    at += 2 + *length;
  }
  return {};
}

/// Chunks of PNG (length, name, data, checksum) and of RIFF (name, length, data, padded to even sizes).
Bytes chunk(Bytes file, std::size_t at, bool is_png, std::string_view wanted) {
  while (const auto length = number(file, at + (is_png ? 0 : 4), 4, is_png)) {
    if (*length > file.size() - at - 8) break;
    const Bytes data = file.subspan(at + 8, *length);
    if (starts_with(file.subspan(at + (is_png ? 4 : 0)), wanted)) return data;
    at += 8 + std::size_t{*length} + (is_png ? 4 : *length % 2);
    if (at + 8 > file.size()) break;
  }
  return {};
}

}  // namespace

int orientation_of_exif(Bytes exif) {
  const bool big_endian = starts_with(exif, "MM\0*"sv);
  if (!big_endian && !starts_with(exif, "II*\0"sv)) return 1;
  const auto directory = number(exif, 4, 4, big_endian);
  const auto count = directory ? number(exif, *directory, 2, big_endian) : std::nullopt;
  if (!count) return 1;
  for (std::uint32_t i = 0; i < *count; ++i) {
    const std::size_t entry = std::size_t{*directory} + 2 + std::size_t{12} * i;
    const auto tag = number(exif, entry, 2, big_endian);
    if (!tag) break;
    if (*tag != 0x0112) continue;
    const auto value = number(exif, entry + 8, 2, big_endian);
    return value && *value >= 1 && *value <= 8 ? static_cast<int>(*value) : 1;
  }
  return 1;
}

int exif_orientation(Bytes file) {
  if (starts_with(file, "\xff\xd8"sv)) return orientation_of_exif(exif_of_jpeg(file));
  if (starts_with(file, "\x89PNG\r\n\x1a\n"sv)) return orientation_of_exif(chunk(file, 8, true, "eXIf"));
  if (starts_with(file, "RIFF"sv) && file.size() > 12 && starts_with(file.subspan(8), "WEBP"sv)) {
    const Bytes exif = chunk(file, 12, false, "EXIF");
    // Some programs write the JPEG segment's beginning here too.
    return orientation_of_exif(starts_with(exif, "Exif\0\0"sv) ? exif.subspan(6) : exif);
  }
  return 1;
}

}  // namespace pixelsail::detail
