#include "data/slot_filler.h"

#include "data/unusable.h"

namespace pixelsail {

FilledSlot SlotFiller::fill(SlotPlace place, const Mixture::Item& first) const {
  const std::int64_t number = item_of(place);
  FilledSlot filled;
  Rng rng(seed_, "sample/" + std::to_string(number));
  Mixture::Item item = first;
  for (std::int64_t attempt = 1;; ++attempt) {
    try {
      filled.example = source_.make(item, rng);
      return filled;
    } catch (const DataError& e) {
      if (stop_on_error_) throw;
      filled.skip_reasons.emplace_back(e.what());
      if (filled.skip_reasons.back().empty()) filled.skip_reasons.back() = "unknown reason";
      const auto* named = dynamic_cast<const UnusableSample*>(&e);
      filled.skip_names.push_back(named != nullptr ? named->reason() : "unnamed");
    }
    if (attempt >= kMaxAttempts) {
      throw DataError(std::to_string(kMaxAttempts) +
                      " samples in a row could not be used; the last: " + filled.skip_reasons.back());
    }
    // A stream of its own for each attempt: how much a broken sample has drawn does not matter.
    rng = Rng(seed_, "sample/" + std::to_string(place.micro_batch) + "/" + std::to_string(place.slot) + "/" +
                         std::to_string(attempt));
    item = mixture_.draw(number, rng);
  }
}

}  // namespace pixelsail
