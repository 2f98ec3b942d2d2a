#pragma once

/// What a sentencepiece .model file says and libsentencepiece keeps to itself.

#include <string>
#include <string_view>
#include <vector>

namespace pixelsail::detail {

/// The parts of the protocol buffer message sentencepiece.ModelProto that segmentation depends on.
struct SentencePieceModel {
  enum class PieceType { kNormal = 1, kUnknown = 2, kControl = 3, kUserDefined = 4, kUnused = 5, kByte = 6 };
  enum class Kind { kUnigram = 1, kBpe = 2, kWord = 3, kChar = 4 };
  struct Piece {
    std::string text;
    float score = 0;  ///< log probability
    PieceType type = PieceType::kNormal;
  };
  std::vector<Piece> pieces;  ///< by id
  Kind kind = Kind::kUnigram;
};

/// Throws DataError beginning with `name` for bytes that are no such message.
SentencePieceModel parse_sentencepiece_model(std::string_view bytes, const std::string& name);

}  // namespace pixelsail::detail
