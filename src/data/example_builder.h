#pragma once

/// Sample -> Example.

#include <memory>

#include "data/dataset.h"
#include "data/example.h"
#include "processor/processor.h"

namespace pixelsail {

/// Everything that turns a Sample into an Example.
struct ExampleBuilder {
  Processor processor;
  /// Masks belong to the [SEG] of answers only, not to those of questions.
  bool scored_seg_only = false;
  /// A published sample without an answer becomes an example with nothing to learn, as in the published training; else
  /// it cannot be used (nothing_scored).
  bool keep_unscored = false;
  /// Leaves the decoded picture in the example, for teachers that read it.
  bool keep_picture = false;
  /// Decodes, resizes, patchifies, tokenizes, paints prompts (large to small, as training does) and counts
  /// [SEG]. Throws DataError with the sample's id, among others for an image that alone takes more than
  /// max_length tokens, naming a max_side that fits. Faults of published samples are UnusableSample.
  Example build(const Sample& sample) const;
};

}  // namespace pixelsail
