#pragma once

/// One's own folder (docs/howto_dataset.md) as questions that are asked and scored: the lines of one split of
/// ROOT/samples.jsonl that are about a picture.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "annotations/folder_record.h"
#include "io/rle.h"
#include "pixelsail/region.h"

namespace pixelsail {

struct FolderQuestion {
  /// Number of its line.
  std::string id;
  std::filesystem::path image;
  /// Of the picture, as it is shown; 0 where it cannot be read.
  int height = 0, width = 0;
  detail::FolderRecord record;

  /// Whether masks are the answer (an empty list is "no target"), not a text.
  bool asks_masks() const { return record.masks.has_value(); }
};

struct FolderQuestions {
  std::vector<FolderQuestion> questions;
  /// Lines of the split without a picture, which are not asked.
  std::int64_t without_picture = 0;
};

/// Throws DataError naming file and line, also when the split has no line that is asked.
FolderQuestions load_folder_questions(const std::filesystem::path& root, const std::string& split);

/// The masks of the right answer, in order; none when the picture cannot be read, which is told by who loads it.
/// Throws DataError naming file and line when one is broken, of another size, or empty.
std::vector<Rle> folder_targets(const std::filesystem::path& root, const FolderQuestion& question,
                                PolygonMerge merge);

/// The regions shown with the question; the k-th is <Promptk>. Throws as folder_targets().
std::vector<Region> folder_regions(const std::filesystem::path& root, const FolderQuestion& question);

}  // namespace pixelsail
