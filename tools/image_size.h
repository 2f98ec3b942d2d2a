#pragma once

#include <cstdint>
#include <sstream>
#include <string>
#include <utility>

#include "pixelsail/error.h"

namespace pixelsail {

/// "640x480" -> (640, 480). Throws ConfigError naming the option.
inline std::pair<std::int64_t, std::int64_t> parse_image_size(const std::string& text) {
  std::int64_t width = 0, height = 0;
  char x = 0;
  std::istringstream in(text);
  if (!(in >> width >> x >> height) || x != 'x' || !in.eof() || width < 1 || height < 1) {
    throw ConfigError("--image '" + text + "' is not WIDTHxHEIGHT");
  }
  return {width, height};
}

}  // namespace pixelsail
