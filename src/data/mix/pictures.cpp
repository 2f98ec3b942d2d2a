#include "data/mix/pictures.h"

#include "annotations/annotation_file.h"
#include "data/unusable.h"

namespace pixelsail::detail {
namespace {

constexpr const char* kMissing = "image_missing";

bool is_file(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

void check_name(const std::string& name) {
  if (!stays_inside(name)) throw UnusableSample(kMissing, "\"" + name + "\" leads out of its folder");
}

}  // namespace

void use_picture(const std::filesystem::path& path, const std::string& key, Sample& sample) {
  if (!is_file(path)) throw UnusableSample(kMissing, path.string() + " is not there");
  sample.image = path;
  sample.image_key = key;
}

void find_picture(const std::filesystem::path& root, std::string_view folder, const std::string& name,
                  Sample& sample) {
  check_name(name);
  use_picture(root / "images" / folder / name, name, sample);
}

void find_picture_in(const std::filesystem::path& root, std::span<const std::string_view> folders,
                     const std::string& name, Sample& sample) {
  check_name(name);
  constexpr std::string_view kCoco = "coco/";
  const std::filesystem::path images = root / "images", given(name);
  std::vector<std::filesystem::path> places;
  if (given.has_parent_path()) {
    places.push_back(images / given);
    if (name.starts_with(kCoco)) places.push_back(images / name.substr(kCoco.size()));
  }
  for (const std::string_view folder : folders) places.push_back(images / folder / given.filename());
  for (const auto& place : places)
    if (is_file(place)) return use_picture(place, given.filename().string(), sample);
  throw UnusableSample(kMissing, "\"" + name + "\" is in none of the folders of " + images.string());
}

ImageSize picture_size(const Sample& sample) {
  try {
    return read_image_size(sample.image);
  } catch (const DataError& error) {
    throw UnusableSample(kMissing, error.what());
  }
}

}  // namespace pixelsail::detail
