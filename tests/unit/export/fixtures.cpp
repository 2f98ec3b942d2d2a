#include "fixtures.h"

#include "image/codec.h"
#include "io/rle.h"

namespace pixelsail::test {

std::filesystem::path write_picture(const TempDir& dir, const std::string& name, int height, int width) {
  return dir.write(name, std::span<const std::byte>(encode_png(Image(height, width))));
}

std::filesystem::path write_mask(const TempDir& dir, const std::string& name, const Mask& mask) {
  return dir.write(name, std::span<const std::byte>(encode_png(mask)));
}

Mask mask_of(const std::vector<std::string>& rows) {
  Mask mask(static_cast<int>(rows.size()), static_cast<int>(rows[0].size()));
  for (int y = 0; y < mask.height; ++y)
    for (int x = 0; x < mask.width; ++x)
      mask.at(y, x) = rows[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)] == '#' ? 1 : 0;
  return mask;
}

Mask pixels(const AnnotatedPicture& picture, std::size_t thing) {
  return decode_mask(thing_mask(picture.things.at(thing).shape, picture.height, picture.width));
}

std::string counts(const std::map<std::string, std::int64_t>& kinds) {
  std::string text;
  for (const auto& [kind, count] : kinds)
    text += (text.empty() ? "" : ", ") + kind + " " + std::to_string(count);
  return text;
}

ReadResult read(const std::string& format, const std::filesystem::path& input,
                const std::filesystem::path& images) {
  ReadResult result;
  result.set = annotation_format(format).read({.input = input, .images = images}, result.report);
  return result;
}

}  // namespace pixelsail::test
