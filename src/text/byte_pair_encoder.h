#pragma once

/// Byte pair encoding of one piece of text (Sennrich et al., arXiv 1508.07909) over the 256 bytes, with the
/// rules of the Hugging Face model "BPE": the merge of lowest rank first, the leftmost of equal ones first.

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace pixelsail::detail {

/// A vocabulary as its files give it. Tokens are spelled in the byte alphabet of GPT-2, which writes every
/// byte as a printable character ("Ġ" is a space).
struct BpeVocabulary {
  std::unordered_map<std::string, std::int64_t> ids;
  std::vector<std::pair<std::string, std::string>> merges;  ///< in order of rank
  /// A piece that is a token as a whole is that token, whatever the merges would make of it.
  bool ignore_merges = false;
  std::string vocab_place;                              ///< where `ids` come from, for error messages
  std::function<std::string(std::size_t)> merge_place;  ///< and merge number i
};

/// Bytes of a token spelled in the byte alphabet; characters outside that alphabet leave the spelling as it
/// is.
std::string token_bytes(std::string_view spelling);

/// The spelling of bytes in the byte alphabet.
std::string spell_bytes(std::string_view bytes);

/// Highest id that is accepted in a file: a guard against a typing error that would cost gigabytes.
inline constexpr std::int64_t kMaxTokenId = (1 << 24) - 1;
/// Throws DataError with `where`.
void check_token_id(std::int64_t id, const std::string& where);

class BytePairEncoder {
 public:
  /// Throws DataError naming the place of: an id out of range or given twice, a merge of unknown tokens or
  /// into an unknown token, a merge that occurs twice.
  explicit BytePairEncoder(const BpeVocabulary& vocabulary);

  /// Ids of pieces met before, so that the words of a long text are merged once. Bounded; for one encoder and
  /// one thread.
  class Cache {
   public:
    /// nullptr when the piece is not known.
    const std::vector<std::int64_t>* find(std::string_view piece) const;
    /// Keeps short pieces only, and no more of them than a language has frequent words.
    void keep(std::string_view piece, std::vector<std::int64_t> ids);

   private:
    struct Hash {
      using is_transparent = void;
      std::size_t operator()(std::string_view piece) const { return std::hash<std::string_view>()(piece); }
    };
    std::unordered_map<std::string, std::vector<std::int64_t>, Hash, std::equal_to<>> pieces_;
  };

  /// Appends the ids of a piece in O(n log n). Throws DataError for a byte that has no token.
  void encode(std::string_view piece, std::vector<std::int64_t>& ids, Cache& cache) const;

 private:
  struct Merge {
    std::uint32_t rank = 0;
    std::int32_t id = 0;
  };
  struct PairHash {
    std::size_t operator()(std::uint64_t pair) const {
      pair *= 0x9E3779B97F4A7C15ULL;
      return static_cast<std::size_t>(pair ^ (pair >> 32));
    }
  };
  const Merge* find_merge(std::int32_t left, std::int32_t right) const;
  std::int32_t byte_id(char byte) const;
  // Both append what is left after all merges: by looking over all pairs for each merge, and with a queue of
  // pairs.
  void merge_short(std::string_view piece, std::vector<std::int64_t>& ids) const;
  void merge_long(std::string_view piece, std::vector<std::int64_t>& ids) const;

  std::array<std::int32_t, 256> byte_ids_;                      // -1: no token
  std::unordered_map<std::uint64_t, Merge, PairHash> merges_;   // (left id, right id)
  std::unordered_map<std::string, std::int64_t> whole_pieces_;  // by bytes; only with ignore_merges
};

}  // namespace pixelsail::detail
