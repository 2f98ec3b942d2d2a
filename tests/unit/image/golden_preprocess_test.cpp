/// The published preprocessing on real files, see tests/golden/preprocess.

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <set>

#include "helpers.h"
#include "image/preprocess.h"
#include "io/json.h"
#include "io/tensors/safetensors.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

template <typename T>
std::vector<T> values_of(const TensorView& tensor) {
  std::vector<T> values(tensor.data.size() / sizeof(T));
  std::memcpy(values.data(), tensor.data.data(), values.size() * sizeof(T));
  return values;
}

class GoldenPreprocess : public testing::Test {
 protected:
  const fs::path folder = fs::path(PIXELSAIL_SOURCE_DIR) / "tests/golden/preprocess";
  const Json cases = read_json(folder / "cases.json");
  const SafetensorsFile tensors{folder / "tensors.safetensors"};

  static PreprocessConfig config(int patch) { return {.patch_size = patch}; }
  Image image(const std::string& name) const { return load_image(folder / "images" / (name + ".png")); }

  /// The first or last rows of the patches against a stored tensor; true when there is one.
  bool compare_patches(const std::string& key, const Patches& patches, bool tail) const {
    if (!tensors.contains(key)) {
      return false;
    }
    const std::vector<float> golden = values_of<float>(tensors.at(key));
    const std::size_t offset = tail ? patches.values.size() - golden.size() : 0;
    double difference = 0;
    for (std::size_t i = 0; i < golden.size(); ++i) {
      difference =
          std::max(difference, std::abs(static_cast<double>(golden[i]) - patches.values[offset + i]));
    }
    EXPECT_EQ(tensors.at(key).shape[1], patches.dim) << key;
    EXPECT_LE(difference, 1e-6) << key;
    return true;
  }
};

TEST_F(GoldenPreprocess, SizesPixelsAndPatches) {
  std::size_t compared = 0;
  for (const Json& entry : cases.at("images")) {
    const std::string name = entry.at("image");
    const int patch = entry.at("patch");
    const std::string key = name + ".p" + std::to_string(patch) + ".";
    const Image original = image(name);
    const Size size = resized_size({original.width, original.height}, config(patch));
    EXPECT_EQ((std::vector<int>{size.width, size.height}), entry.at("resized_wh").get<std::vector<int>>())
        << key;
    const Image resized = resize_bilinear(original, size);
    EXPECT_EQ(test::sha256(resized.rgb), entry.at("resized_sha256").get<std::string>()) << key;
    if (tensors.contains(key + "resized_u8")) {
      EXPECT_EQ(resized.rgb, values_of<std::uint8_t>(tensors.at(key + "resized_u8"))) << key;
    }
    const Patches patches = preprocess_image(original, config(patch));
    EXPECT_EQ((std::vector<int>{patches.grid_h, patches.grid_w}),
              entry.at("grid_hw").get<std::vector<int>>());
    compared += compare_patches(key + "patches", patches, false) ? 1 : 0;
    compared += compare_patches(key + "patches_head3", patches, false) ? 1 : 0;
    compared += compare_patches(key + "patches_tail3", patches, true) ? 1 : 0;
    double sum = 0, squares = 0;
    for (const float value : patches.values) {
      sum += value;
      squares += static_cast<double>(value) * value;
    }
    const double count = static_cast<double>(patches.values.size());
    const double mean = sum / count;
    EXPECT_NEAR(mean, entry.at("patches_mean").get<double>(), 1e-6) << key;
    EXPECT_NEAR(std::sqrt((squares - count * mean * mean) / (count - 1)),
                entry.at("patches_std").get<double>(), 1e-6)
        << key;
  }
  EXPECT_EQ(compared, 17U);
}

TEST_F(GoldenPreprocess, SizeRule) {
  const auto check = [](const Json& entry, bool degenerate) {
    const Size original{entry.at("wh")[0], entry.at("wh")[1]};
    for (const int patch : {16, 32}) {
      const Json& golden = entry.at("p" + std::to_string(patch));
      Size expected{golden[0], golden[1]};
      if (degenerate) {  // the published rule gives a zero side
        EXPECT_EQ(std::min(expected.width, expected.height), 0);
        expected = {std::max(expected.width, patch), std::max(expected.height, patch)};
      }
      EXPECT_EQ(resized_size(original, config(patch)), expected) << original.width << "x" << original.height;
    }
  };
  EXPECT_EQ(cases.at("resize_rule").size(), 200U);
  for (const Json& entry : cases.at("resize_rule")) {
    check(entry, false);
  }
  for (const Json& entry : cases.at("resize_rule_degenerate")) {
    check(entry, true);
  }
}

TEST_F(GoldenPreprocess, EveSizeRule) {
  EXPECT_EQ(cases.at("eve_resize_rule").size(), 200U);
  for (const Json& entry : cases.at("eve_resize_rule")) {
    const Size original{entry.at("wh")[0], entry.at("wh")[1]};
    const Json& golden = entry.at("max_size_800");
    EXPECT_EQ(resized_size(original, preprocess_defaults("eve")), (Size{golden[0], golden[1]}))
        << original.width << "x" << original.height;
  }
}

/// Keys are <image>.m<max_side>.<tensor>; pixel_values are [3, H, W].
TEST_F(GoldenPreprocess, EvePixels) {
  const SafetensorsFile eve(folder / "eve_tensors.safetensors");
  for (const std::string key : {"eve_a.m96.", "eve_b.m64."}) {
    PreprocessConfig config = preprocess_defaults("eve");
    config.max_side = std::stoi(key.substr(7));
    const Image original = image(key.substr(0, 5));
    const TensorView& golden = eve.at(key + "resized_u8");
    const Size size = resized_size({original.width, original.height}, config);
    ASSERT_EQ(golden.shape, (std::vector<std::int64_t>{size.height, size.width, 3})) << key;
    EXPECT_EQ(resize_bicubic(original, size).rgb, values_of<std::uint8_t>(golden)) << key;

    const std::vector<float> values = values_of<float>(eve.at(key + "pixel_values"));
    const Patches patches = preprocess_image(original, config);
    ASSERT_EQ(values.size(), patches.values.size());
    const std::size_t patch = 32, width = size.width, height = size.height;
    double difference = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::size_t channel = i / (height * width), y = i / width % height, x = i % width;
      const std::size_t row = y / patch * static_cast<std::size_t>(patches.grid_w) + x / patch;
      const std::size_t inside = (channel * patch + y % patch) * patch + x % patch;
      const double mine = patches.values[row * static_cast<std::size_t>(patches.dim) + inside];
      difference = std::max(difference, std::abs(static_cast<double>(values[i]) - mine));
    }
    EXPECT_LE(difference, 1e-6) << key;
  }
}

TEST_F(GoldenPreprocess, PromptsOnTheGrid) {
  const std::vector<int> ids = cases.at("prompt_ids").get<std::vector<int>>();
  std::size_t compared = 0;
  for (const Json& entry : cases.at("images")) {
    const std::string name = entry.at("image");
    const int patch = entry.at("patch");
    const std::string key = name + ".p" + std::to_string(patch) + ".";
    if (!tensors.contains(key + "prompt_patch_masks")) {
      continue;
    }
    const TensorView& masks = tensors.at(name + ".prompt_masks");
    const std::vector<std::uint8_t> pixels = values_of<std::uint8_t>(masks);
    const std::vector<std::uint8_t> golden = values_of<std::uint8_t>(tensors.at(key + "prompt_patch_masks"));
    const Size original{static_cast<int>(masks.shape[2]), static_cast<int>(masks.shape[1])};
    const Size resized = resized_size(original, config(patch));
    std::vector<std::pair<int, std::vector<std::uint8_t>>> prompts;
    std::vector<std::uint8_t> all;
    for (std::size_t k = 0; k < ids.size(); ++k) {
      Mask mask(original.height, original.width);
      std::copy_n(pixels.begin() + static_cast<std::ptrdiff_t>(k * mask.data.size()), mask.data.size(),
                  mask.data.begin());
      prompts.emplace_back(ids[k], mask_to_patches(mask, resized, patch));
      all.insert(all.end(), prompts.back().second.begin(), prompts.back().second.end());
    }
    EXPECT_EQ(all, golden) << key;

    // <vision>, the patches, </vision>
    const int count = static_cast<int>(prompts.front().second.size());
    std::vector<std::int64_t> tokens = paint_prompts(prompts, count);
    tokens.insert(tokens.begin(), -1);
    tokens.push_back(-1);
    EXPECT_EQ(tokens, values_of<std::int64_t>(tensors.at(key + "vp_token_indices"))) << key;
    std::vector<std::int64_t> rows(tokens.size(), -1);
    for (int i = 0; i < count; ++i) {
      rows[static_cast<std::size_t>(i) + 1] = i;
    }
    EXPECT_EQ(rows, values_of<std::int64_t>(tensors.at(key + "vision_patch_indices"))) << key;
    ++compared;
  }
  EXPECT_EQ(compared, 8U);
}

}  // namespace
}  // namespace pixelsail
