#pragma once

/// Sample -> Example -> Batch: what the rooms left and right of data agree on. No torch here.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/rng.h"
#include "image/preprocess.h"
#include "pixelsail/image.h"
#include "pixelsail/mask.h"
#include "text/chat.h"

namespace pixelsail {

/// One question and its answer, as a data set holds it.
struct SampleTurn {
  std::string question;
  std::string answer;
  /// One mask per [SEG] of this turn at the original image size; absent: a turn without masks.
  std::optional<std::vector<Mask>> masks;
};

/// One image with one or several turns, not yet decoded or tokenized.
struct Sample {
  std::string id;               ///< for messages: "refcoco train image 12"
  std::filesystem::path image;  ///< empty: a text-only sample
  /// The decoded image where the data set had to look at it anyway; else null and `image` is decoded later.
  std::shared_ptr<const Image> decoded;
  std::string image_key;  ///< key of the image in teacher feature files (its file name)
  std::vector<SampleTurn> turns;
  std::vector<Mask> prompts;  ///< k-th is <Promptk>, at the original image size
};

class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual const std::string& name() const = 0;
  /// Number of samples of one epoch.
  virtual std::int64_t size() const = 0;
  /// Thread-safe; every random choice (which sentences, which template) comes from `rng`.
  /// Throws DataError naming file and entry.
  virtual Sample get(std::int64_t index, Rng& rng) const = 0;
};

/// A dense teacher map of one image, [channels, height, width].
struct TeacherMap {
  int channels = 0, height = 0, width = 0;
  std::vector<float> values;
};

/// A sample ready for the model.
struct Example {
  std::string id;
  TokenSequence tokens;
  Patches patches;
  std::vector<std::int64_t> prompt_of_patch;  ///< [h*w], -2 where none; empty: no regions
  int image_height = 0, image_width = 0;      ///< original size; 0: no image
  std::vector<Mask> masks;                    ///< one per [SEG] of the sequence; empty unless has_mask_loss
  bool has_mask_loss = false;
  bool seg_count_mismatch = false;  ///< masks and [SEG] differ in number: mask loss dropped
  /// By teacher slot ("mask2former", "sam2"), in the order of the configuration; absent where not cached.
  std::vector<std::optional<TeacherMap>> teachers;
};

/// What a loader hands to one forward pass, with what it met on the way.
struct Batch {
  std::vector<Example> examples;
  std::int64_t skipped = 0;  ///< samples dropped since the previous batch
  std::vector<std::string> skip_reasons;
};

}  // namespace pixelsail
