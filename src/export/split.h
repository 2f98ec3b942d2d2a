#pragma once

/// Which pictures of a folder data set are kept for validation.

#include <cstdint>
#include <filesystem>

namespace pixelsail {

struct SplitOptions {
  double val = 0.2;  ///< share of the pictures, rounded to a whole number of them, at least one
  std::uint64_t seed = 1;
  std::filesystem::path val_list;  ///< names of pictures, one a line, in place of share and seed
};

struct SplitCounts {
  std::int64_t train_pictures = 0, val_pictures = 0, train_lines = 0, val_lines = 0;
  std::int64_t other_lines = 0;  ///< of other splits, which stay as they are
};

/// Writes "split" into each line of FOLDER/samples.jsonl: "val" for the lines about a picture that is chosen, "train" for
/// the others. What is chosen depends on the names of the pictures and the seed, not on the order of lines. Lines of
/// other splits than these two, and lines without a picture, are not chosen. Throws ConfigError for a share that is not
/// between 0 and 1, DataError naming file and line for a line that is no record or a name that no line has; the file is
/// then as it was.
SplitCounts split_folder(const std::filesystem::path& folder, const SplitOptions& options);

}  // namespace pixelsail
