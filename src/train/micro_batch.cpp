#include "train/micro_batch.h"

#include <algorithm>
#include <numeric>

namespace pixelsail {

std::vector<BatchShard> split_micro_batch(MicroBatch batch, std::size_t count) {
  std::vector<std::size_t> order(batch.samples.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto length = [&](std::size_t i) { return batch.samples[i].ids.size(); };
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return length(a) > length(b); });
  std::vector<BatchShard> shards(count);
  std::vector<std::size_t> tokens(count, 0);
  for (const std::size_t i : order) {
    const auto shortest = static_cast<std::size_t>(std::ranges::min_element(tokens) - tokens.begin());
    tokens[shortest] += length(i);
    shards[shortest].samples.push_back(std::move(batch.samples[i]));
    shards[shortest].targets.push_back(std::move(batch.targets[i]));
  }
  return shards;
}

}  // namespace pixelsail
