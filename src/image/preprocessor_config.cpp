#include "image/preprocessor_config.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "io/json.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// PIL.Image.Resampling: a number stands for the filter.
constexpr std::array kResample{std::pair{Resample::kBilinear, 2}, std::pair{Resample::kBicubic, 3}};

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
    // Beyond it pixels would turn infinite.
    constexpr double kLargest = 1e6;
    if (std::abs(values[i]) > kLargest || (positive && values[i] < 1 / kLargest))
      fail(where, key, "holds " + list[i].dump() + ", which no image is normalised with");
  }
  return values;
}

/// One of a key's few known values; without the key `value` stays as it is.
template <class Value>
void read_choice(const Json& json, const char* key, const std::vector<std::pair<Value, Json>>& choices,
                 Value& value, const std::string& where) {
  const auto it = json.find(key);
  if (it == json.end()) return;
  std::string known;
  for (const auto& [choice, written] : choices) {
    if (*it == written && !it->is_number_float()) {
      value = choice;
      return;
    }
    known += (known.empty() ? "" : ", ") + written.dump();
  }
  fail(where, key, "must be one of " + known + ", not " + it->dump());
}

template <NamedEnum E>
void read_enum(const Json& json, const char* key, E& value, const std::string& where) {
  std::vector<std::pair<E, Json>> choices;
  for (const auto& [choice, name] : enum_names(E{})) choices.emplace_back(choice, std::string(name));
  read_choice(json, key, choices, value, where);
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
  read_choice<Resample>(json, "resample", {kResample.begin(), kResample.end()}, config.resample, where);
  read_enum(json, "size_rule", config.size_rule, where);
  read_enum(json, "mask_source", config.mask_source, where);
  return config;
}

std::string preprocessor_config_json(const PreprocessConfig& config) {
  OrderedJson json;
  json["do_resize"] = true;
  for (const auto& [filter, number] : kResample)
    if (filter == config.resample) json["resample"] = number;
  json["do_rescale"] = true;
  json["rescale_factor"] = kRescaleFactor;
  json["do_normalize"] = true;
  json["image_mean"] = config.mean;
  json["image_std"] = config.std;
  json["patch_size"] = config.patch_size;
  json["max_side"] = config.max_side;
  // What is as in Pixel-SAIL is not said: its files keep their bytes, and other readers know every key.
  const PreprocessConfig usual;
  if (config.size_rule != usual.size_rule) json["size_rule"] = name_of(config.size_rule);
  if (config.mask_source != usual.mask_source) json["mask_source"] = name_of(config.mask_source);
  return json.dump(2) + "\n";
}

}  // namespace pixelsail
