#include "image/mask_outline.h"

#include <gtest/gtest.h>

#include "core/rng.h"
#include "io/rle.h"

namespace pixelsail {
namespace {

Mask random_mask(int height, int width, double share, Rng& rng) {
  Mask mask(height, width);
  for (std::uint8_t& value : mask.data) value = rng.uniform() < share ? 1 : 0;
  return mask;
}

TEST(MaskOutline, HolesHaveTheirBoundaries) {
  Mask mask(5, 6);
  for (int y = 0; y < 5; ++y)
    for (int x = 0; x < 5; ++x) mask.at(y, x) = y == 0 || y == 4 || x == 0 || x == 4 ? 1 : 0;
  const Outlines outlines = trace_outlines(mask);
  ASSERT_EQ(outlines.polygons.size(), 1U);
  ASSERT_EQ(outlines.holes.size(), 1U);
  EXPECT_EQ(outlines.hole_area, 9);
  EXPECT_EQ(outlines.holes[0].size(), 8U);
}

TEST(MaskOutline, OneRingFillsToTheSameMask) {
  Rng rng(7, "outline");
  for (int i = 0; i < 200; ++i) {
    const int height = static_cast<int>(rng.between(1, 24)), width = static_cast<int>(rng.between(1, 24));
    const Mask mask = random_mask(height, width, 0.1 + 0.8 * rng.uniform(), rng);
    const std::vector<double> ring = one_ring(trace_outlines(mask));
    if (ring.empty()) continue;
    EXPECT_EQ(decode_mask(polygon_to_rle(ring, height, width)), mask) << i;
  }
}

TEST(MaskOutline, OneRingOfNothingIsEmpty) {
  EXPECT_TRUE(one_ring(trace_outlines(Mask(4, 4))).empty());
}

}  // namespace
}  // namespace pixelsail
