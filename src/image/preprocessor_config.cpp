#include "image/preprocessor_config.h"

#include <cmath>
#include <string_view>

#include "io/json.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr int kBilinear = 2;  // PIL.Image.Resampling.BILINEAR
constexpr double kRescaleFactor = 1.0 / 255.0;

[[noreturn]] void fail(const std::string& where, const std::string& key, const std::string& reason) {
  throw DataError(where + ": " + key + " " + reason);
}

int read_size(const Json& json, const char* key, int low, int high, const std::string& where) {
  const std::int64_t value = json_int(json, key, where);
  if (value < low || value > high) {
    fail(where, key,
         "must be " + std::to_string(low) + " to " + std::to_string(high) + ", not " + std::to_string(value));
  }
  return static_cast<int>(value);
}

std::array<double, 3> read_channels(const Json& json, const char* key, bool positive,
                                    const std::string& where) {
  const Json& list = json_at(json, key, where);
  if (!list.is_array() || list.size() != 3) {
    fail(where, key, "must be a list of 3 numbers (red, green, blue)");
  }
  std::array<double, 3> values{};
  for (std::size_t i = 0; i < 3; ++i) {
    if (!list[i].is_number() || (positive && list[i].get<double>() <= 0)) {
      fail(where, key, positive ? "must hold numbers above zero" : "must hold numbers");
    }
    values[i] = list[i].get<double>();
  }
  return values;
}

/// Keys that name a step: accepted only when they ask for the step that is done anyway.
void check_step(const std::string& key, const Json& value, const std::string& where) {
  const auto is_flag = [&](bool wanted) { return value.is_boolean() && value.get<bool>() == wanted; };
  if (key == "do_resize" || key == "do_rescale" || key == "do_normalize" || key == "do_convert_rgb") {
    if (!is_flag(true)) {
      fail(where, key, "must be true: images are always resized, rescaled and normalised");
    }
  } else if (key == "do_center_crop" || key == "do_pad") {
    if (!is_flag(false)) {
      fail(where, key, "must be false: images are neither cropped nor padded");
    }
  } else if (key == "resample") {
    if (!value.is_number_integer() || value.get<std::int64_t>() != kBilinear) {
      fail(where, key, "must be 2 (bilinear)");
    }
  } else if (key == "rescale_factor") {
    if (!value.is_number() || std::abs(value.get<double>() - kRescaleFactor) > 1e-9) {
      fail(where, key, "must be 1/255");
    }
  } else if (key != "image_mean" && key != "image_std" && key != "patch_size" && key != "max_side" &&
             key != "image_processor_type" && key != "processor_class") {
    fail(where, key, "is not a known key");
  }
}

}  // namespace

PreprocessConfig read_preprocessor_config(const std::filesystem::path& path) {
  const std::string where = path.string();
  const Json json = read_json(path);
  if (!json.is_object()) {
    throw DataError(where + ": must be an object");
  }
  for (const auto& [key, value] : json.items()) {
    check_step(key, value, where);
  }
  PreprocessConfig config;
  config.patch_size = read_size(json, "patch_size", 1, 256, where);
  config.max_side = read_size(json, "max_side", config.patch_size, 16384, where);
  config.mean = read_channels(json, "image_mean", false, where);
  config.std = read_channels(json, "image_std", true, where);
  return config;
}

std::string preprocessor_config_json(const PreprocessConfig& config) {
  OrderedJson json;
  json["do_resize"] = true;
  json["resample"] = kBilinear;
  json["do_rescale"] = true;
  json["rescale_factor"] = kRescaleFactor;
  json["do_normalize"] = true;
  json["image_mean"] = config.mean;
  json["image_std"] = config.std;
  json["patch_size"] = config.patch_size;
  json["max_side"] = config.max_side;
  return json.dump(2) + "\n";
}

}  // namespace pixelsail
