#include "data/mixture.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "core/rng.h"
#include "pixelsail/error.h"

namespace pixelsail {

Mixture::Mixture(std::vector<double> weights, std::vector<std::int64_t> sizes, std::uint64_t seed,
                 std::vector<std::int64_t> starts)
    : weights_(std::move(weights)), sizes_(std::move(sizes)), starts_(std::move(starts)), seed_(seed) {
  starts_.resize(weights_.size(), 0);
  double total = 0;
  for (std::size_t d = 0; d < weights_.size(); ++d) {
    if (!std::isfinite(weights_[d]) || weights_[d] < 0)
      throw ConfigError("data set weights must be finite and >= 0");
    if (weights_[d] > 0 && sizes_.at(d) < 1) throw ConfigError("a data set with a weight above 0 is empty");
    total += weights_[d];
  }
  if (!(total > 0) || !std::isfinite(total)) throw ConfigError("no data set has a weight above 0");
  if (!(cumulative_shares(0).back() > 0))
    throw ConfigError("no data set with a weight above 0 begins at sample 0");
  before_.assign(weights_.size(), 0);
  quota_.assign(weights_.size(), 0);
  epochs_.resize(weights_.size());
}

std::vector<double> Mixture::cumulative_shares(std::int64_t block) const {
  std::vector<double> cumulative{0};
  for (std::size_t d = 0; d < weights_.size(); ++d) {
    cumulative.push_back(cumulative.back() + (starts_[d] <= block * kBlock ? weights_[d] : 0.0));
  }
  const double total = cumulative.back();
  if (total > 0) {
    for (double& border : cumulative) border /= total;
  }
  return cumulative;
}

Mixture::Item Mixture::at(std::int64_t place) {
  enter_block(place / kBlock);
  const std::size_t in_block = static_cast<std::size_t>(place % kBlock);
  const std::size_t d = block_datasets_[in_block];
  const std::int64_t drawn = before_[d] + block_ranks_[in_block];
  const std::int64_t number = drawn / sizes_[d];
  Epoch& epoch = epochs_[d];
  if (epoch.number != number) {
    epoch.order.resize(static_cast<std::size_t>(sizes_[d]));
    std::iota(epoch.order.begin(), epoch.order.end(), std::int64_t{0});
    Rng rng(seed_, "mixture/epoch/" + std::to_string(d) + "/" + std::to_string(number));
    rng.shuffle(epoch.order);
    epoch.number = number;
  }
  return {d, epoch.order[static_cast<std::size_t>(drawn % sizes_[d])]};
}

Mixture::Item Mixture::draw(std::int64_t place, Rng& rng) const {
  const std::vector<double> borders = cumulative_shares(place / kBlock);
  // The first border above a number of [0, 1) ends a share that is not empty.
  const auto above = std::upper_bound(borders.begin() + 1, borders.end() - 1, rng.uniform());
  const auto d = static_cast<std::size_t>(above - borders.begin()) - 1;
  return {d, static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(sizes_[d])))};
}

void Mixture::enter_block(std::int64_t block) {
  if (block == block_) return;
  if (block < block_) {
    block_ = -1;
    before_.assign(before_.size(), 0);
    quota_.assign(quota_.size(), 0);
  }
  while (block_ < block) {
    for (std::size_t d = 0; d < quota_.size(); ++d) before_[d] += quota_[d];
    ++block_;
    // One random offset for all borders between shares: every share is rounded up or down, the sum stays
    // kBlock, and a share of 0 gives exactly 0.
    const double offset = Rng(seed_, "mixture/quota/" + std::to_string(block_)).uniform();
    const std::vector<double> cumulative = cumulative_shares(block_);
    for (std::size_t d = 0; d < quota_.size(); ++d) {
      quota_[d] = static_cast<std::int64_t>(std::floor(kBlock * cumulative[d + 1] + offset)) -
                  static_cast<std::int64_t>(std::floor(kBlock * cumulative[d] + offset));
    }
  }
  fill_block();
}

void Mixture::fill_block() {
  block_datasets_.clear();
  for (std::size_t d = 0; d < quota_.size(); ++d) {
    block_datasets_.insert(block_datasets_.end(), static_cast<std::size_t>(quota_[d]), d);
  }
  Rng rng(seed_, "mixture/order/" + std::to_string(block_));
  rng.shuffle(block_datasets_);
  std::vector<std::int64_t> seen(quota_.size(), 0);
  block_ranks_.clear();
  for (const std::size_t d : block_datasets_) block_ranks_.push_back(seen[d]++);
}

}  // namespace pixelsail
