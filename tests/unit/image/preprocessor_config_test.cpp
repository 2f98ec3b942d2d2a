#include "image/preprocessor_config.h"

#include <gtest/gtest.h>

#include "helpers.h"
#include "io/json.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

TEST(PreprocessorConfig, RoundTrips) {
  const test::TempDir folder;
  const PreprocessConfig config{
      .patch_size = 32, .max_side = 800, .mean = {0.1, 1.0 / 3, 0.5}, .std = {0.2, 1, 0.7}};
  const std::string text = preprocessor_config_json(config);
  EXPECT_EQ(text.back(), '\n');
  const PreprocessConfig read = read_preprocessor_config(folder.write("p.json", text));
  EXPECT_EQ(read.patch_size, 32);
  EXPECT_EQ(read.max_side, 800);
  EXPECT_EQ(read.mean, config.mean);
  EXPECT_EQ(read.std, config.std);
}

TEST(PreprocessorConfig, EveryFamilyRoundTrips) {
  const test::TempDir folder;
  for (const char* name : {"sail", "sail_7b", "solo", "eve"}) {
    const PreprocessConfig config = preprocess_defaults(name);
    EXPECT_EQ(read_preprocessor_config(folder.write("p.json", preprocessor_config_json(config))), config)
        << name;
  }
  const Json eve = Json::parse(preprocessor_config_json(preprocess_defaults("eve")));
  EXPECT_EQ(eve.at("resample"), 3);
  EXPECT_EQ(eve.at("size_rule"), "area");
  EXPECT_EQ(eve.at("mask_source"), "corner");
}

TEST(PreprocessorConfig, NumbersThatMakePixelsInfinite) {
  const test::TempDir folder;
  for (const char* channels :
       {R"("image_mean":[0,1e300,0],"image_std":[1,1,1])", R"("image_mean":[0,0,0],"image_std":[1,1,1e-320])",
        R"("image_mean":[0,0,0],"image_std":[1e300,1,1])"}) {
    const auto file =
        folder.write("p.json", std::string(R"({"patch_size":16,"max_side":64,)") + channels + "}");
    EXPECT_THROW(read_preprocessor_config(file), DataError) << channels;
  }
}

TEST(PreprocessorConfig, PixelSailFilesKeepTheirBytes) {
  EXPECT_EQ(preprocessor_config_json({}), R"({
  "do_resize": true,
  "resample": 2,
  "do_rescale": true,
  "rescale_factor": 0.00392156862745098,
  "do_normalize": true,
  "image_mean": [
    0.485,
    0.456,
    0.406
  ],
  "image_std": [
    0.229,
    0.224,
    0.225
  ],
  "patch_size": 16,
  "max_side": 1024
}
)");
}

TEST(PreprocessorConfig, RefusesWhatItCannotDo) {
  const test::TempDir folder;
  const Json good = Json::parse(preprocessor_config_json({}));
  const auto refused = [&](const char* key, const Json& value) {
    Json changed = good;
    changed[key] = value;
    const auto file = folder.write("p.json", changed.dump());
    const std::string message = test::message_of<DataError>([&] { read_preprocessor_config(file); });
    return message.find(file.string()) != std::string::npos && message.find(key) != std::string::npos;
  };
  EXPECT_TRUE(refused("resample", 1));
  EXPECT_TRUE(refused("resample", 2.0));
  EXPECT_TRUE(refused("resample", "bilinear"));
  EXPECT_TRUE(refused("size_rule", "square"));
  EXPECT_TRUE(refused("size_rule", 1));
  EXPECT_TRUE(refused("mask_source", nullptr));
  EXPECT_TRUE(refused("rescale_factor", 0.5));
  EXPECT_TRUE(refused("do_normalize", false));
  EXPECT_TRUE(refused("do_center_crop", true));
  EXPECT_TRUE(refused("crop_size", 224));
  EXPECT_TRUE(refused("patch_size", 0));
  EXPECT_TRUE(refused("patch_size", "16"));
  EXPECT_TRUE(refused("max_side", 8));
  EXPECT_TRUE(refused("image_mean", Json::array({0.5, 0.5})));
  EXPECT_TRUE(refused("image_mean", Json::array({0.5, 0.5, "x"})));
  EXPECT_TRUE(refused("image_std", Json::array({0.5, 0.0, 0.5})));
  EXPECT_THROW(read_preprocessor_config(folder.write("p.json", std::string("[1]"))), DataError);
  for (const char* key : {"patch_size", "max_side", "image_mean", "image_std"}) {
    Json without = good;
    without.erase(key);
    EXPECT_THROW(read_preprocessor_config(folder.write("p.json", without.dump())), DataError) << key;
  }
}

TEST(PreprocessorConfig, AcceptsTheUsualCompanions) {
  const test::TempDir folder;
  Json json = Json::parse(preprocessor_config_json({}));
  json["image_processor_type"] = "SomeImageProcessor";
  json["do_convert_rgb"] = true;
  json["do_center_crop"] = false;
  EXPECT_EQ(read_preprocessor_config(folder.write("p.json", json.dump())).patch_size, 16);
}

}  // namespace
}  // namespace pixelsail
