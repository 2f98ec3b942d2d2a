#pragma once

/// The targets of a packed run where the model is.
///
/// Legend: N masks of a sample.

#include <torch/types.h>

#include <span>
#include <vector>

#include "loss/language.h"
#include "loss/target.h"
#include "model/packed.h"

namespace pixelsail {

class Upload;

struct PackedTargets {
  /// Masks, maps and fixed points of samples with an image are on the device.
  std::vector<SampleTarget> samples;
  /// int64 [N], the tokens of a sample's [SEG] in the packed run; undefined without an image or masks.
  std::vector<torch::Tensor> seg_token_N;
  /// int64 [M], seeds of the masks whose points are drawn, sample by sample; undefined: none.
  torch::Tensor point_seed_M;
  ScoredPositions scored;
};

/// `targets` stays where it is until `upload` is sent: tensors are filled in then. Throws RunError when
/// samples and segments do not fit each other.
void pack_targets(std::vector<SampleTarget> samples, const std::vector<Segment>& segments, Upload& upload,
                  PackedTargets& targets);
PackedTargets pack_targets(std::span<const SampleTarget> samples, const std::vector<Segment>& segments,
                           torch::Device device);

}  // namespace pixelsail
