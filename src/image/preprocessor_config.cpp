#include "image/preprocessor_config.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "io/json.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// A value of an enumeration as a file says it.
template <class Value, class Written>
struct Choice {
  Value value;
  Written written;
};
template <class Value, class Written>
Choice(Value, Written) -> Choice<Value, Written>;

// PIL.Image.Resampling
constexpr std::array kResample{Choice{Resample::kBilinear, 2}, Choice{Resample::kBicubic, 3}};
constexpr std::array kSizeRule{Choice{SizeRule::kLongSide, "long_side"}, Choice{SizeRule::kArea, "area"},
                               Choice{SizeRule::kAreaLimit, "area_limit"}};
constexpr std::array kMaskSource{Choice{NearestSource::kCentre, "centre"},
                                 Choice{NearestSource::kCorner, "corner"}};

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

/// A key with a few known values; without the key `value` stays as it is.
template <class Choices, class Value>
void read_choice(const Json& json, const char* key, const Choices& choices, Value& value,
                 const std::string& where) {
  const auto it = json.find(key);
  if (it == json.end()) return;
  std::string known;
  for (const auto& choice : choices) {
    const Json written = choice.written;
    if (*it == written && !it->is_number_float()) {
      value = choice.value;
      return;
    }
    known += (known.empty() ? "" : ", ") + written.dump();
  }
  fail(where, key, "must be one of " + known + ", not " + it->dump());
}

template <class Choices, class Value>
Json written(const Choices& choices, Value value) {
  return std::find_if(choices.begin(), choices.end(), [&](const auto& c) { return c.value == value; })
      ->written;
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
  } else if (key == "rescale_factor") {
    if (!value.is_number() || std::abs(value.get<double>() - kRescaleFactor) > 1e-9) {
      fail(where, key, "must be 1/255");
    }
  } else if (key != "image_mean" && key != "image_std" && key != "patch_size" && key != "max_side" &&
             key != "resample" && key != "size_rule" && key != "mask_source" &&
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
  read_choice(json, "resample", kResample, config.resample, where);
  read_choice(json, "size_rule", kSizeRule, config.size_rule, where);
  read_choice(json, "mask_source", kMaskSource, config.mask_source, where);
  return config;
}

std::string preprocessor_config_json(const PreprocessConfig& config) {
  OrderedJson json;
  json["do_resize"] = true;
  json["resample"] = written(kResample, config.resample);
  json["do_rescale"] = true;
  json["rescale_factor"] = kRescaleFactor;
  json["do_normalize"] = true;
  json["image_mean"] = config.mean;
  json["image_std"] = config.std;
  json["patch_size"] = config.patch_size;
  json["max_side"] = config.max_side;
  // What is as in Pixel-SAIL is not said: its files keep their bytes, and other readers know every key.
  const PreprocessConfig usual;
  if (config.size_rule != usual.size_rule) json["size_rule"] = written(kSizeRule, config.size_rule);
  if (config.mask_source != usual.mask_source) json["mask_source"] = written(kMaskSource, config.mask_source);
  return json.dump(2) + "\n";
}

}  // namespace pixelsail
