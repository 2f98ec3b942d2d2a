// Tags, addresses of pages and mail boxes, handles and topics.

#include <algorithm>
#include <vector>

#include "metrics/ptb/ptb_rules.h"

namespace pixelsail::detail::ptb {
namespace {

bool in_tag_name(Unit c) {
  return is_ascii_alphanumeric(c) || AsciiSet("_:.-").has(c);
}

std::size_t tag_name_end(const Text& text, std::size_t at) {
  if (!is_ascii_letter(text[at])) return 0;
  while (in_tag_name(text[at])) ++at;
  return at;
}

std::size_t skip_spaces(const Text& text, std::size_t at) {
  while (text[at] == ' ') ++at;
  return at;
}

std::size_t close_tag(const Text& text, std::size_t at) {
  at = skip_spaces(text, at);
  return text[at] == '>' ? at + 1 : 0;
}

// <!...> and <?...> on one line.
std::size_t declaration_end(Text& text, std::size_t at) {
  if (!is_ascii_letter(text[at]) && text[at] != '-') return 0;
  Stretch& line = text.tag_line;
  if (!line.covers(at)) {
    line = {at, at, 0, {}};
    while (text[line.end] != kEnd && text[line.end] != '\r' && text[line.end] != '\n') ++line.end;
  }
  const std::size_t close = text.find(u'>', at + 1, text.tag_close);
  return close < line.end ? close + 1 : 0;
}

// After a quoted value at `at`.
std::size_t quoted_end(const Text& text, std::size_t at) {
  const Unit quote = text[at];
  if (quote != '\'' && quote != '"') return 0;
  do {
    ++at;
    if (text[at] == kEnd) return 0;
  } while (text[at] != quote);
  return at + 1;
}

// From after the name to after the >: names, each with a quoted value or without, and perhaps a slash.
std::size_t attributes_end(Text& text, std::size_t at) {
  std::vector<std::size_t> visited;
  while (text.broken_tags.count(at) == 0) {
    visited.push_back(at);
    const std::size_t next = skip_spaces(text, at);
    if (text[next] == '>') return next + 1;
    if (text[next] == '/') {
      if (const std::size_t end = close_tag(text, next + 1)) return end;
      break;
    }
    at = next == at ? 0 : tag_name_end(text, next);
    if (at == 0) break;
    const std::size_t sign = skip_spaces(text, at);
    if (text[sign] != '=') continue;
    at = quoted_end(text, skip_spaces(text, sign + 1));
    if (at == 0) break;
  }
  text.broken_tags.insert(visited.begin(), visited.end());
  return 0;
}

// What ends every address.
bool ends_address(Unit c) {
  return c == kEnd || AsciiSet(" \t\n\f\r\"<>|").has(c);
}
// Marks that may be inside an address, but not at its end.
bool not_last(Unit c) {
  return AsciiSet(".!?(){},-").has(c);
}

// Of the units from `begin` to before `end`, after the last that may end an address.
std::size_t trim_address(const Text& text, std::size_t begin, std::size_t end) {
  while (end > begin && not_last(text[end - 1])) --end;
  return end;
}

// After a path: a slash and at least two units.
std::size_t path_end(Text& text, std::size_t at) {
  if (text[at] != '/') return 0;
  const std::size_t begin = at + 1;
  Stretch& path = text.web_path;
  if (!path.covers(begin)) {
    path = {begin, begin, 0, {}};
    while (!ends_address(text[path.end]) && text[path.end] != '(' && text[path.end] != ')') ++path.end;
    path.anchor = trim_address(text, begin, path.end);
  }
  return path.anchor >= begin + 2 ? path.anchor : 0;
}

struct HostRule {
  bool (*in_name)(Unit);
  // After the part that ends a host; where several lengths are allowed, `step` counts through them.
  std::size_t (*tail)(const Text&, std::size_t, int step);
};

bool in_www_name(Unit c) {
  return !ends_address(c) && !AsciiSet(".!?(){},").has(c);
}

// Two to four letters.
std::size_t www_tail(const Text& text, std::size_t at, int step) {
  const std::size_t length = static_cast<std::size_t>(step) + 2;
  for (std::size_t i = 0; i < length; ++i) {
    if (!is_ascii_letter(text[at + i])) return 0;
  }
  return at + length;
}

// Neither digits nor capitals, nor any other unit from the comma to the underscore.
bool in_domain_name(Unit c) {
  return !ends_address(c) && !AsciiSet("`'.!?(){}$").has(c) && !(c >= ',' && c <= '_');
}

constexpr std::string_view kTopDomains[] = {"com", "net", "org", "edu"};

std::size_t domain_tail(const Text& text, std::size_t at, int step) {
  if (step != 0) return 0;
  return first_literal(text, at, kTopDomains);
}

// Names with periods between them and a tail.
Match find_host(Text& text, std::size_t at, const HostRule& rule, Stretch& memo) {
  if (!rule.in_name(text[at])) return {};
  if (!memo.covers(at)) {
    memo = {at, at, 0, {}};
    while (true) {
      while (rule.in_name(text[memo.end])) ++memo.end;
      const std::size_t period = memo.end;
      if (text[period] != '.') break;
      constexpr int kMostTails = 3;
      for (int step = 0; step < kMostTails; ++step) {
        const std::size_t host = rule.tail(text, period + 1, step);
        if (host == 0) break;
        const std::size_t end = std::max(host, path_end(text, host));
        // Of ends that are equal the last serves the most tokens.
        if (end >= memo.found.end) memo.found = token_to(end), memo.anchor = period;
      }
      if (!rule.in_name(text[period + 1])) break;
      memo.end = period + 1;
    }
  }
  return memo.anchor > at ? memo.found : Match{};
}

bool in_mailbox(Unit c) {
  return !ends_address(c) && c != kNoBreakSpace && !AsciiSet("(){}").has(c);
}

}  // namespace

Match tag(Text& text, std::size_t at) {
  if (text[at] != '<') return {};
  const Unit kind = text[at + 1];
  if (kind == '!' || kind == '?') return token_to(declaration_end(text, at + 2));
  if (kind == '/') {
    const std::size_t name = tag_name_end(text, at + 2);
    return token_to(name == 0 ? 0 : close_tag(text, name));
  }
  const std::size_t name = tag_name_end(text, at + 1);
  return token_to(name == 0 ? 0 : attributes_end(text, name));
}

Match full_url(Text& text, std::size_t at) {
  std::size_t begin = literal(text, at, "http://");
  if (begin == 0) begin = literal(text, at, "https://");
  if (begin == 0) return {};
  std::size_t end = begin;
  while (!ends_address(text[end]) && !AsciiSet("(){}").has(text[end])) ++end;
  end = trim_address(text, begin, end);
  return end >= begin + 2 ? token_to(end) : Match{};
}

Match likely_url(Text& text, std::size_t at) {
  constexpr HostRule kWww = {in_www_name, www_tail};
  constexpr HostRule kDomain = {in_domain_name, domain_tail};
  const Match domain = find_host(text, at, kDomain, text.web_domain);
  const std::size_t name = literal(text, at, "www.");
  if (name == 0) return domain;
  const Match www = find_host(text, name, kWww, text.web_address);
  return www.reach > domain.reach ? www : domain;
}

Match email(Text& text, std::size_t at) {
  std::size_t name = text[at] == '<' ? at + 1 : literal(text, at, "&lt;");
  if (name == 0) name = at;
  if (!is_ascii_alphanumeric(text[name])) return {};
  Stretch& memo = text.email;
  if (!memo.covers(name)) {
    memo = {name, name, 0, {}};
    std::size_t end = 0;  // of the domain after the sign at memo.anchor
    for (; in_mailbox(text[memo.end]); ++memo.end) {
      const Unit next = text[memo.end + 1];
      if (text[memo.end] == '@' && in_mailbox(next) && next != '.') {
        memo.anchor = memo.end;
        end = 0;
      }
      const bool part_ends = text[memo.end] != '.' && (next == '.' || !in_mailbox(next));
      // The domain goes on after a single period.
      const bool domain_ends =
          part_ends && (next != '.' || text[memo.end + 2] == '.' || !in_mailbox(text[memo.end + 2]));
      if (domain_ends && memo.anchor != 0 && memo.end > memo.anchor && end == 0) end = memo.end + 1;
    }
    if (end != 0) memo.found = token_to(text[end] == '>' ? end + 1 : end);
  }
  return memo.anchor > name ? memo.found : Match{};
}

// @name and #topic.
Match handle_or_topic(Text& text, std::size_t at) {
  std::size_t end = at + 1;
  if (text[at] == '@') {
    const auto in_name = [](Unit c) { return is_ascii_letter(c) || c == '_'; };
    if (!in_name(text[end])) return {};
    while (in_name(text[end]) || is_ascii_digit(text[end])) ++end;
  } else if (text[at] == '#') {
    while (const std::size_t next = word_letter(text, end)) end = next;
    if (end == at + 1) return {};
  } else {
    return {};
  }
  return token_to(end);
}

}  // namespace pixelsail::detail::ptb
