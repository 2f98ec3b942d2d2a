#pragma once

/// Weights and settings of the training losses (paper recipe as defaults).

#include <cstdint>
#include <map>
#include <string>

#include "core/describe.h"

namespace pixelsail {

struct DistillConfig {
  /// Channels of the teacher maps; 0: this teacher is off.
  std::int64_t mask2former_channels = 0;
  std::int64_t sam2_channels = 0;
  /// Weight of one teacher. 0: the published rule, 0.5 each when both are on and 1.0 alone.
  double mask2former_weight = 0;
  double sam2_weight = 0;

  double weight_of_mask2former() const {
    return mask2former_weight > 0 ? mask2former_weight : (sam2_channels > 0 ? 0.5 : 1.0);
  }
  double weight_of_sam2() const {
    return sam2_weight > 0 ? sam2_weight : (mask2former_channels > 0 ? 0.5 : 1.0);
  }
};

struct LossConfig {
  double mask_bce = 2.0;
  double mask_dice = 0.5;
  double lm_with_masks = 0.1;
  double lm_without_masks = 1.0;
  std::int64_t num_points = 12544;
  double oversample_ratio = 3.0;
  double importance_ratio = 0.75;
  DistillConfig distill;
  std::map<std::string, double> extra;  ///< weights of terms that a program adds, by name
};

template <class Visitor>
void describe(Visitor& v, DistillConfig& c) {
  v.field("mask2former_channels", c.mask2former_channels,
          {.min = 0, .help = "channels of cached maps at the mask features; 0: off"});
  v.field("sam2_channels", c.sam2_channels,
          {.min = 0, .help = "channels of cached maps at the patch states; 0: off"});
  v.field("mask2former_weight", c.mask2former_weight,
          {.min = 0, .help = "0: 0.5 with both teachers, 1.0 alone"});
  v.field("sam2_weight", c.sam2_weight, {.min = 0, .help = "0: 0.5 with both teachers, 1.0 alone"});
}

template <class Visitor>
void describe(Visitor& v, LossConfig& c) {
  v.field("mask_bce", c.mask_bce, {.min = 0});
  v.field("mask_dice", c.mask_dice, {.min = 0});
  v.field("lm_with_masks", c.lm_with_masks,
          {.min = 0, .help = "language weight of a sample that has a mask loss"});
  v.field("lm_without_masks", c.lm_without_masks, {.min = 0});
  v.field("num_points", c.num_points, {.min = 1, .help = "P, points read from each mask"});
  v.field("oversample_ratio", c.oversample_ratio, {.min = 1});
  v.field("importance_ratio", c.importance_ratio,
          {.min = 0, .max = 1, .help = "share of points taken where |logit| is smallest"});
  v.field("distill", c.distill);
  v.field("extra", c.extra, {.min = 0, .help = "weights of loss terms that a program adds, by name"});
}

}  // namespace pixelsail
