#pragma once

/// Weights in 8 and 4 bits inside kernels: a thread loads a block of columns of one row, and widens it eight
/// columns at a time. A weight is q * step + minimum (kernels/matrix.h says how they are stored).

#include "element.h"
#include "kernels/matrix.h"
#include "launch.h"

namespace pixelsail::cuda {

struct alignas(16) Words {
  std::uint32_t values[4];
};

struct EightBits {
  static constexpr int kColumns = 16;  ///< of a block
  static constexpr int kParts = kColumns / kPack;
  static constexpr bool kHasMinimum = false;
  static constexpr std::int64_t kGroup = kernels::kInt8Group;

  struct Block {
    Words words;
    float step, minimum;
  };

  static PIXELSAIL_DEVICE Block load(const CompactWeight& w, std::int64_t row, std::int64_t block) {
    const std::int64_t begin = block * kColumns;
    const auto* from = static_cast<const std::uint8_t*>(w.data) + row * w.columns + begin;
    Block loaded;
    if (w.packed) {
      loaded.words = load_as<Words>(from);
    } else {
      PIXELSAIL_UNROLL
      for (int i = 0; i < 4; ++i) {
        std::uint32_t word = 0;
        PIXELSAIL_UNROLL
        for (int j = 0; j < 4; ++j)
          if (begin + 4 * i + j < w.columns) word |= static_cast<std::uint32_t>(from[4 * i + j]) << 8 * j;
        loaded.words.values[i] = word;
      }
    }
    const std::int64_t groups = (w.columns + kGroup - 1) / kGroup;
    loaded.step = static_cast<const float*>(w.scales)[row * groups + begin / kGroup];
    loaded.minimum = 0;
    return loaded;
  }

  /// The q of columns 8 part .. 8 part + 7.
  static PIXELSAIL_DEVICE void widen_part(const Block& block, int part, float (&q)[kPack]) {
    PIXELSAIL_UNROLL
    for (int i = 0; i < kPack; ++i) {
      const std::uint32_t word = block.words.values[2 * part + i / 4];
      q[i] = static_cast<float>(static_cast<std::int8_t>(word >> 8 * (i % 4) & 0xffU));
    }
  }
};

struct FourBits {
  static constexpr int kColumns = kernels::kInt4Group;
  static constexpr int kParts = kColumns / kPack;
  static constexpr bool kHasMinimum = true;
  static_assert(kColumns == 32, "a block is a group, which has 16 bytes");

  struct Block {
    Words words;
    float step, minimum;
  };

  static PIXELSAIL_DEVICE Block load(const CompactWeight& w, std::int64_t row, std::int64_t block) {
    const std::int64_t groups = (w.columns + kColumns - 1) / kColumns;
    const std::int64_t place = row * groups + block;
    Block loaded;
    if (w.packed) {
      const auto* from = static_cast<const std::uint8_t*>(w.data) + place * sizeof(Words);
      loaded.words = load_as<Words>(from);
    } else {
      const auto* from = static_cast<const std::uint8_t*>(w.data) + place * sizeof(Words);
      PIXELSAIL_UNROLL
      for (int i = 0; i < 4; ++i) {
        std::uint32_t word = 0;
        PIXELSAIL_UNROLL
        for (int j = 0; j < 4; ++j) word |= static_cast<std::uint32_t>(from[4 * i + j]) << 8 * j;
        loaded.words.values[i] = word;
      }
    }
    const auto* pair = static_cast<const Bfloat16*>(w.scales) + 2 * place;
    loaded.step = widen(pair[0]);
    loaded.minimum = widen(pair[1]);
    return loaded;
  }

  /// A 32-bit word holds q_j and, 16 bits above, q_(j + 1) for an even j; the next higher 4 bits those 8 columns on.
  static PIXELSAIL_DEVICE void widen_part(const Block& block, int part, float (&q)[kPack]) {
    PIXELSAIL_UNROLL
    for (int i = 0; i < kPack; ++i)
      q[i] = static_cast<float>(block.words.values[i / 2] >> (16 * (i % 2) + 4 * part) & 15U);
  }
};

}  // namespace pixelsail::cuda
