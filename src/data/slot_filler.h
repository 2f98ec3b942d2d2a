#pragma once

/// What becomes of one slot of a micro-batch: the item of the mixture that stands there or, when that is
/// broken, others drawn at random. A pure function of (seed, micro-batch, slot): nothing that stands behind a
/// broken sample moves, and no rank needs to know what others met.

#include <cstdint>
#include <string>
#include <vector>

#include "data/example_source.h"

namespace pixelsail {

/// A place in the stream: slots of micro-batch m are items m * B .. m * B + B - 1 of the mixture.
struct SlotPlace {
  std::int64_t micro_batch = 0;
  std::int64_t slot = 0;
};

struct FilledSlot {
  Example example;
  std::vector<std::string> skip_reasons;  ///< of the broken samples before it
  std::vector<std::string> skip_names;    ///< names of these reasons
};

class SlotFiller {
 public:
  /// So many broken samples in one slot mean that the data are unusable, not just damaged.
  static constexpr std::int64_t kMaxAttempts = 1000;

  /// `source` and `mixture` outlive it. `stop_on_error`: the first broken sample's DataError leaves fill().
  SlotFiller(const ExampleSource& source, const Mixture& mixture, std::uint64_t seed, std::int64_t batch_size,
             bool stop_on_error)
      : source_(source),
        mixture_(mixture),
        seed_(seed),
        batch_size_(batch_size),
        stop_on_error_(stop_on_error) {}

  /// Place of a slot in the mixture.
  std::int64_t item_of(SlotPlace place) const { return place.micro_batch * batch_size_ + place.slot; }

  /// `first` is the mixture's item for the slot. Thread-safe. Throws DataError after kMaxAttempts.
  FilledSlot fill(SlotPlace place, const Mixture::Item& first) const;

 private:
  const ExampleSource& source_;
  const Mixture& mixture_;
  std::uint64_t seed_;
  std::int64_t batch_size_;
  bool stop_on_error_;
};

}  // namespace pixelsail
