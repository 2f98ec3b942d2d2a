#include "metrics/ptb/ptb_tokenizer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "metrics/ptb/ptb_rules.h"
#include "metrics/ptb/ptb_unicode.h"

namespace pixelsail {
namespace {

using namespace detail::ptb;  // NOLINT(google-build-using-namespace)

constexpr std::size_t kStarts = 6;

// Index of the bit of Start.
std::size_t start_of(Unit c) {
  if (is_ascii_letter(c)) return 0;
  if (is_ascii_digit(c)) return 1;
  if (c == '\'') return 2;
  if (c == '&') return 3;
  return c < 0x80 ? 4 : 5;
}

using RulesByStart = std::array<std::vector<Rule>, kStarts>;

RulesByStart sort_rules() {
  RulesByStart sorted;
  for (const Rule& rule : rules()) {
    for (std::size_t start = 0; start < kStarts; ++start) {
      if ((rule.starts >> start & 1) != 0) sorted[start].push_back(rule);
    }
  }
  return sorted;
}

const std::vector<Rule>& rules_for(Unit c) {
  static const RulesByStart sorted = sort_rules();
  return sorted[start_of(c)];
}

struct Found {
  Match match{};
  Form form = Form::kNothing;
};

// A run of ASCII letters up to a blank, as most words of captions are, can be a word only; whatever else
// takes it takes the same. 0: something else, or one of the words that are two tokens.
std::size_t plain_word_end(Text& text, std::size_t at) {
  std::size_t end = at;
  while (is_ascii_letter(text[end])) ++end;
  const bool plain = end > at && (text[end] == ' ' || text[end] == '\n');
  if (!plain) return 0;
  constexpr std::size_t kShortestJoined = 5, kLongestJoined = 6;  // gonna, cannot
  const bool may_be_joined = end - at >= kShortestJoined && end - at <= kLongestJoined;
  return may_be_joined && joined_words(text, at).reach != 0 ? 0 : end;
}

// The last rule takes any character, so there is always a match.
Found find_token(Text& text, std::size_t at) {
  if (text[at] == ' ') return {meaningless(text, at), Form::kNothing};
  if (const std::size_t end = plain_word_end(text, at)) return {token_to(end), Form::kSame};
  Found best;
  for (const Rule& rule : rules_for(text[at])) {
    const Match match = rule.match(text, at);
    if (match.reach > best.match.reach) best = {match, rule.form};
  }
  return best;
}

// All tokens in UTF-16, before lower-casing.
std::vector<std::u16string> find_tokens(std::string_view line) {
  std::u16string units = to_utf16(line);
  units += u'\n';
  Text text(std::move(units));
  std::vector<std::u16string> tokens;
  for (std::size_t at = 0; at < text.size();) {
    const Found found = find_token(text, at);
    const std::size_t end = found.match.end;
    if (found.form != Form::kNothing) tokens.push_back(write_form(found.form, text.piece(at, end)));
    const bool period_again = found.form == Form::kPeriodTwice || found.form == Form::kAcronymAtEnd;
    at = period_again ? end - 1 : end;
  }
  return tokens;
}

// What pycocoevalcap's PTBTokenizer leaves out.
constexpr std::string_view kPunctuation[] = {"''", "'", "``", "`", "-LRB-", "-RRB-", "-LCB-", "-RCB-", ".",
                                             "?",  "!", ",",  ":", "-",     "--",    "...",   ";"};

bool is_punctuation(std::string_view token) {
  return std::find(std::begin(kPunctuation), std::end(kPunctuation), token) != std::end(kPunctuation);
}

}  // namespace

std::vector<std::string> ptb_tokenize(std::string_view line) {
  std::vector<std::string> tokens;
  for (const std::u16string& token : find_tokens(line)) tokens.push_back(to_lower_utf8(token));
  return tokens;
}

std::vector<std::string> caption_tokens(std::string_view caption) {
  std::string line(caption);
  std::replace(line.begin(), line.end(), '\n', ' ');
  std::vector<std::u16string> found = find_tokens(line);
  // The reference strips white space from the end of the line of tokens; addresses may end in one.
  while (!found.empty() && !found.back().empty() && is_python_space(found.back().back()))
    found.back().pop_back();
  std::vector<std::string> tokens;
  for (const std::u16string& token : found) {
    std::string lower = to_lower_utf8(token);
    if (!is_punctuation(lower)) tokens.push_back(std::move(lower));
  }
  return tokens;
}

}  // namespace pixelsail
