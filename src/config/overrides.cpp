// --set a.b[0].c=value

#include <algorithm>
#include <charconv>

#include "config/node.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// One step of a key path: a key or, when `key` is empty, an index.
struct Step {
  std::string key;
  std::size_t index = 0;
};

std::vector<Step> parse_key_path(const std::string& path, const std::string& where) {
  const auto malformed = [&](const std::string& why) {
    throw_config_error(
        where, {},
        why + "; expected key.path=value, for example train.steps=100 or data.datasets[0].weight=2");
  };
  std::vector<Step> steps;
  std::size_t at = 0;
  while (at < path.size()) {
    if (path[at] == '[') {
      const std::size_t end = path.find(']', at);
      if (end == std::string::npos) malformed("'[' without ']'");
      Step step;
      const char* last = path.data() + end;
      const auto parsed = std::from_chars(path.data() + at + 1, last, step.index);
      if (parsed.ec != std::errc() || parsed.ptr != last) {
        malformed("'" + path.substr(at + 1, end - at - 1) + "' is not a list index");
      }
      if (steps.empty()) malformed("a key path begins with a key");
      steps.push_back(step);
      at = end + 1;
      if (at < path.size() && path[at] != '.' && path[at] != '[') malformed("a '.' is missing after ']'");
    } else {
      if (path[at] == '.') {
        if (steps.empty()) malformed("empty key");
        ++at;
      }
      const std::size_t end = std::min(path.find_first_of(".[", at), path.size());
      if (end == at) malformed("empty key");
      steps.push_back({.key = path.substr(at, end - at)});
      at = end;
    }
  }
  if (steps.empty()) malformed("no key");
  return steps;
}

void mark_place(ConfigNode& node, const std::string& where) {
  node.where = where;
  for (std::string& place : node.key_where) place = where;
  for (ConfigNode& item : node.items) mark_place(item, where);
}

ConfigNode& descend(ConfigNode& node, const Step& step, const std::string& path, const std::string& where) {
  if (step.key.empty()) {
    if (node.kind != ConfigNode::Kind::kSequence) {
      throw_config_error(where, {},
                         path + " is not a list in the configuration file, so [" +
                             std::to_string(step.index) + "] cannot be set; give the whole value");
    }
    if (step.index >= node.items.size()) {
      throw_config_error(where, {},
                         path + " has " + std::to_string(node.items.size()) + " items, so there is no [" +
                             std::to_string(step.index) + "]");
    }
    return node.items[step.index];
  }
  if (node.kind == ConfigNode::Kind::kNull) {
    node.kind = ConfigNode::Kind::kMapping;
    node.where = where;
  }
  if (node.kind != ConfigNode::Kind::kMapping) {
    throw_config_error(where, {}, path + " is not a mapping, so it has no key '" + step.key + "'");
  }
  if (node.find(step.key) == nullptr) {
    ConfigNode fresh;
    fresh.where = where;
    node.set(step.key, std::move(fresh), where);
  }
  return *node.find(step.key);
}

}  // namespace

void apply_override(ConfigNode& root, const std::string& assignment) {
  const std::string where = "--set " + assignment;
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos) throw_config_error(where, {}, "no '='; expected key.path=value");
  const std::vector<Step> steps = parse_key_path(assignment.substr(0, equals), where);

  ConfigNode value = parse_config_tree(assignment.substr(equals + 1), where);
  mark_place(value, where);

  ConfigNode* node = &root;
  std::string path;
  for (const Step& step : steps) {
    node = &descend(*node, step, path, where);
    path = step.key.empty() ? path + "[" + std::to_string(step.index) + "]" : join_key_path(path, step.key);
  }
  *node = std::move(value);
}

}  // namespace pixelsail
