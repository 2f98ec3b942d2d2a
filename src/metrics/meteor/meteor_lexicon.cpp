#include "metrics/meteor/meteor_lexicon.h"

#include <bit>
#include <cstring>

#include "metrics/text_lines.h"

namespace pixelsail {
namespace {

/// Eight bytes at a time: multiply and fold (the multiplier is 2^64 divided by the golden ratio).
std::uint32_t hash_bytes(std::string_view word) {
  constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15;
  constexpr unsigned kFold = 29;
  std::uint64_t hash = word.size();
  const auto mix = [&hash](std::uint64_t value) {
    hash = (hash ^ value) * kMultiplier;
    hash ^= hash >> kFold;
  };
  std::uint64_t block = 0;
  for (; word.size() >= sizeof block; word.remove_prefix(sizeof block)) {
    std::memcpy(&block, word.data(), sizeof block);
    mix(block);
  }
  block = 0;
  for (const char c : word) block = block << 8U | static_cast<unsigned char>(c);
  mix(block);
  return static_cast<std::uint32_t>(hash >> 32U) ^ static_cast<std::uint32_t>(hash);
}

}  // namespace

std::size_t WordIds::slot_of(std::string_view word, std::uint32_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = hash & mask;
  while (slots_[i].id != kUnknown && (slots_[i].hash != hash || words_[slots_[i].id] != word)) {
    i = (i + 1) & mask;
  }
  return i;
}

std::uint32_t WordIds::find(std::string_view word) const {
  return slots_.empty() ? kUnknown : slots_[slot_of(word, hash_bytes(word))].id;
}

std::uint32_t WordIds::add(std::string_view word) {
  if (2 * (words_.size() + 1) > slots_.size()) grow();
  const std::uint32_t hash = hash_bytes(word);
  Slot& slot = slots_[slot_of(word, hash)];
  if (slot.id == kUnknown) {
    slot = {.hash = hash, .id = static_cast<std::uint32_t>(words_.size())};
    words_.emplace_back(word);
  }
  return slot.id;
}

void WordIds::grow() {
  constexpr std::size_t kFirst = 64;
  const std::vector<Slot> old = std::move(slots_);
  slots_.assign(old.empty() ? kFirst : 2 * old.size(), {});
  for (const Slot& slot : old) {
    if (slot.id != kUnknown) slots_[slot_of(words_[slot.id], slot.hash)] = slot;
  }
}

std::uint32_t utf16_hash(std::string_view word) {
  constexpr std::uint32_t kFactor = 31, kFirstSupplementary = 0x10000, kHighSurrogate = 0xD800,
                          kLowSurrogate = 0xDC00;
  std::uint32_t hash = 0;
  for (std::size_t i = 0; i < word.size();) {
    const auto lead = static_cast<unsigned char>(word[i]);
    // A lead byte has as many leading ones as there are bytes, ASCII none.
    const auto ones = static_cast<std::size_t>(std::countl_one(lead));
    std::uint32_t c = ones == 0 ? lead : lead & (0x7FU >> ones);
    for (std::size_t k = 1; k < ones; ++k) c = c << 6U | (static_cast<unsigned char>(word[i + k]) & 0x3FU);
    if (c >= kFirstSupplementary) {
      c -= kFirstSupplementary;
      hash = kFactor * hash + (kHighSurrogate + (c >> 10U));
      c = kLowSurrogate + (c & 0x3FFU);
    }
    hash = kFactor * hash + c;
    i += ones == 0 ? 1 : ones;
  }
  return hash;
}

MeteorSentence MeteorLexicon::add(std::string_view normalized_line) {
  MeteorSentence sentence;
  detail::for_each_word(normalized_line, [this, &sentence](std::string_view text) {
    const std::uint32_t id = ids_.add(text);
    sentence.push_back(id);
    if (id < words_.size()) return;
    const std::string& word = ids_.word(id);
    words_.push_back({.key = utf16_hash(word),
                      .stem_key = utf16_hash(stemmer_.stem(word)),
                      .is_function_word = function_words_.contains(word),
                      .synsets = meteor_synsets(synonyms_, word)});
  });
  return sentence;
}

}  // namespace pixelsail
