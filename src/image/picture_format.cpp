#include "image/picture_format.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <fstream>

namespace pixelsail {
namespace {

using namespace std::string_view_literals;

struct Magic {
  std::size_t at;
  std::string_view bytes;
  PictureFormat format;
};

constexpr Magic kMagics[] = {
    {0, "\x89PNG\r\n\x1a\n"sv, {"PNG", true}},
    {0, "\xff\xd8\xff"sv, {"JPEG", true}},
    {0, "GIF87a"sv, {"GIF", true}},
    {0, "GIF89a"sv, {"GIF", true}},
    {0, "II*\0"sv, {"TIFF", true}},
    {0, "MM\0*"sv, {"TIFF", true}},
    {4, "jP  \r\n\x87\n"sv, {"JPEG 2000", true}},
    {0, "\xff\x4f\xff\x51"sv, {"JPEG 2000", true}},
    {4, "ftypavif"sv, {"AVIF", false}},
    {4, "ftypavis"sv, {"AVIF", false}},
    {4, "ftypheic"sv, {"HEIC", false}},
    {4, "ftypheix"sv, {"HEIC", false}},
    {4, "ftyphevc"sv, {"HEIC", false}},
    {4, "ftypheim"sv, {"HEIC", false}},
    {4, "ftypmif1"sv, {"HEIF", false}},
    {4, "ftypmsf1"sv, {"HEIF", false}},
    {4, "ftyp"sv, {"MP4 (video)", false}},
    {0, "\xff\x0a"sv, {"JPEG XL", false}},
    {4, "JXL \r\n\x87\n"sv, {"JPEG XL", false}},
    {0, "8BPS"sv, {"Photoshop", false}},
    {0, "%PDF"sv, {"PDF", false}},
    {0, "%!PS"sv, {"PostScript", false}},
    {0, "<svg"sv, {"SVG", false}},
    {0, "\0\0\x01\0"sv, {"icon (ICO)", false}},
    {0, "DDS "sv, {"DDS", false}},
};

bool has(std::span<const std::byte> start, std::size_t at, std::string_view bytes) {
  return start.size() >= at + bytes.size() && std::memcmp(start.data() + at, bytes.data(), bytes.size()) == 0;
}

}  // namespace

PictureFormat picture_format(std::span<const std::byte> start) {
  for (const Magic& magic : kMagics) {
    if (has(start, magic.at, magic.bytes)) return magic.format;
  }
  if (has(start, 0, "RIFF"sv) && has(start, 8, "WEBP"sv)) {
    // The flag of the extended header that says that there are several frames.
    const bool is_animated =
        has(start, 12, "VP8X"sv) && start.size() > 20 && (start[20] & std::byte{2}) != std::byte{0};
    return is_animated ? PictureFormat{"animated WebP", false} : PictureFormat{"WebP", true};
  }
  // Two letters alone would take texts for pictures: the reserved bytes of the header are zero.
  if (has(start, 0, "BM"sv) && has(start, 6, "\0\0\0\0"sv)) return {"BMP", true};
  if (start.size() > 3 && has(start, 0, "P"sv) && start[1] >= std::byte{'1'} && start[1] <= std::byte{'6'} &&
      (start[2] == std::byte{'\n'} || start[2] == std::byte{' '}) &&
      ((start[3] >= std::byte{'0'} && start[3] <= std::byte{'9'}) || start[3] == std::byte{'#'}))
    return {"PNM", true};
  return {};
}

PictureFormat picture_format(const std::filesystem::path& path) {
  std::array<char, 32> start{};
  // A pipe among the files of a folder is not waited for.
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return {};
  std::ifstream file(path, std::ios::binary);
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  return picture_format(std::as_bytes(std::span(start).first(static_cast<std::size_t>(file.gcount()))));
}

bool is_picture_file(const std::filesystem::path& path) {
  static constexpr std::array kEndings{".png"sv,  ".jpg"sv, ".jpeg"sv, ".bmp"sv,
                                       ".webp"sv, ".tif"sv, ".tiff"sv};
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::find(kEndings, ending) != kEndings.end() || picture_format(path).is_read;
}

}  // namespace pixelsail
