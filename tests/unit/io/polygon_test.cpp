#include <cmath>
#include <nlohmann/json.hpp>

#include "io/json.h"
#include "io/rle.h"
#include "support.h"

namespace pixelsail {
namespace {

using test::expect_error;

TEST(Polygon, KnownMasks) {
  const std::vector<std::pair<std::vector<double>, std::string>> cases = {
      {{1, 1, 8, 1, 8, 6}, "e0191O001O1O1b0"},
      {{2.5, 2.5, 7.5, 2.5, 7.5, 7.5, 2.5, 7.5}, "Q1550000000a0"},
      {{0, 0, 9.99, 0, 9.99, 9.99, 0, 9.99}, "0T3"},
      {{-3, -3, 4, -3, 4, 4, -3, 4}, "04600000l1"}};
  for (const auto& [polygon, text] : cases) EXPECT_EQ(rle_to_string(polygon_to_rle(polygon, 10, 10)), text);
  EXPECT_EQ(rle_to_string(box_to_rle(2.5, 2.5, 5, 5, 10, 10)), "Q1550000000a0");
}

TEST(Polygon, AgreesWithPycocotools) {
  // make_polygons.py says how the expected values came about.
  int lines = 0, several = 0;
  read_jsonl(test::fixture("polygons.jsonl"), [&](Json&& line, std::size_t number) {
    SCOPED_TRACE("line " + std::to_string(number));
    const int height = line["size"][0], width = line["size"][1];
    std::vector<Rle> parts;
    for (std::size_t i = 0; i < line["polygons"].size(); ++i) {
      parts.push_back(polygon_to_rle(line["polygons"][i].get<std::vector<double>>(), height, width));
      EXPECT_EQ(rle_to_string(parts.back()), line["parts"][i].get<std::string>());
      EXPECT_EQ(rle_from_string(line["parts"][i].get<std::string>(), height, width), parts.back());
    }
    const Rle merged = merge_rles(parts);
    EXPECT_EQ(rle_to_string(merged), line["union"].get<std::string>());
    EXPECT_EQ(rle_area(merged), line["area"].get<std::uint64_t>());
    if (parts.size() > 1) {
      EXPECT_EQ(rle_intersection(parts[0], parts[1]), line["common"].get<std::uint64_t>());
    }
    const auto mask_text = [&](PolygonMerge merge) {
      return rle_to_string(encode_mask(segmentation_mask(line["polygons"], height, width, merge)));
    };
    EXPECT_EQ(mask_text(PolygonMerge::kUnion), rle_to_string(encode_mask(decode_mask(merged))));
    EXPECT_EQ(mask_text(PolygonMerge::kLisaSum), line["ones"].get<std::string>());
    EXPECT_EQ(mask_text(PolygonMerge::kSa2vaRle), line["toggled"].get<std::string>());
    ++lines;
    several += line["ones"] != line["union"];
  });
  EXPECT_EQ(lines, 300);
  EXPECT_GT(several, 30) << "too few overlapping polygons to tell the merges apart";
}

TEST(Polygon, DegenerateOnesAreEmpty) {
  for (const std::vector<double>& polygon : std::vector<std::vector<double>>{{},
                                                                             {3, 3},
                                                                             {1, 1, 8, 8},
                                                                             {3, 3, 3, 3, 3, 3},
                                                                             {1, 1, 8, 8, 1, 1},
                                                                             {-9, -9, -5, -9, -5, -5},
                                                                             {20, 2, 30, 2, 30, 8}}) {
    const Rle rle = polygon_to_rle(polygon, 10, 10);
    EXPECT_EQ(rle_area(rle), 0u);
    EXPECT_EQ(decode_mask(rle), Mask(10, 10));
  }
  EXPECT_EQ(rle_area(polygon_to_rle(std::vector<double>{0, 0, 5, 0, 5, 5}, 0, 0)), 0u);
}

TEST(Polygon, FarCornersCostNothing) {
  const std::vector<double> huge = {-1.9e8, -1.9e8, 1.9e8, -1.9e8, 1.9e8, 1.9e8, -1.9e8, 1.9e8};
  EXPECT_EQ(rle_area(polygon_to_rle(huge, 480, 640)), 480u * 640u);
}

TEST(Polygon, WorkIsBounded) {
  std::vector<double> zigzag;
  for (int i = 0; i < 100; ++i) zigzag.insert(zigzag.end(), {i % 2 == 0 ? 0.0 : 1e8, 0.5});
  expect_error<DataError>([&] { polygon_to_rle(zigzag, 2, 100'000'000); }, "too many edges");
}

TEST(Polygon, BadNumbersAreRejected) {
  const auto read = [](std::vector<double> xy) { return [xy] { polygon_to_rle(xy, 10, 10); }; };
  expect_error<DataError>(read({1, 2, 3}), "3 numbers");
  expect_error<DataError>(read({1e9, 0, 1, 1, 2, 2}), "coordinate");
  expect_error<DataError>(read({std::nan(""), 0, 1, 1, 2, 2}), "coordinate");
  expect_error<DataError>(
      [] {
        polygon_to_rle(std::vector<double>{1, 1, 2, 2}, -1, 10);
      },
      "impossible mask size");
}

}  // namespace
}  // namespace pixelsail
