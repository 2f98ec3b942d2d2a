#include "export/yolo_layout.h"

#include <charconv>
#include <cstdint>
#include <optional>

#include "config/node.h"
#include "core/input_file.h"
#include "export/picture_folder.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

namespace fs = std::filesystem;

fs::path yaml_file(const fs::path& input) {
  if (!is_folder(input)) return input;
  for (const char* name : {"data.yaml", "data.yml", "dataset.yaml"})
    if (is_file(input / name)) return input / name;
  throw DataError(input.string() + ": no data.yaml is there");
}

ConfigNode tree_of(const fs::path& file) {
  try {
    return parse_config_tree(read_input(file), file.string());
  } catch (const ConfigError& error) {
    throw DataError(error.what());  // it is data, no configuration of ours
  }
}

std::int64_t class_number(const std::string& text, const std::string& where) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0)
    throw DataError(where + ": names: \"" + text + "\" is no number of a class");
  return number;
}

std::map<std::int64_t, std::string> names_of(const ConfigNode& root, const fs::path& file) {
  const ConfigNode* names = root.find("names");
  if (names == nullptr || names->items.empty()) throw DataError(file.string() + ": names: is missing");
  std::map<std::int64_t, std::string> result;
  for (std::size_t i = 0; i < names->items.size(); ++i) {
    if (names->items[i].kind != ConfigNode::Kind::kScalar)
      throw DataError(names->items[i].where + ": names: should hold texts");
    const std::int64_t number = names->kind == ConfigNode::Kind::kMapping
                                    ? class_number(names->keys[i], file.string())
                                    : static_cast<std::int64_t>(i);
    result[number] = names->items[i].text;
  }
  return result;
}

/// Whether a path says a folder below the one it is joined to.
bool is_below(const std::string& text) {
  const fs::path path = fs::path(text).lexically_normal();
  return path.is_relative() && (path.empty() || *path.begin() != "..");
}

/// The folder that a split names, below `root`. Files of some exporters begin with "../" where none is meant.
std::optional<fs::path> split_folder(const fs::path& root, std::string text) {
  while (text.starts_with("../")) text.erase(0, 3);
  if (is_below(text) && is_folder(root / text)) return root / text;
  return std::nullopt;
}

void read_splits(const ConfigNode& tree, const fs::path& file, YoloLayout& layout) {
  for (const char* name : {"train", "val", "test"}) {
    const ConfigNode* value = tree.find(name);
    if (value == nullptr || value->kind == ConfigNode::Kind::kNull) continue;
    const bool is_list = value->kind == ConfigNode::Kind::kSequence;
    for (const ConfigNode& entry : is_list ? value->items : std::vector{*value}) {
      if (entry.kind == ConfigNode::Kind::kNull || entry.text.empty()) continue;
      if (entry.kind != ConfigNode::Kind::kScalar)
        throw DataError(entry.where + ": " + name + ": should be a folder or a list of folders");
      const auto folder = split_folder(layout.root, entry.text);
      if (!folder)
        throw DataError(file.string() + ": " + name + ": no folder \"" + entry.text + "\" below " +
                        layout.root.string() + " (lists of pictures are not read)");
      layout.splits.push_back({.name = name, .folder = *folder});
    }
  }
}

}  // namespace

YoloLayout read_yolo_layout(const fs::path& input, const fs::path& images) {
  const fs::path file = yaml_file(input);
  const ConfigNode tree = tree_of(file);
  YoloLayout layout;
  layout.root = fs::absolute(file).parent_path();
  if (const ConfigNode* path = tree.find("path"); path != nullptr && !path->text.empty()) {
    // A path of the machine where the file was written is none of this one.
    if (is_below(path->text) && is_folder(layout.root / path->text)) layout.root /= path->text;
  }
  layout.names = names_of(tree, file);
  layout.has_keypoints = tree.find("kpt_shape") != nullptr;
  if (!images.empty()) {
    layout.splits.push_back({.name = "train", .folder = fs::absolute(images)});
  } else {
    read_splits(tree, file, layout);
  }
  if (layout.splits.empty())
    throw DataError(file.string() + ": neither train nor val nor test names a folder");
  return layout;
}

fs::path yolo_label_file(const fs::path& picture) {
  fs::path result = picture;
  result.replace_extension(".txt");
  std::string text = result.generic_string();
  constexpr std::string_view kImages = "/images/";
  const std::size_t at = text.rfind(kImages);
  if (at != std::string::npos) text.replace(at, kImages.size(), "/labels/");
  return text;
}

}  // namespace pixelsail::detail
