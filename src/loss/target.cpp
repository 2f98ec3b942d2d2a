#include "loss/target.h"

#include "model/config.h"

namespace pixelsail {

std::vector<std::int64_t> seg_positions(const ModelConfig& config, const std::vector<std::int64_t>& ids,
                                        const std::vector<std::int64_t>& labels) {
  const std::vector<std::int64_t>& searched = config.traits().scored_seg_only ? labels : ids;
  const std::int64_t seg = config.token_id("[SEG]");
  std::vector<std::int64_t> positions;
  for (std::size_t i = 0; i < searched.size(); ++i) {
    if (searched[i] == seg) positions.push_back(static_cast<std::int64_t>(i));
  }
  return positions;
}

}  // namespace pixelsail
