// Words of letters, and what tells a word from the contraction that follows it.

#include "metrics/ptb/ptb_rules.h"

namespace pixelsail::detail::ptb {
namespace {

// Words around single periods, question and exclamation marks, each part beginning with a letter.
std::size_t word_end(const Text& text, std::size_t at) {
  std::size_t end = word_letter(text, at);
  if (end == 0) return 0;
  while (true) {
    while (const std::size_t next = word_letter_or_digit(text, end)) end = next;
    const Unit c = text[end];
    if (c != '.' && c != '!' && c != '?') return end;
    const std::size_t next = word_letter(text, end + 1);
    if (next == 0) return end;
    end = next;
  }
}

constexpr std::string_view kFileExtensions[] = {
    "bat", "bmp", "c",    "class", "cgi",  "cpp",  "dll", "doc", "docx", "exe", "gif", "gz",
    "h",   "htm", "html", "jar",   "java", "jpeg", "jpg", "mov", "mp3",  "pdf", "php", "pl",
    "png", "ppt", "ps",   "py",    "sql",  "tar",  "txt", "wav", "x",    "xml", "zip",
};

bool is_file_extension(const Text& text, std::size_t begin, std::size_t end) {
  for (const std::string_view extension : kFileExtensions) {
    if (extension.size() == end - begin && literal(text, begin, extension) == end) return true;
  }
  return false;
}

// After what must follow a file name: a blank, a line break or . ? ! ,
std::size_t after_file_name(const Text& text, std::size_t at) {
  const Unit c = text[at];
  if (c == '.' || c == '?' || c == '!' || c == ',') return at + 1;
  return blank_or_break(text, at);
}

std::size_t name_part_end(const Text& text, std::size_t at) {
  while (const std::size_t next = word_letter_or_digit(text, at)) at = next;
  return at;
}

constexpr std::string_view kJoinedWords[] = {"cannot", "gonna", "gotta", "lemme", "gimme", "wanna"};
constexpr std::string_view kJoinedIt[] = {"'twas", "'tis"};
constexpr std::string_view kLanguages[] = {"c++", "c#", "f#"};

}  // namespace

Match joined_words(Text& text, std::size_t at) {
  constexpr std::size_t kFirstPart = 3;  // can, gon, got, lem, gim, wan
  if (const std::size_t end = first_literal(text, at, kJoinedWords)) return {end, at + kFirstPart};
  constexpr std::size_t kItPart = 2;  // 't
  if (const std::size_t end = first_literal(text, at, kJoinedIt)) return {end, at + kItPart};
  return {};
}

Match language_names(Text& text, std::size_t at) {
  return token_to(first_literal(text, at, kLanguages));
}

Match word_before_ending(Text& text, std::size_t at) {
  const std::size_t end = word_end(text, at);
  if (end == 0) return {};
  const Match after = ending(text, end);
  return after.reach == 0 ? Match{} : Match{after.reach, end};
}

Match word_before_not(Text& text, std::size_t at) {
  std::size_t end = at;
  while (is_ascii_letter(text[end]) || text[end] == kSoftHyphen) ++end;
  if (end < at + 2 || (text[end - 1] != 'n' && text[end - 1] != 'N')) return {};
  const std::size_t after = short_not(text, end - 1).reach;
  if (after == 0) return {};
  // A word that ends in n itself keeps it; soft hyphens do not hide it.
  std::size_t last = end - 1;
  while (last > at && text[last - 1] == kSoftHyphen) --last;
  if (last == at || fold(text[last - 1]) == 'n') return {};
  return {after, end - 1};
}

Match word(Text& text, std::size_t at) {
  return token_to(word_end(text, at));
}

Match word_with_period(Text& text, std::size_t at) {
  return with_inner_period(text, word_end(text, at));
}

Match file_name(Text& text, std::size_t at) {
  Stretch& memo = text.filename;
  if (!memo.covers(at)) {
    memo = {at, name_part_end(text, at), 0, {}};
    if (memo.end == at) return {};
    while (text[memo.end] == '.') {
      const std::size_t begin = memo.end + 1;
      const std::size_t end = name_part_end(text, begin);
      if (end == begin) break;
      const std::size_t after = after_file_name(text, end);
      if (after != 0 && is_file_extension(text, begin, end)) {
        memo.anchor = memo.end;
        memo.found = {after, end};
      }
      memo.end = end;
    }
  }
  return memo.anchor > at && word_letter_or_digit(text, at) != 0 ? memo.found : Match{};
}

}  // namespace pixelsail::detail::ptb
