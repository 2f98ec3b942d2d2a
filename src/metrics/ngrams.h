#pragma once

/// N-grams of tokenized captions as dense numbers: what BLEU and CIDEr count.

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pixelsail {

/// A caption after tokenization (PTB rules, lower case, punctuation dropped, for published numbers).
using Tokens = std::vector<std::string>;

/// The orders that BLEU and CIDEr look at are 1 to 4.
inline constexpr std::size_t kMaxOrder = 4;

}  // namespace pixelsail

namespace pixelsail::detail {

struct NgramCount {
  std::uint32_t ngram = 0, count = 0;
};

/// Different n-grams of one caption by order (element 0: single words), each list in the order of the
/// numbers.
struct NgramCounts {
  std::array<std::vector<NgramCount>, kMaxOrder> by_order;
  /// Words of the caption.
  std::size_t length = 0;
};

/// Numbers of pairs of numbers, by open addressing with linear probing: most of the time of BLEU and CIDEr
/// goes into finding n-grams, and this is several times faster than std::unordered_map.
class PairNumbers {
 public:
  /// The number of a pair; `next` (below 2^32 - 1) becomes the number of one that was not known.
  std::uint32_t find_or_add(std::uint64_t pair, std::uint32_t next);

 private:
  struct Slot {
    std::uint64_t pair = 0;
    std::uint32_t number = kFree;
  };
  static constexpr std::uint32_t kFree = 0xFFFFFFFF;
  /// The slot with this pair, or the free one where it belongs.
  static Slot& slot_of(std::vector<Slot>& slots, std::uint64_t pair);

  std::vector<Slot> slots_;  // a power of two of them, at least half are free
  std::size_t used_ = 0;
};

/// Numbers n-grams as they are met. Two n-grams have the same number when they are the same, hash values
/// decide nothing: an n-gram is looked up as the pair (number of its first n-1 words, number of its last
/// word).
class NgramTable {
 public:
  /// Tokens with Unicode white space in them (the tokenizer keeps U+00A0 inside some) are several words,
  /// empty ones none: the reference implementation joins tokens by spaces and calls Python's str.split() on
  /// it. Throws DataError where a token is not valid UTF-8.
  NgramCounts count(const Tokens& caption);
  /// Numbers given so far; they are 0, 1, 2... over all orders.
  std::size_t size() const { return next_; }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  std::uint32_t word(std::string_view text);
  std::uint32_t longer(std::uint32_t prefix, std::uint32_t word);

  std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>> words_;
  PairNumbers pairs_;
  std::uint32_t next_ = 0;
};

}  // namespace pixelsail::detail
