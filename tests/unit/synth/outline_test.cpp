#include "synth/outline.h"

#include <gtest/gtest.h>

#include "io/json.h"
#include "io/rle.h"
#include "synth/scene.h"

namespace pixelsail {
namespace {

Mask from_rows(const std::vector<std::string>& rows) {
  Mask mask(static_cast<int>(rows.size()), static_cast<int>(rows[0].size()));
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x)
      mask.at(y, x) = rows[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)] == '#' ? 1 : 0;
  }
  return mask;
}

Mask decoded(const Outlines& outlines, int height, int width) {
  std::vector<Rle> parts;
  for (const auto& polygon : outlines.polygons) parts.push_back(polygon_to_rle(polygon, height, width));
  return decode_mask(merge_rles(parts));
}

TEST(Outlines, FollowPixelEdges) {
  const Mask mask = from_rows({"......", ".###..", ".###..", "......"});
  const Outlines outlines = trace_outlines(mask);
  ASSERT_EQ(outlines.polygons.size(), 1U);
  EXPECT_EQ(outlines.polygons[0], (std::vector<double>{1, 1, 4, 1, 4, 3, 1, 3}));
  EXPECT_EQ(outlines.hole_area, 0);
}

TEST(Outlines, SeparatePartsAndHoles) {
  const Mask corners = from_rows({"##..", "##..", "..##", "..##"});
  EXPECT_EQ(trace_outlines(corners).polygons.size(), 2U);
  EXPECT_EQ(decoded(trace_outlines(corners), 4, 4), corners);
  const Outlines ring = trace_outlines(from_rows({"#####", "#...#", "#.#.#", "#...#", "#####"}));
  EXPECT_EQ(ring.polygons.size(), 2U);
  EXPECT_EQ(ring.hole_area, 9);
}

TEST(Outlines, WithoutSimplificationNothingIsLost) {
  for (int i = 0; i < 40; ++i) {
    Rng rng(static_cast<std::uint64_t>(i), "outline");
    const Scene scene = sample_scene(128, rng);
    for (const Visible& v : scene.visible) {
      const Outlines outlines = trace_outlines(v.mask);
      if (outlines.hole_area > 0) continue;
      EXPECT_EQ(decoded(outlines, scene.height, scene.width), v.mask);
    }
  }
}

TEST(Segmentation, DecodesToTheMask) {
  int polygons = 0, objects = 0;
  for (int i = 0; i < 60; ++i) {
    Rng rng(static_cast<std::uint64_t>(i), "segmentation");
    const Scene scene = sample_scene(128, rng);
    for (std::size_t k = 0; k < scene.objects.size(); ++k) {
      const Mask& mask = scene.visible[k].mask;
      const Json segmentation = segmentation_of(mask, k % 2 == 0 ? HolesAs::kRunLists : HolesAs::kRunLengths);
      const Mask back = segmentation_mask(segmentation, scene.height, scene.width);
      const auto both = static_cast<double>(rle_intersection(encode_mask(back), encode_mask(mask)));
      const auto sum = static_cast<double>(rle_area(encode_mask(back)) + rle_area(encode_mask(mask)));
      EXPECT_GE(both / (sum - both), 0.93);
      if (segmentation.is_array()) {
        ++polygons;
      } else {
        ++objects;
        EXPECT_EQ(back, mask);
        EXPECT_EQ(segmentation["counts"].is_array(), k % 2 == 0);
        const Json bridged = segmentation_of(mask, HolesAs::kBridges);
        ASSERT_TRUE(bridged.is_array() && bridged.size() == 1);
        EXPECT_EQ(segmentation_mask(bridged, scene.height, scene.width), mask);
      }
    }
  }
  EXPECT_GT(polygons, 150);
  EXPECT_GT(objects, 15);
}

TEST(Simplify, KeepsTriangles) {
  const std::vector<double> triangle{0, 0, 4, 0, 0, 4};
  EXPECT_EQ(simplify(triangle, 10), triangle);
  // A staircase along a line collapses to its ends.
  const std::vector<double> stairs{0, 0, 1, 0, 1, 1, 2, 1, 2, 2, 3, 2, 3, 3, 0, 3};
  EXPECT_LT(simplify(stairs, 0.75).size(), stairs.size());
}

}  // namespace
}  // namespace pixelsail
