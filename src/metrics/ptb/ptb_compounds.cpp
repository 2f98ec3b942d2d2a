// Words joined by hyphens, ampersands and slashes.

#include <algorithm>

#include "metrics/ptb/ptb_rules.h"

namespace pixelsail::detail::ptb {
namespace {

bool is_letter_or_digit(Unit c) {
  return is_letter(c) || is_digit(c);
}

bool is_joiner(Unit c) {
  return c == '-' || c == '_' || c == 0x058A || c == 0x2010 || c == 0x2011;
}

// Parts of letters and digits between hyphens; each may have d', o' or l' before it.
std::size_t compound_end(const Text& text, std::size_t at) {
  std::size_t end = 0;
  while (true) {
    std::size_t part = at;
    const Unit lower = is_ascii_letter(text[at]) ? fold(text[at]) : text[at];
    if (lower == 'd' || lower == 'o' || lower == 'l') {
      // One letter after the apostrophe is not enough.
      const std::size_t after = apostrophe_like(text, at + 1);
      if (after != 0 && is_letter_or_digit(text[after]) && is_letter_or_digit(text[after + 1])) part = after;
    }
    if (!is_letter_or_digit(text[part])) return end;
    while (is_letter_or_digit(text[part])) ++part;
    end = part;
    if (!is_joiner(text[end])) return end;
    at = end + 1;
  }
}

bool is_plain(Unit c) {
  return is_ascii_alphanumeric(c) || c == kSoftHyphen;
}

// At least two letters with a period after each, or the adjective of two countries and a period.
std::size_t initials_end(const Text& text, std::size_t at) {
  const std::size_t country = country_acronym_end(text, at);
  if (country != 0 && text[country] == '.') return country + 1;
  const std::size_t begin = at;
  while (is_ascii_letter(text[at]) && text[at + 1] == '.') at += 2;
  constexpr std::size_t kTwoInitials = 4;
  return at >= begin + kTwoInitials ? at : 0;
}

struct Hyphenated {
  std::size_t end = 0;
  Match with_period{};
};

// A head that may hold periods and commas, then parts after hyphens: plain ones or initials.
Hyphenated find_hyphenated(Text& text, std::size_t at) {
  if (!is_ascii_alphanumeric(text[at])) return {};
  const auto in_head = [](Unit c) { return is_plain(c) || c == '.' || c == ','; };
  Stretch& head = text.hyphenated;
  if (!head.covers(at)) {
    head = {at, at, 0, {}};
    while (in_head(text[head.end])) ++head.end;
  }
  Hyphenated result;
  std::size_t hyphen = head.end;
  while (text[hyphen] == '-') {
    std::size_t part = hyphen + 1;
    while (is_plain(text[part])) ++part;
    const std::size_t initials = initials_end(text, hyphen + 1);
    if (part == hyphen + 1) part = 0;
    if (part == 0 && initials == 0) break;
    result.end = std::max(initials, part);
    for (const std::size_t end : {part, initials}) {
      const Match match = with_inner_period(text, end);
      if (match.reach > result.with_period.reach) result.with_period = match;
    }
    hyphen = result.end;
  }
  return result;
}

// Letters and digits with at most two further parts of letters after hyphens.
std::size_t alternative_end(const Text& text, std::size_t at) {
  if (!is_ascii_alphanumeric(text[at])) return 0;
  while (is_ascii_alphanumeric(text[at])) ++at;
  constexpr int kMaxHyphens = 2;
  for (int i = 0; i < kMaxHyphens && text[at] == '-' && is_ascii_letter(text[at + 1]); ++i) {
    ++at;
    while (is_ascii_letter(text[at])) ++at;
  }
  return at;
}

std::size_t slash(const Text& text, std::size_t at) {
  if (text[at] == '/') return at + 1;
  return text[at] == '\\' && text[at + 1] == '/' ? at + 2 : 0;
}

std::size_t capitals_end(const Text& text, std::size_t at) {
  const auto skip = [&text](std::size_t from) {
    while (is_ascii_upper(text[from])) ++from;
    return from;
  };
  std::size_t end = skip(at);
  if (end == at) return 0;
  std::size_t found = 0;
  while (true) {
    const Unit c = text[end];
    if (c != '+' && c != '&') return found;
    const std::size_t entity = literal(text, end, "&amp;");
    const std::size_t begin = entity != 0 && is_ascii_upper(text[entity]) ? entity : end + 1;
    if (!is_ascii_upper(text[begin])) return found;
    found = end = skip(begin);
  }
}

std::size_t any_ampersand(const Text& text, std::size_t at) {
  if (text[at] != '&') return 0;
  const std::size_t entity = literal(text, at, "&amp;");
  return entity != 0 ? entity : at + 1;
}

constexpr std::string_view kSpecials[] = {"-rrb-", "-lrb-", "-rcb-", "-lcb-", "-rsb-",
                                          "-lsb-", "c.d.s", "pro-",  "anti-"};
// S&P-500, S&Ls.
constexpr std::string_view kAfterAmpersand[] = {"p-500", "ls"};

}  // namespace

Match hyphenated(Text& text, std::size_t at) {
  return token_to(find_hyphenated(text, at).end);
}
Match hyphenated_with_period(Text& text, std::size_t at) {
  return find_hyphenated(text, at).with_period;
}
Match compound(Text& text, std::size_t at) {
  return token_to(compound_end(text, at));
}
Match compound_with_period(Text& text, std::size_t at) {
  return with_inner_period(text, compound_end(text, at));
}
Match capitals(Text& text, std::size_t at) {
  return token_to(capitals_end(text, at));
}
Match capitals_with_period(Text& text, std::size_t at) {
  return with_inner_period(text, capitals_end(text, at));
}

Match alternatives(Text& text, std::size_t at) {
  std::size_t end = alternative_end(text, at);
  std::size_t found = 0;
  constexpr int kMaxSlashes = 2;
  for (int i = 0; i < kMaxSlashes && end != 0; ++i) {
    const std::size_t begin = slash(text, end);
    end = begin == 0 ? 0 : alternative_end(text, begin);
    if (end != 0) found = end;
  }
  return token_to(found);
}

// Tokens of the treebank that no other rule makes whole.
Match treebank_specials(Text& text, std::size_t at) {
  if (const std::size_t end = first_literal(text, at, kSpecials)) return token_to(end);
  if (fold(text[at]) == 's') {
    if (const std::size_t begin = any_ampersand(text, at + 1)) {
      if (const std::size_t end = first_literal(text, begin, kAfterAmpersand)) return token_to(end);
    }
  }
  constexpr std::pair<std::string_view, std::string_view> kAround[] = {{"cap", "n"}, {"c", "est"}};
  for (const auto& [before, after] : kAround) {
    const std::size_t mark = literal(text, at, before);
    const std::size_t begin = mark == 0 ? 0 : apostrophe(text, mark);
    const std::size_t end = begin == 0 ? 0 : literal(text, begin, after);
    if (end != 0) return token_to(end);
  }
  return {};
}

}  // namespace pixelsail::detail::ptb
