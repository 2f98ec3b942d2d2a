#pragma once

/// Which sample of which data set stands at a place of the training stream: a pure function of (seed, place).
///
/// The stream is cut into blocks. Each block holds of every data set its share of the block, rounded up or
/// down at random so that the shares are exact on average, in shuffled order. Each data set is gone through
/// epoch by epoch, every epoch in its own permutation.

#include <cstdint>
#include <vector>

#include "core/rng.h"

namespace pixelsail {

class Mixture {
 public:
  struct Item {
    std::size_t dataset = 0;
    std::int64_t index = 0;  ///< sample of the data set
    bool operator==(const Item&) const = default;
  };
  static constexpr std::int64_t kBlock = 256;

  /// weights: >= 0, not all 0. sizes: > 0 where the weight is. starts: place of the stream from which on a
  /// data set is drawn (rounded up to a block), empty for all from the beginning; one data set must begin at
  /// 0. Throws ConfigError otherwise.
  Mixture(std::vector<double> weights, std::vector<std::int64_t> sizes, std::uint64_t seed,
          std::vector<std::int64_t> starts = {});

  /// Fast for growing `place`; going back costs a pass over the blocks before it. Not thread-safe.
  Item at(std::int64_t place);

  /// A random sample of the data sets that are drawn from at `place`, by their weights: what replaces one
  /// that cannot be used. Thread-safe, beside at() too.
  Item draw(std::int64_t place, Rng& rng) const;

 private:
  struct Epoch {
    std::int64_t number = -1;
    std::vector<std::int64_t> order;
  };
  /// Borders between the shares in a block: cumulative[d] .. cumulative[d + 1] is the share of data set d.
  std::vector<double> cumulative_shares(std::int64_t block) const;
  void enter_block(std::int64_t block);
  void fill_block();

  std::vector<double> weights_;
  std::vector<std::int64_t> sizes_;
  std::vector<std::int64_t> starts_;
  std::uint64_t seed_;
  std::int64_t block_ = -1;
  std::vector<std::int64_t> before_;         ///< samples drawn of each data set before the block
  std::vector<std::int64_t> quota_;          ///< and in it
  std::vector<std::size_t> block_datasets_;  ///< [kBlock]
  std::vector<std::int64_t>
      block_ranks_;  ///< [kBlock] how many of the same data set stand before it in the block
  std::vector<Epoch> epochs_;
};

}  // namespace pixelsail
