#include "config/plain_yaml.h"

namespace pixelsail {

ConfigNode parse_config_tree(const std::string& text, const std::string& name) {
  return parse_plain_yaml(text, name);
}

}  // namespace pixelsail
