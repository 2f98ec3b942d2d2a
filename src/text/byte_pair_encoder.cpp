#include "text/byte_pair_encoder.h"

#include <algorithm>
#include <queue>
#include <tuple>

#include "io/utf8.h"
#include "pixelsail/error.h"
#include "text/unicode.h"

namespace pixelsail::detail {
namespace {

// GPT-2's alphabet: printable Latin-1 stands for itself, the other 68 bytes take U+0100 and up in their
// order.
std::array<char32_t, 256> make_alphabet() {
  std::array<char32_t, 256> alphabet{};
  char32_t next = 0x100;
  for (char32_t byte = 0; byte < 256; ++byte) {
    const bool printable =
        (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || (byte >= 0xAE && byte <= 0xFF);
    alphabet[byte] = printable ? byte : next++;
  }
  return alphabet;
}

constexpr std::size_t kAlphabetEnd = 0x100 + 68;

const std::array<char32_t, 256>& alphabet() {
  static const std::array<char32_t, 256> kAlphabet = make_alphabet();
  return kAlphabet;
}

const std::array<int, kAlphabetEnd>& alphabet_bytes() {
  static const std::array<int, kAlphabetEnd> kBytes = [] {
    std::array<int, kAlphabetEnd> bytes{};
    bytes.fill(-1);
    for (int byte = 0; byte < 256; ++byte) bytes[alphabet()[static_cast<std::size_t>(byte)]] = byte;
    return bytes;
  }();
  return kBytes;
}

std::uint64_t pair_key(std::int32_t left, std::int32_t right) {
  return (static_cast<std::uint64_t>(left) << 32) | static_cast<std::uint32_t>(right);
}

std::string hex_byte(unsigned byte) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  return {'0', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
}

// Up to here, looking over all pairs for every merge is faster than a queue.
constexpr std::size_t kMaxShortPiece = 32;
constexpr std::size_t kMaxCachedBytes = 48, kMaxCachedPieces = std::size_t{1} << 16;

// A symbol of the piece while it is merged: a doubly linked list in one array.
struct Symbol {
  std::int32_t id;
  std::int32_t previous, next;  // -1: none
  bool alive;
};

}  // namespace

std::string token_bytes(std::string_view spelling) {
  std::string bytes;
  for (const char32_t c : decode_utf8(spelling)) {
    const int byte = c < kAlphabetEnd ? alphabet_bytes()[c] : -1;
    if (byte < 0) return std::string(spelling);
    bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

std::string spell_bytes(std::string_view bytes) {
  std::string spelling;
  for (const char byte : bytes) append_utf8(spelling, alphabet()[static_cast<unsigned char>(byte)]);
  return spelling;
}

void check_token_id(std::int64_t id, const std::string& where) {
  if (id < 0 || id > kMaxTokenId) {
    throw DataError(where + ": token id " + std::to_string(id) + " is not in [0, " +
                    std::to_string(kMaxTokenId) + "]");
  }
}

BytePairEncoder::BytePairEncoder(const BpeVocabulary& vocabulary) {
  std::unordered_map<std::int64_t, const std::string*> seen;
  for (const auto& [token, id] : vocabulary.ids) {
    check_token_id(id, vocabulary.vocab_place + "[\"" + token + "\"]");
    const auto [other, fresh] = seen.emplace(id, &token);
    if (!fresh) {
      throw DataError(vocabulary.vocab_place + ": id " + std::to_string(id) + " is given to \"" +
                      std::min(token, *other->second) + "\" and to \"" + std::max(token, *other->second) +
                      "\"");
    }
  }
  for (unsigned byte = 0; byte < 256; ++byte) {
    const auto found = vocabulary.ids.find(spell_bytes(std::string(1, static_cast<char>(byte))));
    byte_ids_[byte] = found == vocabulary.ids.end() ? -1 : static_cast<std::int32_t>(found->second);
  }
  const auto id_of = [&](const std::string& token, std::size_t rank) {
    const auto found = vocabulary.ids.find(token);
    if (found == vocabulary.ids.end()) {
      throw DataError(vocabulary.merge_place(rank) + ": \"" + token + "\" is not in the vocabulary");
    }
    return static_cast<std::int32_t>(found->second);
  };
  merges_.reserve(vocabulary.merges.size());
  for (std::size_t rank = 0; rank < vocabulary.merges.size(); ++rank) {
    const auto& [left, right] = vocabulary.merges[rank];
    const Merge merge{static_cast<std::uint32_t>(rank), id_of(left + right, rank)};
    if (!merges_.emplace(pair_key(id_of(left, rank), id_of(right, rank)), merge).second) {
      throw DataError(vocabulary.merge_place(rank) + ": \"" + left + " " + right + "\" occurs a second time");
    }
  }
  if (vocabulary.ignore_merges) {
    for (const auto& [token, id] : vocabulary.ids) whole_pieces_.emplace(token_bytes(token), id);
  }
}

const BytePairEncoder::Merge* BytePairEncoder::find_merge(std::int32_t left, std::int32_t right) const {
  const auto found = merges_.find(pair_key(left, right));
  return found == merges_.end() ? nullptr : &found->second;
}

std::int32_t BytePairEncoder::byte_id(char byte) const {
  const auto value = static_cast<unsigned char>(byte);
  if (byte_ids_[value] < 0) throw DataError("the tokenizer has no token for the byte " + hex_byte(value));
  return byte_ids_[value];
}

const std::vector<std::int64_t>* BytePairEncoder::Cache::find(std::string_view piece) const {
  const auto found = pieces_.find(piece);
  return found == pieces_.end() ? nullptr : &found->second;
}

void BytePairEncoder::Cache::keep(std::string_view piece, std::vector<std::int64_t> ids) {
  if (piece.size() <= kMaxCachedBytes && pieces_.size() < kMaxCachedPieces)
    pieces_.emplace(piece, std::move(ids));
}

void BytePairEncoder::encode(std::string_view piece, std::vector<std::int64_t>& ids, Cache& cache) const {
  if (piece.size() == 1) {
    ids.push_back(byte_id(piece[0]));
    return;
  }
  if (!whole_pieces_.empty()) {
    if (const auto found = whole_pieces_.find(std::string(piece)); found != whole_pieces_.end()) {
      ids.push_back(found->second);
      return;
    }
  }
  if (const std::vector<std::int64_t>* known = cache.find(piece)) {
    ids.insert(ids.end(), known->begin(), known->end());
    return;
  }
  const auto before = static_cast<std::ptrdiff_t>(ids.size());
  piece.size() <= kMaxShortPiece ? merge_short(piece, ids) : merge_long(piece, ids);
  cache.keep(piece, {ids.begin() + before, ids.end()});
}

void BytePairEncoder::merge_short(std::string_view piece, std::vector<std::int64_t>& ids) const {
  std::array<std::int32_t, kMaxShortPiece> symbols{};
  std::array<const Merge*, kMaxShortPiece> merges{};  // of symbol i with the one behind it
  std::size_t size = piece.size();
  for (std::size_t i = 0; i < size; ++i) symbols[i] = byte_id(piece[i]);
  for (std::size_t i = 0; i + 1 < size; ++i) merges[i] = find_merge(symbols[i], symbols[i + 1]);
  while (size > 1) {
    std::size_t best = size;
    for (std::size_t i = 0; i + 1 < size; ++i) {
      if (merges[i] != nullptr && (best == size || merges[i]->rank < merges[best]->rank)) best = i;
    }
    if (best == size) break;
    symbols[best] = merges[best]->id;
    --size;
    for (std::size_t i = best + 1; i < size; ++i) {
      symbols[i] = symbols[i + 1];
      merges[i] = merges[i + 1];
    }
    if (best > 0) merges[best - 1] = find_merge(symbols[best - 1], symbols[best]);
    if (best + 1 < size) merges[best] = find_merge(symbols[best], symbols[best + 1]);
  }
  ids.insert(ids.end(), symbols.begin(), symbols.begin() + static_cast<std::ptrdiff_t>(size));
}

void BytePairEncoder::merge_long(std::string_view piece, std::vector<std::int64_t>& ids) const {
  const auto size = static_cast<std::int32_t>(piece.size());
  std::vector<Symbol> symbols;
  symbols.reserve(piece.size());
  for (std::int32_t i = 0; i < size; ++i) {
    symbols.push_back({byte_id(piece[static_cast<std::size_t>(i)]), i - 1, i + 1 < size ? i + 1 : -1, true});
  }
  const auto at = [&](std::int32_t i) -> Symbol& { return symbols[static_cast<std::size_t>(i)]; };

  // (rank, position of the left symbol, id after the merge), the smallest on top.
  using Candidate = std::tuple<std::uint32_t, std::int32_t, std::int32_t>;
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue;
  const auto offer = [&](std::int32_t left, std::int32_t right) {
    if (left < 0 || right < 0) return;
    if (const Merge* merge = find_merge(at(left).id, at(right).id))
      queue.emplace(merge->rank, left, merge->id);
  };
  for (std::int32_t i = 0; i + 1 < size; ++i) offer(i, i + 1);

  while (!queue.empty()) {
    const auto [rank, left, id] = queue.top();
    queue.pop();
    if (!at(left).alive || at(left).next < 0) continue;
    const std::int32_t right = at(left).next;
    // The pair may have changed since it was offered.
    const Merge* merge = find_merge(at(left).id, at(right).id);
    if (merge == nullptr || merge->rank != rank) continue;
    at(left).id = id;
    at(left).next = at(right).next;
    at(right).alive = false;
    if (at(left).next >= 0) at(at(left).next).previous = left;
    offer(at(left).previous, left);
    offer(left, at(left).next);
  }
  for (std::int32_t i = size > 0 ? 0 : -1; i >= 0; i = at(i).next) ids.push_back(at(i).id);
}

}  // namespace pixelsail::detail
