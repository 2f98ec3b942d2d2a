#include "loss/packed_targets.h"

#include <torch/torch.h>

#include <utility>

#include "loss/points.h"
#include "model/upload.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

void add_image_targets(const Segment& segment, Upload& upload, SampleTarget& target,
                       torch::Tensor& seg_token_N) {
  upload.add(target.mask2former_chw);
  upload.add(target.sam2_chw);
  if (!target.masks_Nhw.defined()) return;
  upload.add(target.masks_Nhw);
  upload.add(target.point_coords_NP2);
  std::vector<std::int64_t> tokens;
  for (const std::int64_t position : target.seg_positions) tokens.push_back(segment.offset + position);
  upload.add(tokens, seg_token_N);
}

/// Whether the points of a sample's masks are drawn.
bool draws_points(const Segment& segment, const SampleTarget& target) {
  return segment.patch_count() > 0 && target.masks_Nhw.defined() && !target.point_coords_NP2.defined();
}

}  // namespace

void pack_targets(std::vector<SampleTarget> samples, const std::vector<Segment>& segments, Upload& upload,
                  PackedTargets& targets) {
  if (samples.size() != segments.size()) throw RunError("loss: targets and samples differ in number");
  targets.samples = std::move(samples);
  targets.seg_token_N.resize(segments.size());
  std::vector<std::int64_t> seeds;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    SampleTarget& target = targets.samples[i];
    if (draws_points(segments[i], target)) {
      for (std::int64_t mask = 0; mask < target.masks_Nhw.size(0); ++mask)
        seeds.push_back(point_seed(target.noise_seed, mask));
    }
    if (segments[i].patch_count() > 0) add_image_targets(segments[i], upload, target, targets.seg_token_N[i]);
  }
  if (!seeds.empty()) upload.add(seeds, targets.point_seed_M);
  add_scored_positions(segments, targets.samples, upload, targets.scored);
}

PackedTargets pack_targets(std::span<const SampleTarget> samples, const std::vector<Segment>& segments,
                           torch::Device device) {
  Upload upload(device);
  PackedTargets targets;
  pack_targets({samples.begin(), samples.end()}, segments, upload, targets);
  upload.send();
  return targets;
}

}  // namespace pixelsail
