#include <nlohmann/json.hpp>

#include "core/rng.h"
#include "io/rle.h"
#include "io/segmentation_rle.h"
#include "support.h"

namespace pixelsail {
namespace {

using nlohmann::json;
using test::expect_error;

TEST(Segmentation, MergesOfOverlappingParts) {
  // One column: two parts that share pixels 4 and 5 of 8, as in "0 0 1 1 2 2 0 0".
  const json parts = {{{"size", {8, 1}}, {"counts", {2, 4, 2}}}, {{"size", {8, 1}}, {"counts", {4, 2, 2}}}};
  using Values = std::vector<std::uint8_t>;
  EXPECT_EQ(segmentation_values(parts, 8, 1, PolygonMerge::kUnion), (Values{0, 0, 1, 1, 1, 1, 0, 0}));
  EXPECT_EQ(segmentation_values(parts, 8, 1, PolygonMerge::kLisaSum), (Values{0, 0, 1, 1, 2, 2, 0, 0}));
  EXPECT_EQ(segmentation_values(parts, 8, 1, PolygonMerge::kSa2vaRle), (Values{0, 0, 1, 1, 0, 0, 1, 1}));
  EXPECT_EQ(segmentation_mask(parts, 8, 1, PolygonMerge::kLisaSum).data, (Values{0, 0, 1, 1, 0, 0, 0, 0}));
  EXPECT_EQ(segmentation_mask(parts, 8, 1).data, (Values{0, 0, 1, 1, 1, 1, 0, 0}));
}

/// A list of rectangles and triangles, some of them equal, some outside.
json random_parts(Rng& rng, int height, int width) {
  json parts = json::array();
  for (std::uint64_t n = rng.below(6); n > 0; --n) {
    json polygon = json::array();
    for (std::uint64_t i = 3 + rng.below(3); i > 0; --i) {
      polygon.push_back(static_cast<double>(rng.between(-2, width + 2)));
      polygon.push_back(static_cast<double>(rng.between(-2, height + 2)) / 2);
    }
    parts.push_back(polygon);
    if (rng.below(3) == 0) parts.push_back(polygon);
  }
  return parts;
}

TEST(Segmentation, RunsAreThoseOfThePixels) {
  for (std::uint64_t i = 0; i < 2000; ++i) {
    Rng rng(i, "segmentation");
    const int height = static_cast<int>(rng.below(9)), width = static_cast<int>(rng.below(9));
    const json parts = random_parts(rng, height, width);
    for (const auto merge : {PolygonMerge::kUnion, PolygonMerge::kLisaSum, PolygonMerge::kSa2vaRle}) {
      ASSERT_EQ(segmentation_rle(parts, height, width, merge),
                encode_mask(segmentation_mask(parts, height, width, merge)))
          << parts << " on " << height << " x " << width;
    }
  }
  const json many(257, json{{"size", {1, 2}}, {"counts", {0, 1, 1}}});
  EXPECT_EQ(segmentation_rle(many, 1, 2, PolygonMerge::kLisaSum).counts,
            (std::vector<std::uint32_t>{0, 1, 1}));
}

TEST(Segmentation, LargePicturesCostNoPixels) {
  // 2^31 pixels, which nobody's memory need hold.
  const json parts = json::parse("[[0,0,9,0,9,9],[1,1,9,1,9,9]]");
  EXPECT_EQ(rle_area(segmentation_runs(json::array(), 1 << 15, 1 << 16).runs), 0u);
  // The third rule toggles at every change of the sum down the columns, so that its area depends on the height.
  for (const auto merge : {PolygonMerge::kUnion, PolygonMerge::kLisaSum})
    EXPECT_EQ(rle_area(segmentation_rle(parts, 1 << 15, 1 << 16, merge)),
              rle_area(segmentation_rle(parts, 16, 16, merge)));
}

TEST(Segmentation, TogglingGoesDownTheColumns) {
  const std::vector<std::uint8_t> values = {0, 2, 1, 0};  // rows (0 2) (1 0): columns 0 1 | 2 0
  const Rle rle = encode_values(values, 2, 2);
  EXPECT_EQ(rle.counts, (std::vector<std::uint32_t>{1, 1, 1, 1}));
  EXPECT_EQ(decode_mask(rle).data, (std::vector<std::uint8_t>{0, 0, 1, 1}));
}

TEST(Segmentation, EmptyAndSingleRle) {
  for (const auto merge : {PolygonMerge::kUnion, PolygonMerge::kLisaSum, PolygonMerge::kSa2vaRle}) {
    EXPECT_EQ(segmentation_mask(json::array(), 3, 4, merge), Mask(3, 4));
    EXPECT_EQ(segmentation_mask(json::parse("[[]]"), 3, 4, merge), Mask(3, 4));
    const json whole = {{"size", {10, 10}}, {"counts", "0T3"}};
    EXPECT_EQ(segmentation_values(whole, 10, 10, merge), std::vector<std::uint8_t>(100, 1));
  }
}

TEST(Segmentation, SumsWrapAt256AsInUint8) {
  const json part = {{"size", {1, 2}}, {"counts", {0, 1, 1}}};
  const json many(257, part);
  EXPECT_EQ(segmentation_values(many, 1, 2, PolygonMerge::kLisaSum), (std::vector<std::uint8_t>{1, 0}));
  EXPECT_EQ(segmentation_values(many, 1, 2, PolygonMerge::kUnion), (std::vector<std::uint8_t>{1, 0}));
}

TEST(Segmentation, FaultsAreDataErrors) {
  const auto read = [](const char* text) { return [text] { segmentation_mask(json::parse(text), 10, 10); }; };
  expect_error<DataError>(read("null"), "not null");
  expect_error<DataError>(read("\"0T3\""), "not string");
  expect_error<DataError>(read("[1, 2, 3]"), "RLE: should be an object");
  expect_error<DataError>(read("[[1, 2, null]]"), "polygon: holds null");
  expect_error<DataError>(read("[[1, 2, 3]]"), "3 numbers");
  expect_error<DataError>(read(R"({"size":[5,20],"counts":[100]})"), "mask of 5 x 20 for a 10 x 10 image");
  expect_error<DataError>([] { segmentation_mask(json::array(), -1, 10); }, "impossible mask size");
}

TEST(Segmentation, NamesOfMerges) {
  EXPECT_EQ(polygon_merge_from_string("union"), PolygonMerge::kUnion);
  EXPECT_EQ(polygon_merge_from_string("lisa_sum"), PolygonMerge::kLisaSum);
  EXPECT_EQ(polygon_merge_from_string("sa2va_rle"), PolygonMerge::kSa2vaRle);
  expect_error<ConfigError>([] { polygon_merge_from_string("sum"); }, "\"sum\"");
}

}  // namespace
}  // namespace pixelsail
