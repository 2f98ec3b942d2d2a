#include "synth/scene.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "io/tensors/safetensors.h"
#include "synth/geometry.h"
#include "synth/render.h"
#include "synth/teacher_maps.h"

namespace pixelsail {
namespace {

Scene scene_number(int i, int max_side = 128) {
  Rng rng(7, "scene test " + std::to_string(i));
  return sample_scene(max_side, rng);
}

TEST(Scene, KeepsItsBounds) {
  std::set<Shape> shapes;
  std::set<Color> colors;
  std::set<Pattern> patterns;
  int occluded = 0, shared = 0;
  for (int i = 0; i < 200; ++i) {
    const Scene scene = scene_number(i);
    ASSERT_GE(scene.objects.size(), 4U);
    ASSERT_LE(scene.objects.size(), 7U);
    ASSERT_GE(std::min(scene.width, scene.height), 96);
    ASSERT_LE(std::max(scene.width, scene.height), 128);
    ASSERT_EQ(scene.visible.size(), scene.objects.size());
    Mask sum(scene.height, scene.width);
    bool any_shared = false;
    for (std::size_t k = 0; k < scene.objects.size(); ++k) {
      const Object& o = scene.objects[k];
      const Visible& v = scene.visible[k];
      shapes.insert(o.shape);
      colors.insert(o.color);
      patterns.insert(o.pattern);
      const bool small = o.size == ObjectSize::kSmall;
      EXPECT_TRUE(small ? o.radius >= 8 && o.radius <= 11 : o.radius >= 15 && o.radius <= 22) << o.radius;
      EXPECT_GE(static_cast<double>(v.area), 0.6 * static_cast<double>(v.full_area));
      EXPECT_GT(v.area, 60);
      occluded += static_cast<double>(v.area) < 0.92 * static_cast<double>(v.full_area) ? 1 : 0;
      for (std::size_t p = 0; p < sum.data.size(); ++p)
        sum.data[p] = static_cast<std::uint8_t>(sum.data[p] + v.mask.data[p]);
      for (std::size_t l = 0; l < k; ++l) {
        any_shared = any_shared || scene.objects[l].shape == o.shape || scene.objects[l].color == o.color;
      }
    }
    shared += any_shared ? 1 : 0;
    for (const std::uint8_t value : sum.data) ASSERT_LE(value, 1);  // a pixel shows one object
  }
  const std::vector<Shape> drawn = default_shapes();
  EXPECT_EQ(shapes, std::set<Shape>(drawn.begin(), drawn.end()));
  EXPECT_EQ(colors.size(), static_cast<std::size_t>(kColorCount));
  EXPECT_EQ(patterns.size(), static_cast<std::size_t>(kPatternCount));
  EXPECT_GT(occluded, 40);
  EXPECT_GT(shared, 160);
}

TEST(Scene, IsAFunctionOfItsStream) {
  const Scene a = scene_number(3), b = scene_number(3), c = scene_number(4);
  Rng first(1), second(1), other(2);
  EXPECT_EQ(render_scene(a, first), render_scene(b, second));
  EXPECT_NE(render_scene(a, other), render_scene(c, other));
}

TEST(Scene, ScalesWithTheImage) {
  for (const int side : {64, 200}) {
    const Scene scene = scene_number(1, side);
    EXPECT_LE(std::max(scene.width, scene.height), side);
    for (const Object& o : scene.objects) EXPECT_LE(o.radius * 128 / side, 22);
  }
}

TEST(Scene, TheTopObjectHidesTheOneBelow) {
  Scene scene{.width = 40, .height = 40};
  scene.objects = {{.shape = Shape::kSquare, .x = 20, .y = 20, .radius = 10},
                   {.shape = Shape::kDisc, .x = 20, .y = 20, .radius = 5}};
  measure_visible(scene);
  EXPECT_EQ(scene.visible[0].mask.at(20, 20), 0);
  EXPECT_EQ(scene.visible[1].mask.at(20, 20), 1);
  EXPECT_NEAR(static_cast<double>(scene.visible[1].area), 3.14159 * 25, 4);
  EXPECT_EQ(scene.visible[0].area + scene.visible[1].area, scene.visible[0].full_area);
  EXPECT_NEAR(scene.visible[0].x, 20, 0.2);
}

/// Of two discs whose centres lie `d` apart.
double common_area(double big, double small, double d) {
  const double a = std::acos((d * d + small * small - big * big) / (2 * d * small)),
               b = std::acos((d * d + big * big - small * small) / (2 * d * big));
  return small * small * (a - std::sin(2 * a) / 2) + big * big * (b - std::sin(2 * b) / 2);
}

TEST(Geometry, ShapesHaveTheirAreas) {
  const double expected[] = {3.1416,
                             4 * 0.88 * 0.88,
                             1.299 * 1.69,
                             5 * 1.3 * 0.58 * std::sin(0.62832),
                             4 * 1.05 * 0.74 - 4 * 0.37 * 0.37,
                             3.1416 * (1.08 * 1.08 - 0.52 * 0.52),
                             2 * 0.78 * 1.28,
                             3.1416 * 1.25 * 1.25 - common_area(1.25, 1.0, 0.55),
                             0.5 * 2.0 * 1.2 + 0.76 * 1.2,
                             1.28 * 1.28 * (1 + 3.1416 / 4)};
  for (int s = 0; s < kShapeCount; ++s) {
    int inside = 0;
    constexpr int kSteps = 700;
    for (int i = 0; i < kSteps * kSteps; ++i) {
      const double u = -1.4 + 2.8 * (i % kSteps + 0.5) / kSteps, v = -1.4 + 2.8 * (i / kSteps + 0.5) / kSteps;
      if (!covers(static_cast<Shape>(s), {u, v})) continue;
      ++inside;
      ASSERT_LE(std::hypot(u, v), kMaxReach) << s;
    }
    EXPECT_NEAR(inside * 2.8 * 2.8 / (kSteps * kSteps), expected[s], 0.02) << name_of(static_cast<Shape>(s));
  }
}

TEST(TeacherMap, HoldsCoverage) {
  for (int i = 0; i < 20; ++i) {
    const Scene scene = scene_number(i);
    const HalfMap map = teacher_map(scene);
    ASSERT_EQ(map.channels, static_cast<std::int64_t>(teacher_channels(default_shapes()).size()));
    ASSERT_EQ(map.height, (scene.height + 3) / 4);
    ASSERT_EQ(map.width, (scene.width + 3) / 4);
    const auto value = [&](std::int64_t channel, std::int64_t y, std::int64_t x) {
      return half_to_float(map.values[static_cast<std::size_t>((channel * map.height + y) * map.width + x)]);
    };
    double area = 0, covered = 0;
    for (const Visible& v : scene.visible) area += static_cast<double>(v.area);
    for (std::int64_t y = 0; y < map.height; ++y) {
      for (std::int64_t x = 0; x < map.width; ++x) {
        const auto rows = std::min<std::int64_t>(4, scene.height - 4 * y),
                   columns = std::min<std::int64_t>(4, scene.width - 4 * x);
        const float objectness = value(0, y, x);
        ASSERT_LE(objectness, 1.0F);
        covered += objectness * static_cast<double>(rows * columns);
        // Each group of attributes shares out the objectness.
        const std::pair<int, int> groups[] = {{1, 7},           {8, kColorCount},
                                              {16, kSizeCount}, {18, kPatternCount},
                                              {22, kPlaceBins}, {26, kPlaceBins}};
        for (const auto& [first, count] : groups) {
          float sum = 0;
          for (int c = first; c < first + count; ++c) sum += value(c, y, x);
          ASSERT_NEAR(sum, objectness, 2e-3);
        }
      }
    }
    EXPECT_NEAR(covered, area, 0.01 * area);
  }
}

TEST(TeacherMap, PlaceBinsPointToTheMiddleOfTheObject) {
  const Scene scene = scene_number(3);
  const HalfMap map = teacher_map(scene);
  const auto value = [&](std::int64_t channel, std::int64_t cell) {
    return half_to_float(map.values[static_cast<std::size_t>(channel * map.height * map.width + cell)]);
  };
  for (const Visible& v : scene.visible) {
    bool found = false;
    for (std::int64_t cell = 0; cell < map.height * map.width && !found; ++cell) {
      const int top = static_cast<int>(cell / map.width) * kTeacherStride,
                left = static_cast<int>(cell % map.width) * kTeacherStride;
      found = true;  // a cell that shows this object only
      for (int y = top; y < top + kTeacherStride; ++y) {
        for (int x = left; x < left + kTeacherStride; ++x)
          found = found && y < scene.height && x < scene.width && v.mask.at(y, x) != 0;
      }
      if (!found) continue;
      float column = 0, row = 0;
      for (int bin = 0; bin < kPlaceBins; ++bin) {
        column += static_cast<float>(bin) / (kPlaceBins - 1) * value(22 + bin, cell);
        row += static_cast<float>(bin) / (kPlaceBins - 1) * value(26 + bin, cell);
      }
      EXPECT_NEAR(column, v.x / scene.width, 2e-3);
      EXPECT_NEAR(row, v.y / scene.height, 2e-3);
    }
    EXPECT_TRUE(found);
  }
}

}  // namespace
}  // namespace pixelsail
