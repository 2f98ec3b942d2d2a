#pragma once

/// The repository's files, for tests that also run far from it.

#include <cstdlib>
#include <filesystem>

namespace pixelsail::testing_support {

/// The folder that the environment variable PIXELSAIL_SOURCE_DIR names, else the one that the test was built from.
inline std::filesystem::path source_folder() {
  const char* named = std::getenv("PIXELSAIL_SOURCE_DIR");  // NOLINT(concurrency-mt-unsafe)
  return named != nullptr && *named != '\0' ? named : PIXELSAIL_SOURCE_DIR;
}

}  // namespace pixelsail::testing_support
