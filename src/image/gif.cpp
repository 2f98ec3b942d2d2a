#include "image/gif.h"

#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "image/container.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

struct Input {
  std::span<const std::byte> bytes;
  std::size_t position = 0;
};

int read_bytes(GifFileType* file, GifByteType* out, int wanted) {
  Input& input = *static_cast<Input*>(file->UserData);
  const std::size_t count = std::min(static_cast<std::size_t>(wanted), input.bytes.size() - input.position);
  std::memcpy(out, input.bytes.data() + input.position, count);
  input.position += count;
  return static_cast<int>(count);
}

struct Close {
  void operator()(GifFileType* file) const { DGifCloseFile(file, nullptr); }
};

class GifReader {
 public:
  GifReader(std::span<const std::byte> bytes, const std::string& name) : input_{bytes}, name_(name) {
    int error = 0;
    file_.reset(DGifOpen(&input_, &read_bytes, &error));
    if (!file_) fail_with(error);
    if (file_->SWidth <= 0 || file_->SHeight <= 0) fail("the image has a zero side");
    if (std::int64_t{file_->SWidth} * file_->SHeight > kMaxImagePixels) fail("the image has too many pixels");
  }

  GifFrame read() {
    for (;;) {
      GifRecordType type = UNDEFINED_RECORD_TYPE;
      check(DGifGetRecordType(file_.get(), &type));
      if (type == IMAGE_DESC_RECORD_TYPE) return frame();
      if (type == TERMINATE_RECORD_TYPE) fail("the GIF ends before its first picture");
      if (type == EXTENSION_RECORD_TYPE) extension();
    }
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const { throw DataError(name_ + ": " + reason); }
  [[noreturn]] void fail_with(int error) const {
    if (error == D_GIF_ERR_READ_FAILED || error == D_GIF_ERR_EOF_TOO_SOON || error == D_GIF_ERR_NOT_GIF_FILE)
      fail("truncated: the GIF ends after " + std::to_string(input_.bytes.size()) + " bytes");
    const char* reason = GifErrorString(error);
    fail(std::string("damaged: ") + (reason != nullptr ? reason : "not a GIF that can be read"));
  }
  void check(int status) const {
    if (status == GIF_ERROR) fail_with(file_->Error);
  }

  /// Keeps the transparent index of a graphics control block.
  void extension() {
    int code = 0;
    GifByteType* block = nullptr;
    check(DGifGetExtension(file_.get(), &code, &block));
    if (code == GRAPHICS_EXT_FUNC_CODE && block != nullptr) {
      GraphicsControlBlock control{};
      if (DGifExtensionToGCB(block[0], block + 1, &control) == GIF_ERROR)
        fail("damaged: a GIF control block of another size");
      transparent_ = control.TransparentColor;
    }
    while (block != nullptr) check(DGifGetExtensionNext(file_.get(), &block));
  }

  GifFrame frame() {
    check(DGifGetImageDesc(file_.get()));
    const GifImageDesc& place = file_->Image;
    if (place.Left + place.Width > file_->SWidth || place.Top + place.Height > file_->SHeight)
      fail("damaged: the GIF's first frame leaves its picture");
    const ColorMapObject* colours = place.ColorMap != nullptr ? place.ColorMap : file_->SColorMap;
    if (colours == nullptr || colours->ColorCount < 1) fail("the GIF has no colours");

    GifFrame result{.image = Image(file_->SHeight, file_->SWidth),
                    .opaque = Mask(file_->SHeight, file_->SWidth)};
    const auto paint = [&](int y, int x, int index) {
      const GifColorType& colour = colours->Colors[index < colours->ColorCount ? index : 0];
      std::uint8_t* pixel = result.image.pixel(y, x);
      pixel[0] = colour.Red, pixel[1] = colour.Green, pixel[2] = colour.Blue;
    };
    for (int y = 0; y < file_->SHeight; ++y)
      for (int x = 0; x < file_->SWidth; ++x) paint(y, x, std::max(transparent_, 0));
    // Interlaced rows come in four passes.
    constexpr std::array<std::array<int, 2>, 4> kPasses{{{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
    std::vector<GifPixelType> row(static_cast<std::size_t>(place.Width));
    for (std::size_t pass = 0; pass < (place.Interlace ? kPasses.size() : 1); ++pass) {
      const int first = place.Interlace ? kPasses[pass][0] : 0, step = place.Interlace ? kPasses[pass][1] : 1;
      for (int y = first; y < place.Height; y += step) {
        check(DGifGetLine(file_.get(), row.data(), place.Width));
        for (int x = 0; x < place.Width; ++x) {
          const int index = row[static_cast<std::size_t>(x)];
          paint(place.Top + y, place.Left + x, index);
          result.opaque.at(place.Top + y, place.Left + x) = index != transparent_ ? 1 : 0;
        }
      }
    }
    return result;
  }

  Input input_;
  const std::string& name_;
  std::unique_ptr<GifFileType, Close> file_;
  int transparent_ = NO_TRANSPARENT_COLOR;
};

}  // namespace

bool is_gif(std::span<const std::byte> file) {
  return file.size() >= 6 &&
         (std::memcmp(file.data(), "GIF87a", 6) == 0 || std::memcmp(file.data(), "GIF89a", 6) == 0);
}

GifFrame decode_gif(std::span<const std::byte> file, const std::string& name) {
  return GifReader(file, name).read();
}

}  // namespace pixelsail::detail
