#include "text/qwen2_split.h"

#include <cstdint>
#include <string>

#include "text/unicode.h"

namespace pixelsail::detail {
namespace {

enum class Kind : std::uint8_t {
  kLetter,
  kNumber,
  kSpace,
  kNewline,
  kOther
};  // kNewline is a \s too: \r and \n

Kind kind_of(char32_t c) {
  if (c == '\r' || c == '\n') return Kind::kNewline;
  if (is_space(c)) return Kind::kSpace;
  if (is_letter(c)) return Kind::kLetter;
  if (is_number(c)) return Kind::kNumber;
  return Kind::kOther;
}

class Scanner {
 public:
  explicit Scanner(const std::u32string& text) : text_(text) {
    kinds_.reserve(text.size());
    for (const char32_t c : text) kinds_.push_back(kind_of(c));
  }

  /// End of the piece that begins at `i`: the alternatives of the pattern in their order, each with the match
  /// that a backtracking engine would find.
  std::size_t piece_end(std::size_t i) const {
    if (const std::size_t length = contraction(i); length > 0) return i + length;
    if (is(i, Kind::kLetter)) return run(i, Kind::kLetter);
    const bool may_lead = is(i, Kind::kSpace) || is(i, Kind::kOther);
    if (may_lead && is(i + 1, Kind::kLetter)) return run(i + 1, Kind::kLetter);
    if (is(i, Kind::kNumber)) return i + 1;
    const std::size_t symbol = text_[i] == ' ' ? i + 1 : i;
    if (is(symbol, Kind::kOther)) return run(run(symbol, Kind::kOther), Kind::kNewline);
    return space_end(i);
  }

 private:
  bool is(std::size_t i, Kind kind) const { return i < kinds_.size() && kinds_[i] == kind; }

  std::size_t run(std::size_t i, Kind kind) const {
    while (is(i, kind)) ++i;
    return i;
  }

  // Length of (?i:'s|'t|'re|'ve|'m|'ll|'d) at i, else 0.
  std::size_t contraction(std::size_t i) const {
    if (text_[i] != '\'') return 0;
    const char32_t first = folded(i + 1), second = folded(i + 2);
    if (first == 's' || first == 't' || first == 'm' || first == 'd') return 2;
    if ((first == 'r' && second == 'e') || (first == 'v' && second == 'e') || (first == 'l' && second == 'l'))
      return 3;
    return 0;
  }

  // Case folding as far as the contractions need it: the long s is the only letter outside ASCII that folds
  // to one of theirs.
  char32_t folded(std::size_t i) const {
    if (i >= text_.size()) return 0;
    const char32_t c = text_[i];
    if (c == 0x17F) return 's';
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
  }

  // \s*[\r\n]+|\s+(?!\S)|\s+ at a white space.
  std::size_t space_end(std::size_t i) const {
    std::size_t end = i, after_newline = i;
    for (; is(end, Kind::kSpace) || is(end, Kind::kNewline); ++end) {
      if (kinds_[end] == Kind::kNewline) after_newline = end + 1;
    }
    if (after_newline > i) return after_newline;
    // The last space before a word belongs to the word, unless it is the only one.
    return end == text_.size() || end == i + 1 ? end : end - 1;
  }

  const std::u32string& text_;
  std::vector<Kind> kinds_;
};

std::size_t utf8_length(char32_t c) {
  return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

}  // namespace

std::vector<std::pair<std::size_t, std::size_t>> split_qwen2(std::string_view text) {
  const std::u32string points = decode_utf8(text);
  const Scanner scanner(points);
  std::vector<std::pair<std::size_t, std::size_t>> pieces;
  std::size_t byte = 0;
  for (std::size_t i = 0; i < points.size();) {
    const std::size_t end = scanner.piece_end(i), begin_byte = byte;
    for (; i < end; ++i) byte += utf8_length(points[i]);
    pieces.emplace_back(begin_byte, byte);
  }
  return pieces;
}

}  // namespace pixelsail::detail
