#pragma once

/// What the room hands to training: examples and batches of them. No torch here.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/dtype.h"
#include "core/sequence.h"
#include "pixelsail/image.h"
#include "pixelsail/mask.h"

namespace pixelsail {

/// A dense teacher map of one image, [channels, height, width], in the type in which it is stored: widening it
/// is the business of the device that reads it.
struct TeacherMap {
  int channels = 0, height = 0, width = 0;
  DType dtype = DType::kF32;                           ///< F32, F16 or BF16
  std::shared_ptr<const std::vector<std::byte>> data;  ///< row by row, all values finite
};

/// A sample ready for the model.
struct Example {
  std::string id;
  Sequence sequence;
  int image_height = 0, image_width = 0;  ///< original size; 0: no image
  std::vector<Mask> masks;                ///< one per [SEG] of the sequence; empty unless has_mask_loss
  bool has_mask_loss = false;
  bool seg_count_mismatch = false;  ///< masks and [SEG] differ in number: mask loss dropped
  std::vector<std::string> notes;   ///< what was mended or odd and is counted (Sample::notes)
  /// By teacher slot ("mask2former", "sam2"), in the order of the configuration; absent where not cached.
  std::vector<std::optional<TeacherMap>> teachers;
  /// Parallel: the picture as a teacher that runs during the training sees it; null where there is a map, or no such
  /// teacher.
  std::vector<std::shared_ptr<const Image>> teacher_pictures;
  /// The decoded picture, where the builder was asked to keep it.
  std::shared_ptr<const Image> picture;
};

/// What a loader hands to one forward pass, with what it met on the way.
struct Batch {
  std::vector<Example> examples;
  /// Its number in the stream of all ranks; that of its first sample, where batches are of so many tokens.
  std::int64_t micro_batch = 0;
  std::int64_t skipped = 0;  ///< broken samples that others of it replace
  std::vector<std::string> skip_reasons;
  /// How many of them for each name of a reason (data/unusable.h); "unnamed" for others.
  std::map<std::string, std::int64_t> skipped_by_reason;
};

}  // namespace pixelsail
