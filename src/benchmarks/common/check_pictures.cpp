#include <span>
#include <system_error>

#include "benchmarks/common/check_parts.h"
#include "image/image_size.h"
#include "pixelsail/error.h"
#include "pixelsail/image.h"

namespace pixelsail {
namespace {

constexpr const char* kMissingPicture = "pictures are missing";
constexpr const char* kBrokenPicture = "pictures cannot be decoded";
constexpr const char* kOtherPictureSize = "pictures have another size than their annotations say";
/// Pictures between two calls of the progress function.
constexpr std::int64_t kProgressStep = 64;

std::string size_text(int height, int width) {
  return std::to_string(height) + " x " + std::to_string(width);
}

/// Size by the header where that is enough, else by decoding: an orientation tag may turn the picture, and
/// there are formats whose headers are not known.
template <class Header, class Decode>
ImageSize picture_size(bool deep, int height, int width, const Header& header, const Decode& decode) {
  if (!deep) {
    try {
      const ImageSize size = header();
      if (height == 0 || (size.height == height && size.width == width)) return size;
    } catch (const DataError&) {
      // Decoding has the last word, and the better message.
      const Image image = decode();
      return {.height = image.height, .width = image.width};
    }
  }
  const Image image = decode();
  return {.height = image.height, .width = image.width};
}

}  // namespace

void PictureCheck::add(const std::filesystem::path& path, int height, int width) {
  auto& size = pictures_.try_emplace(path.string(), height, width).first->second;
  if (size.first == 0) size = {height, width};
  if (height != 0 && size != std::pair(height, width)) {
    check_.fault(
        "pictures have masks of different sizes",
        path.string() + ": " + size_text(size.first, size.second) + " and " + size_text(height, width));
  }
}

void PictureCheck::look(std::span<const std::byte> bytes, const std::string& name) {
  try {
    picture_size(
        options_.deep, 0, 0, [&] { return image_size_of(bytes, name); },
        [&] { return decode_image(bytes, name); });
  } catch (const Error& e) {
    check_.fault(kBrokenPicture, e.what());
  }
}

void PictureCheck::look_at(const std::filesystem::path& path, int height, int width) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    check_.fault(kMissingPicture, path.string());
    return;
  }
  try {
    const ImageSize size = picture_size(
        options_.deep, height, width, [&] { return read_image_size(path); },
        [&] { return load_image(path); });
    if (height != 0 && (size.height != height || size.width != width)) {
      check_.fault(kOtherPictureSize, path.string() + ": " + size_text(size.height, size.width) +
                                          ", annotated " + size_text(height, width));
    }
  } catch (const Error& e) {
    check_.fault(kBrokenPicture, e.what());
  }
}

void PictureCheck::run() {
  const auto total = static_cast<std::int64_t>(pictures_.size());
  std::int64_t done = 0;
  for (const auto& [path, size] : pictures_) {
    look_at(path, size.first, size.second);
    ++done;
    if (options_.progress && (done % kProgressStep == 0 || done == total)) options_.progress(done, total);
  }
  check_.count("images", total);
}

}  // namespace pixelsail
