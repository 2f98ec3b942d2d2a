#include "export/brush_runs.h"

#include <gtest/gtest.h>

#include "core/rng.h"
#include "fixtures.h"

namespace pixelsail {
namespace {

using test::mask_of;

const std::vector<std::string> kRows{"......", ".###..", ".#.#.#", ".###.."};
/// What label-studio-converter 0.0.59 (Apache-2.0) writes for that mask.
const std::vector<std::uint8_t> kBytes{0,   0,   0,  96,  57,  27, 254, 27,  0,   183, 255, 108, 2, 63,
                                       248, 192, 35, 255, 140, 2,  63,  248, 192, 45,  255, 206, 0};

TEST(BrushRuns, AreThoseOfLabelStudio) {
  EXPECT_EQ(decode_brush(kBytes, 4, 6), mask_of(kRows));
  EXPECT_EQ(encode_brush(mask_of(kRows)), kBytes);
}

TEST(BrushRuns, SingleValuesAreRead) {
  // 8 values of 4 bits, lengths of 1 to 4 bits: four values, then a run of four.
  const std::vector<std::uint8_t> bytes{0, 0, 0, 8, 24, 9, 25, 196, 141, 47, 224};
  const Mask mask = decode_brush(bytes, 1, 2);
  EXPECT_EQ(mask.data, (std::vector<std::uint8_t>{1, 1}));
}

TEST(BrushRuns, LongRunsGoThereAndBack) {
  Mask mask(300, 400);
  for (std::size_t i = 70000; i < mask.data.size(); ++i) mask.data[i] = 1;
  EXPECT_EQ(decode_brush(encode_brush(mask), 300, 400), mask);
  EXPECT_EQ(decode_brush(encode_brush(Mask(300, 400)), 300, 400), Mask(300, 400));
}

TEST(BrushRuns, BrokenBytesAreRefused) {
  EXPECT_THROW(decode_brush(kBytes, 4, 7), DataError);
  EXPECT_THROW(decode_brush({}, 4, 6), DataError);
  for (std::size_t length = 0; length + 2 < kBytes.size(); ++length)
    EXPECT_THROW(decode_brush(std::span(kBytes).first(length), 4, 6), DataError) << length;
  EXPECT_THROW(decode_brush(kBytes, 1 << 20, 1 << 20), DataError);
}

TEST(BrushRuns, RandomBytesHarmNobody) {
  Rng rng(3, "brush");
  for (int i = 0; i < 2000; ++i) {
    std::vector<std::uint8_t> bytes = kBytes;
    for (int change = 0; change < 3; ++change)
      bytes[rng.below(bytes.size())] = static_cast<std::uint8_t>(rng.below(256));
    try {
      EXPECT_EQ(decode_brush(bytes, 4, 6).data.size(), 24U);
    } catch (const DataError&) {
    }
  }
}

}  // namespace
}  // namespace pixelsail
