#include "io/rle.h"

#include <nlohmann/json.hpp>

#include "core/rng.h"
#include "support.h"

namespace pixelsail {
namespace {

using test::expect_error;

Mask random_mask(Rng& rng, int max_side) {
  Mask mask(static_cast<int>(rng.between(1, max_side)), static_cast<int>(rng.between(1, max_side)));
  const double density = rng.uniform();
  // Long runs and noise both.
  const std::uint64_t stretch = 1 + rng.below(20);
  std::uint8_t value = 0;
  for (auto& pixel : mask.data) {
    if (rng.below(stretch) == 0) value = rng.uniform() < density;
    pixel = value;
  }
  return mask;
}

std::uint64_t count_pixels(const Mask& mask) {
  std::uint64_t sum = 0;
  for (const auto value : mask.data) sum += value;
  return sum;
}

TEST(RleText, KnownStrings) {
  const std::vector<std::string> texts = {"e0191O001O1O1b0", "Q1550000000a0", "0T3", "04600000l1"};
  const std::vector<std::uint64_t> areas = {17, 25, 100, 16};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const Rle rle = rle_from_string(texts[i], 10, 10);
    EXPECT_EQ(rle_area(rle), areas[i]);
    EXPECT_EQ(rle_to_string(rle), texts[i]);
  }
}

TEST(RleText, RandomMasksGoThrough) {
  Rng rng(1, "rle");
  for (int i = 0; i < 2000; ++i) {
    const Mask mask = random_mask(rng, 40);
    const Rle rle = encode_mask(mask);
    EXPECT_EQ(decode_mask(rle), mask);
    EXPECT_EQ(rle_from_string(rle_to_string(rle), mask.height, mask.width), rle);
    EXPECT_EQ(rle_area(rle), count_pixels(mask));
    EXPECT_EQ(rle_from_json(rle_to_json(rle)), rle);
  }
}

TEST(RleText, LargeRunsGoThrough) {
  Rng rng(2, "rle");
  for (int i = 0; i < 500; ++i) {
    Rle rle{.height = 1 << 16, .width = 1 << 15, .counts = {}};
    std::uint64_t left = std::uint64_t{1} << 31;
    while (left > 0 && rle.counts.size() < 20) {
      const std::uint64_t run = rng.below(3) == 0 ? rng.below(100) : rng.below(left + 1);
      rle.counts.push_back(static_cast<std::uint32_t>(std::min(run, left)));
      left -= rle.counts.back();
    }
    rle.counts.push_back(static_cast<std::uint32_t>(left));
    EXPECT_EQ(rle_from_string(rle_to_string(rle), rle.height, rle.width), rle);
  }
}

TEST(RleText, HostileTextIsRejected) {
  const auto read = [](std::string_view text, int h, int w) { return [=] { rle_from_string(text, h, w); }; };
  expect_error<DataError>(read("0T2", 10, 10), "runs cover 68 pixels of a 10 x 10 mask");
  expect_error<DataError>(read("0T4", 10, 10), "run 1");
  expect_error<DataError>(read("", 10, 10), "runs cover 0");
  expect_error<DataError>(read("0T", 10, 10), "ends inside a number");
  expect_error<DataError>(read("0 3", 10, 10), "character 1");
  expect_error<DataError>(read("0\xff", 10, 10), "character 1");
  expect_error<DataError>(read("oooooooooooooooooooo0", 10, 10), "number too long");
  expect_error<DataError>(read("O", 10, 10), "run 0 has length -1");
  expect_error<DataError>(read(std::string_view("0T3\0", 4), 10, 10), "character 3");
  expect_error<DataError>(read("0T3", -10, -10), "impossible mask size");
  expect_error<DataError>(read("0T3", 1 << 16, (1 << 15) + 1), "impossible mask size");
  expect_error<DataError>(read("0T3", 0, 10), "run 1");
  EXPECT_EQ(rle_from_string("", 0, 10).counts.size(), 0u);
}

TEST(RleText, LongTextIsLinear) {
  // A million runs of zero length and one that fills the mask.
  const std::string text = std::string(1'000'000, '0') + "4";
  const Rle rle = rle_from_string(text, 2, 2);
  EXPECT_EQ(rle.counts.size(), 1'000'001u);
  EXPECT_EQ(count_pixels(decode_mask(rle)), 0u);
}

TEST(RleMask, WrongInputIsRejected) {
  Mask mask(2, 3);
  mask.data[4] = 2;
  expect_error<DataError>([&] { encode_mask(mask); }, "value 2");
  mask.data.pop_back();
  mask.data[4] = 0;
  expect_error<DataError>([&] { encode_mask(mask); }, "5 pixels given for a 2 x 3 mask");
  expect_error<DataError>([] { decode_mask({.height = 2, .width = 2, .counts = {1, 2}}); }, "runs cover 3");
  expect_error<DataError>([] { decode_mask({.height = -1, .width = 2, .counts = {}}); },
                          "impossible mask size");
  expect_error<DataError>([] { rle_to_string({.height = 2, .width = 2, .counts = {1, 2}}); }, "runs cover 3");
  // The sum must not wrap around.
  const std::uint32_t most = 0xFFFFFFFF;
  expect_error<DataError>([&] { decode_mask({.height = 2, .width = 2, .counts = {most, 5}}); }, "runs cover");
}

TEST(RleMask, EmptySides) {
  for (const auto& [h, w] : std::vector<std::pair<int, int>>{{0, 5}, {5, 0}, {0, 0}, {0, 2147483647}}) {
    const Rle rle = encode_mask(Mask(h, w));
    EXPECT_EQ(rle_from_string(rle_to_string(rle), h, w), rle);
    EXPECT_EQ(decode_mask(rle), Mask(h, w));
    EXPECT_EQ(rle_area(merge_rles({rle, rle})), 0u);
    EXPECT_EQ(rle_area(polygon_to_rle(std::vector<double>{0, 0, 2e8, 0, 2e8, 5}, h, w)), 0u);
  }
}

TEST(RleSets, UnionAndIntersectionOfRandomMasks) {
  Rng rng(3, "sets");
  for (int i = 0; i < 1000; ++i) {
    const Mask a = random_mask(rng, 30);
    Mask b(a.height, a.width), c(a.height, a.width);
    for (auto& v : b.data) v = rng.below(3) == 0;
    for (auto& v : c.data) v = rng.below(9) == 0;
    Mask all = a;
    std::uint64_t common = 0;
    for (std::size_t k = 0; k < all.data.size(); ++k) {
      common += a.data[k] & b.data[k];
      all.data[k] = static_cast<std::uint8_t>(a.data[k] | b.data[k] | c.data[k]);
    }
    EXPECT_EQ(merge_rles({encode_mask(a), encode_mask(b), encode_mask(c)}), encode_mask(all));
    EXPECT_EQ(rle_intersection(encode_mask(a), encode_mask(b)), common);
  }
}

TEST(RleSets, EmptyRunsInside) {
  // Runs of length zero at the same place in both masks must not end the walk.
  const Rle a{.height = 3, .width = 2, .counts = {2, 0, 2, 2}};
  const Rle b{.height = 3, .width = 2, .counts = {2, 0, 3, 1, 0, 0}};
  EXPECT_EQ(rle_intersection(a, b), 1u);
  EXPECT_EQ(rle_area(merge_rles({a, b})), 2u);
  EXPECT_EQ(decode_mask(merge_rles({a, b})), decode_mask(a));
}

TEST(RleSets, DifferentSizesAreRejected) {
  const Rle a = encode_mask(Mask(2, 3)), b = encode_mask(Mask(3, 2));
  expect_error<DataError>([&] { merge_rles({a, b}); }, "2 x 3 and 3 x 2");
  expect_error<DataError>([&] { rle_intersection(a, b); }, "different size");
  expect_error<DataError>([] { merge_rles({}); }, "no masks");
}

TEST(RleJson, BothFormsAndFaults) {
  const auto read = [](const char* text) { return rle_from_json(nlohmann::json::parse(text)); };
  const Rle rle = read(R"({"size":[10,10],"counts":[0,100]})");
  EXPECT_EQ(rle_to_string(rle), "0T3");
  EXPECT_EQ(read(R"({"size":[10,10],"counts":"0T3"})"), rle);
  EXPECT_EQ(rle_from_json(nlohmann::json{{"size", {2, 1}}, {"counts", std::vector<int>{1, 1}}}).counts.size(),
            2u);
  for (const char* text :
       {R"([])", R"("0T3")", R"({"counts":"0T3"})", R"({"size":[10,10]})", R"({"size":[10],"counts":"0T3"})",
        R"({"size":[10,10.5],"counts":"0T3"})", R"({"size":[10,-10],"counts":"0T3"})",
        R"({"size":[100000,100000],"counts":"0"})", R"({"size":[10,18446744073709551615],"counts":"0T3"})",
        R"({"size":[10,10],"counts":[100,-0.5]})", R"({"size":[10,10],"counts":[-1,101]})",
        R"({"size":[10,10],"counts":[18446744073709551615,101]})", R"({"size":[10,10],"counts":[50]})",
        R"({"size":[10,10],"counts":["x"]})", R"({"size":[10,10],"counts":null})"}) {
    EXPECT_THROW(read(text), DataError) << text;
  }
}

}  // namespace
}  // namespace pixelsail
