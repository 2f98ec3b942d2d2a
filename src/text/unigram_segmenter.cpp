#include "text/unigram_segmenter.h"

#include <algorithm>
#include <cfloat>
#include <string>

#include "text/unicode.h"

namespace pixelsail::detail {
namespace {

using Type = SentencePieceModel::PieceType;

// How much less probable an unknown character is than the least probable piece.
constexpr float kUnknownPenalty = 10.0F;

struct Path {
  std::int32_t id = -1;   // last piece; -1: no path ends here yet
  std::size_t begin = 0;  // where the last piece begins
  float score = 0;        // sum of log probabilities
};

void offer(Path& best, float score, std::size_t begin, std::int32_t id) {
  if (best.id < 0 || score > best.score) best = {id, begin, score};
}

}  // namespace

UnigramSegmenter::UnigramSegmenter(const SentencePieceModel& model) {
  // The start value of `highest` is that of libsentencepiece; log probabilities never exceed it.
  float lowest = FLT_MAX, highest = FLT_MIN;
  for (const auto& piece : model.pieces) {
    if (piece.type != Type::kNormal) continue;
    lowest = std::min(lowest, piece.score);
    highest = std::max(highest, piece.score);
  }
  unknown_score_ = lowest - kUnknownPenalty;
  for (std::size_t i = 0; i < model.pieces.size(); ++i) {
    const auto& piece = model.pieces[i];
    const auto id = static_cast<std::int32_t>(i);
    // User-defined symbols are to win against any other way to write them.
    const bool user_defined = piece.type == Type::kUserDefined;
    scores_.push_back(user_defined ? static_cast<float>(static_cast<float>(piece.text.size()) * highest - 0.1)
                                   : piece.score);
    if (piece.type == Type::kNormal || user_defined) trie_.insert(piece.text, id);
    if (piece.type == Type::kUnknown) unknown_id_ = id;
    // Byte pieces are spelled <0x00> ... <0xFF>.
    if (piece.type == Type::kByte && piece.text.size() == 6) {
      byte_ids_.resize(256, unknown_id_);
      byte_ids_[std::stoul(piece.text.substr(3, 2), nullptr, 16)] = id;
    }
  }
}

void UnigramSegmenter::encode(std::string_view text, std::vector<std::int64_t>& ids) const {
  std::vector<Path> best(text.size() + 1);
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t character = 0;
    code_point_at(text, begin, character);
    const float so_far = best[begin].score;
    bool character_known = false;
    std::uint32_t node = ByteTrie::kRoot;
    for (std::size_t end = begin; end < text.size();) {
      node = trie_.step(node, text[end++]);
      if (node == ByteTrie::kNoNode) break;
      const std::int32_t id = trie_.value(node);
      if (id < 0) continue;
      offer(best[end], scores_[static_cast<std::size_t>(id)] + so_far, begin, id);
      character_known |= end == begin + character;
    }
    if (!character_known) offer(best[begin + character], unknown_score_ + so_far, begin, unknown_id_);
    begin += character;
  }

  std::vector<std::int64_t> reversed;
  for (std::size_t end = text.size(); end > 0; end = best[end].begin) {
    const Path& last = best[end];
    if (last.id != unknown_id_) {
      reversed.push_back(last.id);
    } else if (!byte_ids_.empty()) {
      for (std::size_t i = end; i-- > last.begin;)
        reversed.push_back(byte_ids_[static_cast<unsigned char>(text[i])]);
    } else if (reversed.empty() || reversed.back() != unknown_id_) {
      reversed.push_back(unknown_id_);
    }
  }
  ids.insert(ids.end(), reversed.rbegin(), reversed.rend());
}

}  // namespace pixelsail::detail
