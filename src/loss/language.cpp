#include "loss/language.h"

#include <torch/torch.h>

#include "pixelsail/error.h"

namespace pixelsail {

ScoredPositions scored_positions(const std::vector<Segment>& segments,
                                 const std::vector<const std::vector<std::int64_t>*>& labels,
                                 torch::Device device) {
  ScoredPositions scored;
  std::vector<std::int64_t> positions, targets;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::vector<std::int64_t>& sample = *labels[i];
    if (static_cast<std::int64_t>(sample.size()) != segments[i].length) {
      throw RunError("loss: labels and tokens of a sample differ in length");
    }
    for (std::size_t t = 0; t + 1 < sample.size(); ++t) {
      if (sample[t + 1] < 0) continue;
      positions.push_back(segments[i].offset + static_cast<std::int64_t>(t));
      targets.push_back(sample[t + 1]);
      scored.sample_S.push_back(i);
    }
  }
  scored.position_S = torch::tensor(positions, torch::kInt64).to(device);
  scored.target_S = torch::tensor(targets, torch::kInt64).to(device);
  scored.count = static_cast<std::int64_t>(positions.size());
  return scored;
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
