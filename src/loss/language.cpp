#include "loss/language.h"

#include <torch/torch.h>

#include "model/upload.h"
#include "pixelsail/error.h"

namespace pixelsail {

void add_scored_positions(const std::vector<Segment>& segments, std::span<const SampleTarget> samples,
                          Upload& upload, ScoredPositions& scored) {
  std::vector<std::int64_t> positions, targets;
  std::vector<std::uint8_t> has_masks;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::vector<std::int64_t>& labels = samples[i].labels;
    if (static_cast<std::int64_t>(labels.size()) != segments[i].length) {
      throw RunError("loss: labels and tokens of a sample differ in length");
    }
    for (std::size_t t = 0; t + 1 < labels.size(); ++t) {
      if (labels[t + 1] < 0) continue;
      positions.push_back(segments[i].offset + static_cast<std::int64_t>(t));
      targets.push_back(labels[t + 1]);
      has_masks.push_back(samples[i].masks_Nhw.defined() ? 1 : 0);
    }
  }
  scored.count = static_cast<std::int64_t>(positions.size());
  upload.add(positions, scored.position_S);
  upload.add(targets, scored.target_S);
  scored.has_masks_S = torch::tensor(has_masks, torch::kUInt8).view(torch::kBool);
  upload.add(scored.has_masks_S);
}

std::int64_t scored_tokens(const std::vector<std::int64_t>& labels) {
  std::int64_t count = 0;
  for (std::size_t t = 1; t < labels.size(); ++t) count += labels[t] >= 0 ? 1 : 0;
  return count;
}

torch::Tensor token_cross_entropy(const torch::Tensor& logits_SV, const torch::Tensor& target_S) {
  return at::cross_entropy_loss(logits_SV.to(torch::kFloat32), target_S, {}, at::Reduction::None);
}

}  // namespace pixelsail
