#pragma once

/// The plain part of YAML that configs/model is written in, for builds without yaml-cpp.

#include <string>

#include "config/node.h"

namespace pixelsail {

/// Mappings of one-line values, nested by indentation, with comments: the tree that parse_config_tree() gives
/// for the same text, places included. Throws ConfigError naming the line for everything else of YAML (lists,
/// brackets, blocks of text, tags, anchors, escapes), for a duplicate key and for indentation that fits no
/// mapping.
ConfigNode parse_plain_yaml(const std::string& text, const std::string& name);

}  // namespace pixelsail
