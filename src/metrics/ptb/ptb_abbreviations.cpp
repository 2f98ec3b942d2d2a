// Abbreviations: their period belongs to the word, and at the end of a sentence it counts twice.

#include <algorithm>
#include <array>

#include "metrics/ptb/ptb_rules.h"

namespace pixelsail::detail::ptb {
namespace {

enum Kind : unsigned {
  kGeneral = 1,       // lower case follows; before upper case a sentence has ended
  kTitle = 2,         // upper case follows; never ends a sentence
  kBeforeNumber = 4,  // an abbreviation before a digit only
};

struct Abbreviation {
  std::string_view word;
  unsigned kinds;
  // Index of a letter that must not be in any case but upper (the first) or lower (others); -1: none.
  int exact = -1;
};

// In alphabetical order.
constexpr Abbreviation kAbbreviations[] = {
    {"adj", kTitle},         {"adm", kTitle},         {"adv", kTitle},
    {"al", kGeneral},        {"ala", kGeneral},       {"alex", kTitle},
    {"apr", kGeneral},       {"ariz", kGeneral},      {"ark", kGeneral, 0},
    {"art", kBeforeNumber},  {"assn", kGeneral},      {"assoc", kTitle},
    {"asst", kTitle},        {"atty", kTitle},        {"attys", kTitle},
    {"aug", kGeneral},       {"ave", kTitle},         {"az", kGeneral, 0},
    {"bancorp", kGeneral},   {"bhd", kGeneral},       {"bldg", kGeneral | kBeforeNumber},
    {"blvd", kGeneral},      {"brig", kTitle},        {"bros", kGeneral},
    {"ca", kBeforeNumber},   {"calif", kGeneral},     {"capt", kTitle},
    {"cf", kTitle},          {"cie", kTitle},         {"cmdr", kTitle},
    {"co", kGeneral},        {"col", kTitle},         {"colo", kGeneral},
    {"comdr", kTitle},       {"conn", kGeneral},      {"corp", kGeneral},
    {"cos", kGeneral},       {"cpl", kTitle},         {"ct", kGeneral},
    {"dak", kGeneral},       {"dec", kGeneral},       {"del", kGeneral, 0},
    {"dept", kTitle},        {"det", kTitle},         {"dr", kTitle},
    {"drs", kTitle},         {"elec", kTitle},        {"ens", kTitle},
    {"esq", kGeneral},       {"est", kGeneral},       {"etc", kGeneral},
    {"ext", kGeneral},       {"feb", kGeneral},       {"fig", kBeforeNumber},
    {"figs", kBeforeNumber}, {"fla", kGeneral},       {"fri", kGeneral},
    {"ft", kTitle},          {"ga", kGeneral},        {"gen", kTitle},
    {"gov", kTitle},         {"govs", kTitle},        {"hon", kTitle},
    {"ill", kGeneral, 0},    {"inc", kGeneral},       {"ind", kGeneral},
    {"insp", kTitle},        {"intl", kGeneral},      {"invt", kTitle},
    {"jan", kGeneral},       {"jos", kTitle},         {"jr", kGeneral},
    {"jul", kGeneral},       {"jun", kGeneral},       {"kan", kGeneral},
    {"kans", kGeneral},      {"ky", kGeneral},        {"la", kGeneral, 0},
    {"lieut", kTitle},       {"lt", kTitle},          {"ltd", kGeneral},
    {"maj", kTitle},         {"mar", kGeneral},       {"mass", kGeneral, 0},
    {"md", kGeneral},        {"messrs", kTitle},      {"mfg", kTitle, 1},
    {"mich", kGeneral},      {"minn", kGeneral},      {"miss", kGeneral | kTitle, 0},
    {"mlle", kTitle},        {"mme", kTitle},         {"mo", kGeneral},
    {"mon", kGeneral},       {"mont", kGeneral},      {"mr", kTitle},
    {"mrs", kTitle},         {"ms", kTitle},          {"msgr", kTitle},
    {"mt", kTitle},          {"mtg", kTitle, 1},      {"natl", kTitle},
    {"neb", kGeneral},       {"nev", kGeneral},       {"no", kBeforeNumber},
    {"nos", kBeforeNumber},  {"nov", kGeneral},       {"oct", kGeneral},
    {"okla", kGeneral},      {"op", kBeforeNumber},   {"ore", kGeneral, 0},
    {"pa", kGeneral, 0},     {"penn", kGeneral},      {"pfc", kTitle},
    {"ph", kTitle},          {"plc", kGeneral},       {"pp", kBeforeNumber},
    {"ppte", kGeneral, 3},   {"pptes", kGeneral, 3},  {"ppty", kGeneral, 3},
    {"pptys", kGeneral, 3},  {"pres", kTitle},        {"prof", kTitle},
    {"profs", kTitle},       {"prop", kBeforeNumber}, {"pte", kGeneral, 2},
    {"ptes", kGeneral, 2},   {"pty", kGeneral, 2},    {"ptys", kGeneral, 2},
    {"pvt", kTitle},         {"rd", kGeneral},        {"rep", kTitle},
    {"reps", kTitle},        {"rev", kTitle},         {"rt", kGeneral},
    {"sen", kTitle},         {"sens", kTitle},        {"sep", kGeneral},
    {"sept", kGeneral},      {"seq", kGeneral},       {"sfc", kTitle},
    {"sgt", kTitle},         {"spc", kTitle},         {"sq", kGeneral},
    {"sr", kGeneral},        {"st", kTitle},          {"ste", kTitle},
    {"supt", kTitle},        {"supts", kTitle},       {"sys", kGeneral},
    {"tel", kGeneral},       {"tenn", kGeneral},      {"tex", kGeneral, 0},
    {"thu", kGeneral},       {"thurs", kGeneral},     {"treas", kTitle},
    {"tue", kGeneral},       {"tues", kGeneral},      {"univ", kGeneral},
    {"va", kGeneral},        {"vs", kTitle},          {"vt", kGeneral},
    {"wash", kGeneral, 0},   {"wed", kGeneral},       {"wis", kGeneral},
    {"wisc", kGeneral},      {"wm", kTitle},          {"wyo", kGeneral},
};
static_assert(std::is_sorted(std::begin(kAbbreviations), std::end(kAbbreviations),
                             [](const Abbreviation& a, const Abbreviation& b) { return a.word < b.word; }));
constexpr std::size_t kLongestAbbreviation = 7;

// The abbreviation at `at`, whatever its kinds; nullptr: none. `size` receives the length of the run of
// letters.
const Abbreviation* look_up(const Text& text, std::size_t at, std::size_t& size) {
  std::array<char, kLongestAbbreviation> lower{};
  size = 0;
  for (Unit c = fold(text[at]); is_ascii_lower(c); c = fold(text[at + size])) {
    if (size == kLongestAbbreviation) return nullptr;
    lower[size++] = static_cast<char>(c);
  }
  // Nothing else may follow any of them.
  if (text[at + size] != '.' && !is_blank(text[at + size])) return nullptr;
  const std::string_view word(lower.data(), size);
  const auto* const found =
      std::lower_bound(std::begin(kAbbreviations), std::end(kAbbreviations), word,
                       [](const Abbreviation& a, std::string_view w) { return a.word < w; });
  if (found == std::end(kAbbreviations) || found->word != word) return nullptr;
  if (found->exact >= 0) {
    const Unit c = text[at + static_cast<std::size_t>(found->exact)];
    if (found->exact == 0 ? !is_ascii_upper(c) : !is_ascii_lower(c)) return nullptr;
  }
  return found;
}

// End of the abbreviation of one of `kinds` at `at`, without its period; 0: none.
std::size_t known_abbreviation(Text& text, std::size_t at, unsigned kinds) {
  // Several rules ask for the same place.
  Stretch& memo = text.abbreviation;
  if (memo.end == 0 || memo.begin != at) {
    std::size_t size = 0;
    const Abbreviation* const found = look_up(text, at, size);
    memo = {at, at + size + 1, found == nullptr ? 0 : found->kinds, token_to(at + size)};
  }
  return (memo.anchor & kinds) != 0 ? memo.found.end : 0;
}

constexpr std::string_view kDegrees[] = {"ed.d.", "ph.d."};

// After the period of a general abbreviation; Ed.D. and Ph.D. are among them.
std::size_t general_abbreviation(Text& text, std::size_t at) {
  if (const std::size_t end = first_literal(text, at, kDegrees)) return end;
  const std::size_t end = known_abbreviation(text, at, kGeneral);
  return end != 0 && text[end] == '.' ? end + 1 : 0;
}

// Acronyms: letters with a period between each two, one letter alone included.
std::size_t acronym_end(const Text& text, std::size_t at) {
  if (!is_ascii_letter(text[at])) return 0;
  ++at;
  while (text[at] == '.' && is_ascii_letter(text[at + 1])) at += 2;
  return at;
}

constexpr std::string_view kCountryAcronyms[] = {"canada-u.s", "sino-u.s", "korean-u.s", "eu-u.s",
                                                 "japan-u.s",  "non-u.s",  "u.s.-u.k",   "u.s.-u.s.s.r"};

// After an acronym and its period.
std::size_t acronym_with_period(const Text& text, std::size_t at) {
  const std::size_t country = country_acronym_end(text, at);
  if (country != 0 && text[country] == '.') return country + 1;
  const std::size_t end = acronym_end(text, at);
  if (end == 0) return 0;
  if (text[end] == '.') return end + 1;
  return end - at > 1 ? end - 1 : 0;
}

// Words that begin a sentence after an acronym. Only with a capital.
constexpr std::string_view kSentenceStarts[] = {
    "about", "according", "additionally", "after",   "an",    "a",     "as",    "at",    "but",   "earlier",
    "he",    "her",       "here",         "however", "if",    "in",    "it",    "last",  "many",  "more",
    "mr.",   "ms.",       "now",          "once",    "one",   "other", "our",   "she",   "since", "so",
    "some",  "such",      "that",         "the",     "their", "then",  "there", "these", "they",  "this",
    "we",    "when",      "while",        "what",    "yet",   "you",
};

// After what begins a sentence at `at` and the blank that follows it.
std::size_t sentence_start(Text& text, std::size_t at) {
  if (text[at] == '<') {
    const std::size_t end = tag(text, at).end;
    return end == 0 ? 0 : blank_or_break(text, end);
  }
  if (!is_ascii_upper(text[at])) return 0;
  for (const std::string_view word : kSentenceStarts) {
    const std::size_t end = literal(text, at, word);
    const std::size_t after = end == 0 ? 0 : blank_or_break(text, end);
    if (after != 0) return after;
  }
  return 0;
}

// After a blank and what shows that a sentence ended there: another, upper case or a tag.
std::size_t sentence_end(Text& text, std::size_t at) {
  const std::size_t next = blank_or_break(text, at);
  if (next == 0) return 0;
  if (const std::size_t end = blank_or_break(text, next)) return end;
  if (is_upper(text[next])) return next + 1;
  if (const std::size_t end = tag(text, next).end) return end;
  // A carriage return and a line feed are two blanks where nothing else follows.
  return next == at + 2 ? next : 0;
}

}  // namespace

std::size_t country_acronym_end(const Text& text, std::size_t at) {
  return first_literal(text, at, kCountryAcronyms);
}

Match acronym_at_end(Text& text, std::size_t at) {
  Match best;
  for (const std::size_t end : {acronym_end(text, at), country_acronym_end(text, at)}) {
    if (end == 0 || text[end] != '.') continue;
    const std::size_t begin = skip_blanks_and_breaks(text, end + 1);
    const std::size_t after = begin == end + 1 ? 0 : sentence_start(text, begin);
    if (after > best.reach) best = {after, end + 1};
  }
  return best;
}

Match abbreviation_before_number(Text& text, std::size_t at) {
  const std::size_t period = known_abbreviation(text, at, kBeforeNumber);
  if (period == 0 || text[period] != '.') return {};
  const std::size_t blank = blank_or_break(text, period + 1);
  const std::size_t digit = blank == 0 ? period + 1 : blank;
  return is_digit(text[digit]) ? Match{digit + 1, period + 1} : Match{};
}

Match company_before_limited(Text& text, std::size_t at) {
  std::size_t end = literal(text, at, "co.");
  if (end == 0 && literal(text, at, "pt") != 0 && text[at + 3] == '.') {
    const Unit c = text[at + 2];
    if (c == 'e' || c == 'y' || c == 'E' || c == 'Y') end = at + 4;
  }
  if (end == 0 || !is_blank(text[end])) return {};
  std::size_t reach = literal(text, end + 1, "ltd");
  if (reach == 0) reach = literal(text, end + 1, "lim");
  return reach == 0 ? Match{} : Match{reach, end};
}

Match abbreviation_at_end(Text& text, std::size_t at) {
  const std::size_t end = general_abbreviation(text, at);
  const std::size_t reach = end == 0 ? 0 : sentence_end(text, end);
  return reach == 0 ? Match{} : Match{reach, end};
}

Match abbreviation_inside(Text& text, std::size_t at) {
  const std::size_t end = general_abbreviation(text, at);
  return end == 0 || text[end + 1] == kEnd ? Match{} : Match{end + 2, end};
}

Match abbreviation_last(Text& text, std::size_t at) {
  return token_to(general_abbreviation(text, at));
}

Match title_with_period(Text& text, std::size_t at) {
  const std::size_t end = known_abbreviation(text, at, kTitle);
  const std::size_t acronym = acronym_with_period(text, at);
  return token_to(std::max(end != 0 && text[end] == '.' ? end + 1 : 0, acronym));
}

Match title_before_blank(Text& text, std::size_t at) {
  for (const std::size_t end :
       {known_abbreviation(text, at, kTitle), country_acronym_end(text, at), acronym_end(text, at)}) {
    if (end != 0 && is_blank(text[end])) return {end + 1, end};
  }
  return {};
}

Match acronym_before_blank(Text& text, std::size_t at) {
  for (const std::size_t end : {country_acronym_end(text, at), acronym_end(text, at)}) {
    const std::size_t after = end == 0 ? 0 : blank_or_break(text, end);
    if (after != 0) return {after, end};
  }
  return {};
}

}  // namespace pixelsail::detail::ptb
