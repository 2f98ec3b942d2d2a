// Quotes, brackets, dashes, faces and single characters.

#include "metrics/ptb/ptb_rules.h"

namespace pixelsail::detail::ptb {
namespace {

std::size_t run_end(const Text& text, std::size_t at, Unit unit) {
  while (text[at] == unit) ++at;
  return at;
}

// Curly and angle quotes and their places in Windows-1252.
bool is_typographic_quote(Unit c) {
  return c == '`' || (c >= 0x2018 && c <= 0x201F) || (c >= 0x0091 && c <= 0x0094) || c == 0x2039 ||
         c == 0x203A || c == 0x00AB || c == 0x00BB;
}

constexpr std::string_view kDashEntities[] = {"&md;", "&mdash;", "&ndash;"};
// Of old corpora.
constexpr std::string_view kOldEntities[] = {"&ht;", "&tl;", "&ur;",  "&lr;", "&qc;",
                                             "&ql;", "&qr;", "&odq;", "&cdq;"};

constexpr AsciiSet kEyes("-^x=~<>'");

// (^_^) and (^-^)
std::size_t face_in_brackets(const Text& text, std::size_t at) {
  if (text[at] != '(') return 0;
  const Unit left = text[at + 1], next = text[at + 2];
  if (left != '-' && kEyes.has(left) && next == '-') {
    const Unit right = text[at + 3];
    const bool eye = (right != '-' && kEyes.has(right)) || right == '`';
    if (eye && text[at + 4] == ')') return at + 5;
  }
  if (!kEyes.has(left)) return 0;
  const std::size_t right = next == '_' || next == '.' ? at + 3 : at + 2;
  return kEyes.has(text[right]) && text[right + 1] == ')' ? right + 2 : 0;
}

// The reference takes ^.[^x= and all up to the next <>] for a face.
std::size_t long_face(Text& text, std::size_t at) {
  if (text[at] == '-' || text[at] == '\'' || !kEyes.has(text[at])) return 0;
  const std::size_t begin = literal(text, at + 1, ".[^x=");
  if (begin == 0) return 0;
  const std::size_t close = text.find(u'<', begin, text.face_close);
  return literal(text, close, "<>]");
}

}  // namespace

Match dash(Text& text, std::size_t at) {
  const Unit c = text[at];
  if (c == 0x0096 || c == 0x0097 || (c >= 0x2013 && c <= 0x2015)) return token_to(at + 1);
  return c == '&' ? token_to(first_literal(text, at, kDashEntities)) : Match{};
}

Match ampersand(Text& text, std::size_t at) {
  return token_to(literal(text, at, "&amp;"));
}

// Entities that stay as they are: those and numeric ones.
Match named_symbol(Text& text, std::size_t at) {
  if (text[at] != '&') return {};
  if (text[at + 1] != '#') {
    return token_to(first_literal(text, at, kOldEntities));
  }
  std::size_t end = at + 2;
  while (is_ascii_digit(text[end])) ++end;
  return end > at + 2 && text[end] == ';' ? token_to(end + 1) : Match{};
}

Match double_quote(Text& text, std::size_t at) {
  return token_to(text[at] == '"' ? at + 1 : literal(text, at, "&quot;"));
}

Match double_quote_opening(Text& text, std::size_t at) {
  const std::size_t end = double_quote(text, at).end;
  const bool opens = end != 0 && (is_ascii_alphanumeric(text[end]) || text[end] == '$');
  return opens ? Match{end + 1, end} : Match{};
}

Match single_quote_opening(Text& text, std::size_t at) {
  const Unit second = text[at + 2];
  if (text[at] != '\'' || !is_ascii_letter(text[at + 1]) || second == kEnd) return {};
  return second == kNoBreakSpace || AsciiSet(" \t\n\r").has(second) ? Match{} : Match{at + 3, at + 1};
}

Match quotes(Text& text, std::size_t at) {
  std::size_t end = apostrophe(text, at);
  if (text[at] == '\'' && text[at + 1] == '\'') end = at + 2;
  if (is_typographic_quote(text[at])) end = is_typographic_quote(text[at + 1]) ? at + 2 : at + 1;
  return token_to(end);
}

Match less(Text& text, std::size_t at) {
  return token_to(text[at] == '<' ? at + 1 : literal(text, at, "&lt;"));
}
Match greater(Text& text, std::size_t at) {
  return token_to(text[at] == '>' ? at + 1 : literal(text, at, "&gt;"));
}
Match angle_pair(Text& text, std::size_t at) {
  const Unit c = text[at];
  return (c == '<' || c == '>') && text[at + 1] == c ? token_to(at + 2) : Match{};
}

Match smiley(Text& text, std::size_t at) {
  std::size_t end = text[at] == '<' || text[at] == '>' ? at + 1 : at;
  if (!AsciiSet(":;=").has(text[end])) return {};
  ++end;
  if (AsciiSet("-o*'").has(text[end])) ++end;
  if (!AsciiSet("()DPdpO\\{@|[]").has(text[end])) return {};
  const Unit next = text[++end];
  return next == kEnd || is_ascii_alphanumeric(next) ? Match{} : Match{end + 1, end};
}

Match face(Text& text, std::size_t at) {
  if (const std::size_t end = face_in_brackets(text, at)) return token_to(end);
  if (const std::size_t end = long_face(text, at)) return token_to(end);
  const bool plain = kEyes.has(text[at]) && text[at + 1] == '_' && kEyes.has(text[at + 2]);
  return plain ? token_to(at + 3) : Match{};
}

Match bracket(Text& text, std::size_t at) {
  return AsciiSet("{}[]()").has(text[at]) ? token_to(at + 1) : Match{};
}

Match hyphens(Text& text, std::size_t at) {
  const std::size_t end = run_end(text, at, '-');
  return end == at ? Match{} : token_to(end);
}

// Three to five periods, side by side or with blanks between.
Match ellipsis(Text& text, std::size_t at) {
  if (text[at] == 0x2026 || text[at] == 0x0085) return token_to(at + 1);
  if (text[at] != '.') return {};
  constexpr std::size_t kLeast = 3, kMost = 5;
  std::size_t end = at, count = 0;
  while (count < kMost && text[end] == '.') ++end, ++count;
  if (count >= kLeast) return token_to(end);
  end = at + 1, count = 1;
  while (count < kMost && (text[end] == ' ' || text[end] == kNoBreakSpace) && text[end + 1] == '.') {
    end += 2, ++count;
  }
  return count >= kLeast ? token_to(end) : Match{};
}

// Runs of one sign: @ # _ *; escaped asterisks, three at most; question and exclamation marks, mixed.
Match repeated_mark(Text& text, std::size_t at) {
  const Unit c = text[at];
  if (AsciiSet("@#_*").has(c)) return token_to(run_end(text, at, c));
  std::size_t end = at;
  if (c == '\\') {
    constexpr std::size_t kMost = 3;
    while (end < at + 2 * kMost && text[end] == '\\' && text[end + 1] == '*') end += 2;
  } else {
    while (text[end] == '?' || text[end] == '!') ++end;
  }
  return end == at ? Match{} : token_to(end);
}

Match punctuation(Text& text, std::size_t at) {
  return AsciiSet(",;:.=/").has(text[at]) || text[at] == 0x3001 ? token_to(at + 1) : Match{};
}

Match symbol(Text& text, std::size_t at) {
  return is_symbol(text[at]) ? token_to(at + 1) : Match{};
}

// Blanks, line breaks, control characters, byte order marks; anything else that no rule knows.
Match meaningless(Text& text, std::size_t at) {
  if (const std::size_t end = literal(text, at, "&nbsp;")) return token_to(end);
  std::size_t end = at;
  while (is_blank(text[end])) ++end;
  return token_to(end == at ? at + 1 : end);
}

}  // namespace pixelsail::detail::ptb
