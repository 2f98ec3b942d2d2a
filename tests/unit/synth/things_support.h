#pragma once

/// Pictures of things for tests: the repository's, and folders made for one test.

#include <filesystem>
#include <memory>
#include <string>

#include "io/atomic_file.h"
#include "synth/synth.h"
#include "synth/things/library.h"

namespace pixelsail {

inline std::filesystem::path things_folder() {
  return std::filesystem::path(PIXELSAIL_SOURCE_DIR) / "data" / "things";
}

/// All pictures of the repository, read once.
inline const std::shared_ptr<const ThingLibrary>& all_things() {
  static const auto library = std::make_shared<const ThingLibrary>(
      std::vector<std::filesystem::path>{things_folder()}, std::vector<std::string>{});
  return library;
}

/// A data set of the world of things, small enough for a test.
inline SynthConfig things_config() {
  return {.seed = 4,
          .train = 12,
          .val = 10,
          .test_a = 4,
          .test_b = 3,
          .world = "things",
          .things = {things_folder().string()},
          .threads = 2};
}

}  // namespace pixelsail
