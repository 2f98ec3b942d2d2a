#include "image/gif.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include "image/container.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

constexpr int kMaxCodeBits = 12;
constexpr std::uint32_t kMaxCodes = 1U << kMaxCodeBits;

/// Colours of a table, three bytes each.
using Palette = std::vector<std::uint8_t>;

class GifReader {
 public:
  GifReader(std::span<const std::byte> bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  GifFrame read() {
    skip(6);
    width_ = little16(), height_ = little16();
    if (width_ == 0 || height_ == 0) fail("the image has a zero side");
    if (std::int64_t{width_} * height_ > kMaxImagePixels) fail("the image has too many pixels");
    const std::uint32_t flags = byte();
    skip(2);
    if ((flags & 0x80) != 0) colours_ = palette(flags);
    int transparent = -1;
    for (;;) {
      const std::uint32_t block = byte();
      if (block == 0x2C) return frame(transparent);
      if (block == 0x3B) fail("the GIF ends before its first picture");
      if (block != 0x21) fail("damaged: a GIF block of an unknown kind");
      if (byte() == 0xF9) {
        const std::uint32_t size = byte();
        if (size != 4) fail("damaged: a GIF control block of another size");
        const std::uint32_t control = byte();
        skip(2);
        const auto index = static_cast<int>(byte());
        transparent = (control & 1) != 0 ? index : -1;
      }
      while (const std::uint32_t size = byte()) skip(size);
    }
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const { throw DataError(name_ + ": " + reason); }
  std::uint32_t byte() {
    if (position_ >= bytes_.size())
      fail("truncated: the GIF ends after " + std::to_string(bytes_.size()) + " bytes");
    return std::to_integer<std::uint32_t>(bytes_[position_++]);
  }
  int little16() {
    const std::uint32_t low = byte();
    return static_cast<int>(low | byte() << 8);
  }
  void skip(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) byte();
  }
  Palette palette(std::uint32_t flags) {
    Palette colours(std::size_t{3} << ((flags & 7) + 1));
    for (std::uint8_t& value : colours) value = static_cast<std::uint8_t>(byte());
    return colours;
  }

  GifFrame frame(int transparent) {
    const int left = little16(), top = little16(), width = little16(), height = little16();
    if (left + width > width_ || top + height > height_)
      fail("damaged: the GIF's first frame leaves its picture");
    const std::uint32_t flags = byte();
    const Palette colours = (flags & 0x80) != 0 ? palette(flags) : colours_;
    if (colours.empty()) fail("the GIF has no colours");
    const bool interlaced = (flags & 0x40) != 0;
    const std::vector<std::uint8_t> indices =
        unpack(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));

    GifFrame result{.image = Image(height_, width_), .opaque = Mask(height_, width_)};
    const auto paint = [&](int y, int x, std::size_t index) {
      if (3 * index + 2 >= colours.size()) index = 0;
      std::memcpy(result.image.pixel(y, x), colours.data() + 3 * index, 3);
    };
    const std::size_t background = transparent > 0 ? static_cast<std::size_t>(transparent) : 0;
    for (int y = 0; y < height_; ++y)
      for (int x = 0; x < width_; ++x) paint(y, x, background);
    std::size_t next = 0;
    // Interlaced rows come in four passes.
    constexpr std::array<std::array<int, 2>, 4> kPasses{{{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
    for (std::size_t pass = 0; pass < (interlaced ? kPasses.size() : 1); ++pass) {
      const int first = interlaced ? kPasses[pass][0] : 0, step = interlaced ? kPasses[pass][1] : 1;
      for (int y = first; y < height; y += step) {
        for (int x = 0; x < width; ++x) {
          const std::uint8_t index = indices[next++];
          paint(top + y, left + x, index);
          result.opaque.at(top + y, left + x) = index != transparent ? 1 : 0;
        }
      }
    }
    return result;
  }

  /// The bits of the data blocks, lowest first.
  std::uint32_t bits(int count) {
    while (bit_count_ < count) {
      if (block_left_ == 0) {
        block_left_ = byte();
        if (block_left_ == 0) fail("truncated: the GIF's data end before its picture");
      }
      bit_buffer_ |= byte() << bit_count_;
      bit_count_ += 8;
      --block_left_;
    }
    const std::uint32_t value = bit_buffer_ & ((1U << count) - 1);
    bit_buffer_ >>= count;
    bit_count_ -= count;
    return value;
  }

  /// LZW (GIF89a, appendix F): each code stands for an earlier one and a last value.
  std::vector<std::uint8_t> unpack(std::size_t count) {
    const auto root_bits = static_cast<int>(byte());
    if (root_bits < 1 || root_bits > 8) fail("damaged: the GIF's codes have an impossible size");
    const std::uint32_t clear = 1U << root_bits, end = clear + 1;
    std::array<std::uint16_t, kMaxCodes> before{};
    std::array<std::uint8_t, kMaxCodes> last{}, first{};
    for (std::uint32_t i = 0; i < clear; ++i) last[i] = first[i] = static_cast<std::uint8_t>(i);
    std::vector<std::uint8_t> out, reversed;
    out.reserve(count);
    std::uint32_t codes = end + 1, previous = clear;
    int code_bits = root_bits + 1;
    while (out.size() < count) {
      const std::uint32_t code = bits(code_bits);
      if (code == clear) {
        codes = end + 1, code_bits = root_bits + 1, previous = clear;
        continue;
      }
      if (code == end) fail("truncated: the GIF's data end before its picture");
      if (code > codes || (previous == clear && code >= clear))
        fail("damaged: the GIF has an impossible code");
      if (previous != clear && codes < kMaxCodes) {
        before[codes] = static_cast<std::uint16_t>(previous);
        first[codes] = first[previous];
        last[codes] = code == codes ? first[previous] : first[code];
        ++codes;
        if (codes == (1U << code_bits) && code_bits < kMaxCodeBits) ++code_bits;
      } else if (code >= codes) {
        fail("damaged: the GIF has an impossible code");
      }
      reversed.clear();
      std::uint32_t at = code;
      for (; at > end; at = before[at]) reversed.push_back(last[at]);
      reversed.push_back(last[at]);
      for (std::size_t i = reversed.size(); i-- > 0 && out.size() < count;) out.push_back(reversed[i]);
      previous = code;
    }
    return out;
  }

  std::span<const std::byte> bytes_;
  const std::string& name_;
  std::size_t position_ = 0;
  int width_ = 0, height_ = 0;
  Palette colours_;
  std::uint32_t bit_buffer_ = 0, block_left_ = 0;
  int bit_count_ = 0;
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
