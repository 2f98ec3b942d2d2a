#include "distributed/launch.h"

#include <charconv>
#include <cstdlib>
#include <string_view>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

std::string text_of(const char* name) {
  const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): no thread runs yet
  return text == nullptr ? "" : text;
}

std::optional<std::int64_t> number_of(const char* name) {
  const std::string text = text_of(name);
  if (text.empty()) return std::nullopt;
  std::int64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size() || value < 0)
    throw ConfigError(std::string(name) + "=\"" + text + "\" in the environment is no whole number");
  return value;
}

}  // namespace

LaunchEnvironment launch_environment() {
  LaunchEnvironment launch;
  const auto rank = number_of("RANK"), world = number_of("WORLD_SIZE");
  if (rank && world) {
    if (*rank >= *world) {
      throw ConfigError("RANK=" + std::to_string(*rank) +
                        " in the environment is not below WORLD_SIZE=" + std::to_string(*world));
    }
    launch.rank = *rank;
    launch.world_size = *world;
  }
  launch.local_rank = number_of("LOCAL_RANK");
  launch.master_address = text_of("MASTER_ADDR");
  launch.master_port = number_of("MASTER_PORT");
  return launch;
}

}  // namespace pixelsail
