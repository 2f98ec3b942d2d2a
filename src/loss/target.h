#pragma once

/// What a sample is to learn.
///
/// Legend: L tokens of a sample, N its masks, P points, c channels of a teacher's map.

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace pixelsail {

struct ModelConfig;

struct SampleTarget {
  std::vector<std::int64_t> labels;         ///< [L], -100 where not scored; shifted inside the loss
  std::vector<std::int64_t> seg_positions;  ///< of seg_positions()
  torch::Tensor masks_Nhw;        ///< uint8 or float32 at their own resolution; undefined: no mask loss
  torch::Tensor mask2former_chw;  ///< teacher maps; undefined: none
  torch::Tensor sam2_chw;
  std::uint64_t noise_seed = 0;  ///< every random choice about the sample (points, dropout) is drawn from it
  torch::Tensor point_coords_NP2;  ///< fixed points (tests); undefined: drawn
};

/// Positions of the [SEG] tokens of a sequence that a mask belongs to in training: all of them, or those of
/// answers only (BackboneTraits::scored_seg_only). `labels` as in SampleTarget.
std::vector<std::int64_t> seg_positions(const ModelConfig& config, const std::vector<std::int64_t>& ids,
                                        const std::vector<std::int64_t>& labels);

}  // namespace pixelsail
