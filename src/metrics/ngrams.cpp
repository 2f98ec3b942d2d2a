#include "metrics/ngrams.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "io/python_strings.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

/// Not white space, not a control character, no part of a longer code point.
bool is_plain(std::string_view token) {
  return !token.empty() && std::ranges::all_of(token, [](char c) { return c > ' ' && c <= '~'; });
}

constexpr std::size_t kFirstSlots = 256;

/// The finalizer of SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
std::size_t mix(std::uint64_t pair) {
  pair = (pair ^ pair >> 30U) * 0xBF58476D1CE4E5B9U;
  pair = (pair ^ pair >> 27U) * 0x94D049BB133111EBU;
  return pair ^ pair >> 31U;
}

std::vector<NgramCount> count_runs(std::vector<std::uint32_t>& numbers) {
  std::ranges::sort(numbers);
  std::vector<NgramCount> counts;
  counts.reserve(numbers.size());
  for (const std::uint32_t number : numbers) {
    if (counts.empty() || counts.back().ngram != number) counts.push_back({number, 0});
    ++counts.back().count;
  }
  return counts;
}

}  // namespace

PairNumbers::Slot& PairNumbers::slot_of(std::vector<Slot>& slots, std::uint64_t pair) {
  const std::size_t mask = slots.size() - 1;
  for (std::size_t at = mix(pair) & mask;; at = (at + 1) & mask) {
    if (slots[at].number == kFree || slots[at].pair == pair) return slots[at];
  }
}

std::uint32_t PairNumbers::find_or_add(std::uint64_t pair, std::uint32_t next) {
  if (2 * used_ >= slots_.size()) {
    std::vector<Slot> more(std::max<std::size_t>(kFirstSlots, 2 * slots_.size()));
    for (const Slot& slot : slots_) {
      if (slot.number != kFree) slot_of(more, slot.pair) = slot;
    }
    slots_ = std::move(more);
  }
  Slot& slot = slot_of(slots_, pair);
  if (slot.number == kFree) {
    slot = {pair, next};
    ++used_;
  }
  return slot.number;
}

std::uint32_t NgramTable::word(std::string_view text) {
  if (const auto found = words_.find(text); found != words_.end()) return found->second;
  words_.emplace(text, next_);
  return next_++;
}

std::uint32_t NgramTable::longer(std::uint32_t prefix, std::uint32_t word) {
  const std::uint32_t number = pairs_.find_or_add(static_cast<std::uint64_t>(prefix) << 32U | word, next_);
  if (number == next_) ++next_;
  return number;
}

NgramCounts NgramTable::count(const Tokens& caption) {
  std::vector<std::uint32_t> words;
  words.reserve(caption.size());
  for (const std::string& token : caption) {
    if (is_plain(token)) {
      words.push_back(word(token));
    } else {
      for (const std::string_view part : python_split(token)) words.push_back(word(part));
    }
  }
  if (words.size() > (std::numeric_limits<std::uint32_t>::max() - next_) / kMaxOrder) {
    throw DataError("the captions have more than 4,000,000,000 different n-grams");
  }
  NgramCounts counts;
  counts.length = words.size();
  // numbers[i]: the n-gram that begins at word i.
  std::vector<std::uint32_t> numbers = words;
  for (std::size_t order = 1; order <= kMaxOrder && order <= words.size(); ++order) {
    if (order > 1) {
      numbers.resize(words.size() - order + 1);
      for (std::size_t i = 0; i < numbers.size(); ++i) {
        numbers[i] = longer(numbers[i], words[i + order - 1]);
      }
    }
    std::vector<std::uint32_t> sorted = numbers;
    counts.by_order[order - 1] = count_runs(sorted);
  }
  return counts;
}

}  // namespace pixelsail::detail
