#include "predict/items.h"

#include <algorithm>
#include <map>

#include "image/picture_format.h"
#include "io/json.h"
#include "pixelsail/error.h"
#include "pixelsail/region.h"

namespace pixelsail {
namespace fs = std::filesystem;
namespace {

/// Files that systems put into every folder.
bool is_hidden(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.starts_with('.') || name == "Thumbs.db" || name == "desktop.ini";
}

/// Malformed texts are found before anything is computed; mask files are read when their turn comes.
void check_region(const std::string& text) {
  if (text.starts_with("mask:")) return;
  try {
    parse_region(text);
  } catch (const ConfigError& error) {
    throw DataError(error.what());
  }
}

PredictItem item_from_json(const Json& value, std::size_t number) {
  if (!value.is_object()) throw DataError("a line must be an object");
  for (const auto& [key, unused] : value.items()) {
    if (key != "image" && key != "prompt" && key != "regions") {
      throw DataError("unknown member \"" + key + "\" (known: image, prompt, regions)");
    }
  }
  PredictItem item;
  if (!json_at(value, "image", "line").is_null()) item.image = json_string(value, "image", "line");
  item.prompt = json_string(value, "prompt", "line");
  if (value.contains("regions")) {
    const Json& regions = value["regions"];
    if (!regions.is_array()) throw DataError("regions must be a list of texts like \"box:x,y,w,h\"");
    for (const Json& region : regions) {
      if (!region.is_string()) throw DataError("regions must be a list of texts like \"box:x,y,w,h\"");
      check_region(region.get_ref<const std::string&>());
      item.regions.push_back(region.get<std::string>());
    }
  }
  const std::string digits = std::to_string(number);
  item.name = std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits;
  if (!item.image.empty()) item.name += '_' + item.image.stem().string();
  return item;
}

}  // namespace

std::vector<PredictItem> predict_items_from_folder(const fs::path& folder, const std::string& prompt,
                                                   const std::vector<std::string>& regions,
                                                   std::vector<fs::path>* left_out) {
  std::vector<fs::path> images;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file() && is_picture_file(entry.path())) {
      images.push_back(entry.path());
    } else if (left_out != nullptr && !is_hidden(entry.path())) {
      left_out->push_back(entry.path());
    }
  }
  if (left_out != nullptr) std::ranges::sort(*left_out);
  if (images.empty()) throw DataError(folder.string() + ": holds no image (png, jpg, bmp, webp, tif)");
  std::ranges::sort(images);
  std::map<std::string, int> stems;
  for (const fs::path& image : images) ++stems[image.stem().string()];
  std::vector<PredictItem> items;
  for (const fs::path& image : images) {
    // a.png and a.jpg would share a folder.
    const std::string stem = image.stem().string();
    const bool usable = stems[stem] == 1 && stem.find_first_not_of('.') != std::string::npos;
    const std::string name = usable ? stem : image.filename().string();
    items.push_back({.name = name, .image = image, .prompt = prompt, .regions = regions});
  }
  return items;
}

std::string left_out_text(const std::vector<fs::path>& files) {
  constexpr std::size_t kMost = 10;
  std::string text = std::to_string(files.size()) + (files.size() == 1 ? " file is" : " files are") +
                     " no picture that is read and left out: ";
  for (std::size_t i = 0; i < std::min(files.size(), kMost); ++i) {
    const std::string_view format = picture_format(files[i]).name;
    const bool is_folder = fs::is_directory(files[i]);
    text += (i > 0 ? ", " : "") + files[i].filename().string() +
            (is_folder        ? " (folder)"
             : format.empty() ? ""
                              : " (" + std::string(format) + ")");
  }
  return text + (files.size() > kMost ? ", ..." : "");
}

std::vector<PredictItem> predict_items_from_jsonl(const fs::path& file) {
  std::vector<PredictItem> items;
  read_jsonl(file, [&](Json&& value, std::size_t number) { items.push_back(item_from_json(value, number)); });
  if (items.empty()) throw DataError(file.string() + ": holds no line");
  return items;
}

}  // namespace pixelsail
