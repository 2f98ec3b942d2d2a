#pragma once

/// The most probable segmentation of a text under a unigram language model (Kudo, arXiv 1804.10959).
///
/// libsentencepiece does this too, but not alike in all its versions: up to 0.2.0 it adds log probabilities
/// in double precision and keeps them in single, so that of two segmentations with the same pieces in another
/// order ("0 00" and "00 0") either may win by rounding; later versions add in single precision and the first
/// one found wins. This is the later rule, so that ids do not depend on the installed version.

#include <cstdint>
#include <string_view>
#include <vector>

#include "text/byte_trie.h"
#include "text/sentencepiece_model.h"

namespace pixelsail::detail {

class UnigramSegmenter {
 public:
  explicit UnigramSegmenter(const SentencePieceModel& model);

  /// Appends the ids for text that the model's normalizer has been over. A run of unknown characters is one
  /// unknown token, or with byte fallback its bytes. O(n * longest piece).
  void encode(std::string_view normalized, std::vector<std::int64_t>& ids) const;

 private:
  std::vector<float> scores_;           // by id
  ByteTrie trie_;                       // pieces that text can become -> id
  std::vector<std::int64_t> byte_ids_;  // by byte; empty: no byte fallback
  std::int32_t unknown_id_ = 0;
  float unknown_score_ = 0;
};

}  // namespace pixelsail::detail
