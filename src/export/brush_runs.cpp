// 32 bits: number of values; 5 bits: bits of a value - 1; four times 4 bits: bits of a run's length - 1. Then, until all
// values are there: 1 bit (1: one value many times, 0: many values), 2 bits that choose one of the four lengths, the
// length - 1, and the value or the values.

#include "export/brush_runs.h"

#include <algorithm>
#include <array>

#include "io/rle_check.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

class BitReader {
 public:
  explicit BitReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::uint32_t read(unsigned count) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < count; ++i, ++at_) {
      if (at_ / 8 >= bytes_.size()) throw DataError("the run lengths of a brush end too early");
      value = value << 1 | (bytes_[at_ / 8] >> (7 - at_ % 8) & 1U);
    }
    return value;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

class BitWriter {
 public:
  void write(std::uint32_t value, unsigned count) {
    for (unsigned i = count; i-- > 0;) {
      if (used_ % 8 == 0) bytes_.push_back(0);
      bytes_.back() = static_cast<std::uint8_t>(bytes_.back() | (value >> i & 1U) << (7 - used_ % 8));
      ++used_;
    }
  }
  std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  std::vector<std::uint8_t> bytes_;
  std::size_t used_ = 0;
};

constexpr std::array<unsigned, 4> kLengthBits{3, 4, 8, 16};

/// A run of one value.
void write_run(BitWriter& out, std::uint8_t value, std::uint64_t length) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 16;
  while (length > 0) {
    const std::uint64_t part = std::min(length, kMost);
    unsigned choice = 0;
    while (part > std::uint64_t{1} << kLengthBits[choice]) ++choice;
    out.write(1, 1);
    out.write(choice, 2);
    out.write(static_cast<std::uint32_t>(part - 1), kLengthBits[choice]);
    out.write(value, 8);
    length -= part;
  }
}

}  // namespace

Mask decode_brush(std::span<const std::uint8_t> bytes, int height, int width) {
  const std::uint64_t values = detail::checked_area(height, width) * 4;
  BitReader in(bytes);
  if (in.read(32) != values) throw DataError("the run lengths of a brush are of a picture of another size");
  const unsigned value_bits = in.read(5) + 1;
  std::array<unsigned, 4> length_bits{};
  for (unsigned& bits : length_bits) bits = in.read(4) + 1;
  Mask mask(height, width);
  const auto set = [&mask](std::uint64_t i, std::uint32_t value) {
    if (i % 4 == 3 && value != 0) mask.data[static_cast<std::size_t>(i / 4)] = 1;
  };
  for (std::uint64_t i = 0; i < values;) {
    const bool is_run = in.read(1) == 1;
    const unsigned bits = length_bits[in.read(2)];
    const std::uint64_t end = i + 1 + in.read(bits);
    if (end > values) throw DataError("the run lengths of a brush go beyond the picture");
    if (is_run) {
      const std::uint32_t value = in.read(value_bits);
      for (; i < end; ++i) set(i, value);
    } else {
      for (; i < end; ++i) set(i, in.read(value_bits));
    }
  }
  return mask;
}

std::vector<std::uint8_t> encode_brush(const Mask& mask) {
  BitWriter out;
  out.write(static_cast<std::uint32_t>(mask.data.size() * 4), 32);
  out.write(8 - 1, 5);
  for (const unsigned bits : kLengthBits) out.write(bits - 1, 4);
  for (std::size_t i = 0; i < mask.data.size();) {
    std::size_t end = i;
    while (end < mask.data.size() && mask.data[end] == mask.data[i]) ++end;
    write_run(out, mask.data[i] != 0 ? 255 : 0, (end - i) * 4);
    i = end;
  }
  return out.take();
}

}  // namespace pixelsail
