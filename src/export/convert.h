#pragma once

/// From one format of annotations to another.

#include <filesystem>
#include <optional>
#include <string>

#include "export/format.h"
#include "export/split.h"

namespace pixelsail {

struct ConvertOptions {
  std::string from, to;          ///< names of formats
  std::filesystem::path input;   ///< what is read
  std::filesystem::path output;  ///< a folder that is not there yet
  std::filesystem::path images;  ///< where the pictures are; empty: where the format has them
  std::string expression = "the {name}";
  bool join = false;                  ///< all things of a name on a picture become one
  std::optional<SplitOptions> split;  ///< pictures for validation; of "folder" only
  ConversionProgress reading, writing;
};

/// Writes the folder, with the report as conversion.json in it; it appears when it is complete. Throws ConfigError for
/// unknown formats and a split that the format does not have, DataError when nothing can be read, RunError when it cannot be written or is there already.
ConversionReport convert_annotations(const ConvertOptions& options);

}  // namespace pixelsail
