#include "data/teacher_spec.h"

#include <algorithm>
#include <cmath>

#include "config/config.h"
#include "image/preprocess.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

void check_file(const std::filesystem::path& file, const char* what) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) throw DataError(file.string() + ": " + what);
}

void check_colors(const TeacherSpec& spec, const std::string& where) {
  if (spec.mean.size() != 3) throw ConfigError(where + ": mean: three numbers are needed, red, green, blue");
  if (spec.std.size() != 3) throw ConfigError(where + ": std: three numbers are needed, red, green, blue");
  for (const double value : spec.std)
    if (value <= 0) throw ConfigError(where + ": std: numbers above 0 are needed");
}

/// Both sides by the smaller of the two ratios, so that the picture fits.
Size fitting_size(Size original, const TeacherSpec& spec) {
  const double scale = std::min(static_cast<double>(spec.width) / original.width,
                                static_cast<double>(spec.height) / original.height);
  const auto side = [scale](int value, std::int64_t limit) {
    return static_cast<int>(std::clamp<std::int64_t>(std::llround(value * scale), 1, limit));
  };
  return {.width = side(original.width, spec.width), .height = side(original.height, spec.height)};
}

Size wanted_size(Size original, const TeacherSpec& spec) {
  if (spec.resize == "pad") return fitting_size(original, spec);
  if (spec.resize == "stretch")
    return {.width = static_cast<int>(spec.width), .height = static_cast<int>(spec.height)};
  PreprocessConfig rule;
  rule.size_rule = SizeRule::kLongSide;
  rule.patch_size = static_cast<int>(spec.multiple);
  rule.max_side = static_cast<int>(std::max(spec.height, spec.width));
  return resized_size(original, rule);
}

}  // namespace

std::filesystem::path teacher_spec_file(const std::filesystem::path& module) {
  std::filesystem::path file = module;
  return file.replace_extension(".yaml");
}

TeacherSpec read_teacher_spec(const std::filesystem::path& module) {
  check_file(module, "there is no such module of a teacher");
  const std::filesystem::path file = teacher_spec_file(module);
  check_file(file, "missing; it says how the module beside it reads pictures (docs/howto_teachers.md)");
  const auto spec = load_config<TeacherSpec>(file);
  const std::string where = file.string();
  check_colors(spec, where);
  if (spec.resize == "long_side" && spec.multiple > std::max(spec.height, spec.width))
    throw ConfigError(where + ": multiple: larger than height and width");
  return spec;
}

Image teacher_picture(const Image& image, const TeacherSpec& spec) {
  const Size size = wanted_size({.width = image.width, .height = image.height}, spec);
  return spec.filter == "bicubic" ? resize_bicubic(image, size) : resize_bilinear(image, size);
}

}  // namespace pixelsail
