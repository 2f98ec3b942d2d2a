// Files: their text, and base: other.yaml, the file that a configuration builds on.

#include <algorithm>
#include <string>

#include "config/node.h"
#include "core/input_file.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

/// Files that are being read, from the one that was asked for to the base of bases.
using Chain = std::vector<fs::path>;

void take_away(ConfigNode& node, std::string_view key) {
  const auto found = std::find(node.keys.begin(), node.keys.end(), key);
  const auto index = found - node.keys.begin();
  node.keys.erase(found);
  node.key_where.erase(node.key_where.begin() + index);
  node.items.erase(node.items.begin() + index);
}

/// The file that `base` names, which must not be one that is being read already.
fs::path base_of(const fs::path& path, const ConfigNode& base, const Chain& chain) {
  if (base.kind != ConfigNode::Kind::kScalar || base.text.empty())
    throw_config_error(base.where, kBaseKey, "expected the path of a configuration file");
  const fs::path next = (path.parent_path() / base.text).lexically_normal();
  std::error_code ignored;
  if (!fs::exists(next, ignored)) throw_config_error(base.where, kBaseKey, next.string() + ": no such file");
  const auto same = [&](const fs::path& file) { return fs::equivalent(file, next, ignored); };
  const auto first = std::find_if(chain.begin(), chain.end(), same);
  if (first == chain.end()) return next;
  std::string circle;
  for (auto file = first; file != chain.end(); ++file) circle += file->string() + " -> ";
  throw_config_error(base.where, kBaseKey, "the files build on each other: " + circle + next.string());
}

ConfigNode read_with_base(const fs::path& path, Chain& chain) {
  chain.push_back(path);
  ConfigNode root = parse_config_file(path);
  if (const ConfigNode* base = root.find(kBaseKey)) {
    const fs::path below = base_of(path, *base, chain);
    take_away(root, kBaseKey);
    ConfigNode merged = read_with_base(below, chain);
    lay_over(merged, std::move(root));
    root = std::move(merged);
  }
  chain.pop_back();
  return root;
}

}  // namespace

void lay_over(ConfigNode& below, ConfigNode above) {
  if (below.kind != ConfigNode::Kind::kMapping || above.kind != ConfigNode::Kind::kMapping) {
    below = std::move(above);
    return;
  }
  below.where = above.where;
  for (std::size_t i = 0; i < above.keys.size(); ++i) {
    const auto found = std::find(below.keys.begin(), below.keys.end(), above.keys[i]);
    if (found == below.keys.end()) {
      below.set(above.keys[i], std::move(above.items[i]), above.key_where[i]);
    } else {
      const auto index = static_cast<std::size_t>(found - below.keys.begin());
      below.key_where[index] = above.key_where[i];
      lay_over(below.items[index], std::move(above.items[i]));
    }
  }
}

ConfigNode parse_config_file(const fs::path& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    throw ConfigError(path.string() + ": is a folder, not a configuration file");
  }
  if (!fs::exists(path, ignored)) throw ConfigError(path.string() + ": configuration file cannot be opened");
  std::string text;
  try {
    text = read_input(path);
  } catch (const DataError& error) {
    throw ConfigError(error.what());
  }
  return parse_config_tree(text, path.string());
}

ConfigNode read_config_tree(const fs::path& path) {
  Chain chain;
  return read_with_base(path, chain);
}

}  // namespace pixelsail
