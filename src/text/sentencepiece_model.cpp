#include "text/sentencepiece_model.h"

#include <bit>
#include <cstdint>

#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

// Field numbers of sentencepiece_model.proto.
constexpr std::uint32_t kModelPieces = 1, kModelTrainer = 2;
constexpr std::uint32_t kPieceText = 1, kPieceScore = 2, kPieceType = 3;
constexpr std::uint32_t kTrainerModelType = 3;

// The fields of one message in the wire format of protocol buffers.
class FieldReader {
 public:
  FieldReader(std::string_view bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  /// Moves to the next field; false at the end.
  bool next() {
    if (at_ == bytes_.size()) return false;
    const std::uint64_t tag = varint();
    number_ = static_cast<std::uint32_t>(tag >> 3);
    switch (tag & 7) {
      case 0:
        value_ = varint();
        break;
      case 1:
        data_ = take(8);
        break;
      case 2:
        data_ = take(varint());
        break;
      case 5:
        data_ = take(4);
        break;
      default:
        fail();
    }
    wire_type_ = static_cast<unsigned>(tag & 7);
    return true;
  }

  std::uint32_t number() const { return number_; }

  std::uint64_t integer() const {
    require(0);
    return value_;
  }
  std::string_view bytes() const {
    require(2);
    return data_;
  }
  float real() const {
    require(5);
    std::uint32_t bits = 0;
    for (unsigned i = 0; i < 4; ++i)
      bits |= static_cast<std::uint32_t>(static_cast<unsigned char>(data_[i])) << (8 * i);
    return std::bit_cast<float>(bits);
  }

  [[noreturn]] void fail() const { throw DataError(name_ + ": not a sentencepiece model"); }

 private:
  void require(unsigned wire_type) const {
    if (wire_type_ != wire_type) fail();
  }

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (at_ == bytes_.size()) fail();
      const auto byte = static_cast<unsigned char>(bytes_[at_++]);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    fail();
  }

  std::string_view take(std::uint64_t size) {
    if (size > bytes_.size() - at_) fail();
    const std::string_view part = bytes_.substr(at_, static_cast<std::size_t>(size));
    at_ += static_cast<std::size_t>(size);
    return part;
  }

  std::string_view bytes_;
  const std::string& name_;
  std::size_t at_ = 0;
  std::uint32_t number_ = 0;
  unsigned wire_type_ = 0;
  std::uint64_t value_ = 0;
  std::string_view data_;
};

SentencePieceModel::Piece parse_piece(std::string_view bytes, const std::string& name) {
  SentencePieceModel::Piece piece;
  FieldReader field(bytes, name);
  while (field.next()) {
    if (field.number() == kPieceText) piece.text = field.bytes();
    if (field.number() == kPieceScore) piece.score = field.real();
    if (field.number() == kPieceType) {
      if (field.integer() < 1 || field.integer() > 6) field.fail();
      piece.type = static_cast<SentencePieceModel::PieceType>(field.integer());
    }
  }
  return piece;
}

}  // namespace

SentencePieceModel parse_sentencepiece_model(std::string_view bytes, const std::string& name) {
  SentencePieceModel model;
  FieldReader field(bytes, name);
  while (field.next()) {
    if (field.number() == kModelPieces) model.pieces.push_back(parse_piece(field.bytes(), name));
    if (field.number() == kModelTrainer) {
      FieldReader trainer(field.bytes(), name);
      while (trainer.next()) {
        if (trainer.number() != kTrainerModelType) continue;
        if (trainer.integer() < 1 || trainer.integer() > 4) trainer.fail();
        model.kind = static_cast<SentencePieceModel::Kind>(trainer.integer());
      }
    }
  }
  return model;
}

}  // namespace pixelsail::detail
