#include "metrics/porter_stemmer.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include "io/python_strings.h"

namespace pixelsail::detail {
namespace {

using Word = std::u32string;
using Part = std::u32string_view;

bool is_vowel_letter(char32_t c) {
  return c == U'a' || c == U'e' || c == U'i' || c == U'o' || c == U'u';
}

/// A y is a consonant at the start of a word and behind a vowel.
bool is_consonant(Part word, std::size_t at) {
  std::size_t run = 0;  // y in a row that end at `at`, without one that begins the word
  while (at > run && word[at - run] == U'y') ++run;
  const bool consonant = !is_vowel_letter(word[at - run]);
  return run % 2 == 0 ? consonant : !consonant;
}

/// Calls `visit(is_consonant)` for the letters of a stem in one pass.
template <typename Visit>
void for_each_letter(Part stem, Visit visit) {
  bool consonant = false;
  for (std::size_t i = 0; i < stem.size(); ++i) {
    consonant = stem[i] == U'y' ? i == 0 || !consonant : !is_vowel_letter(stem[i]);
    visit(consonant);
  }
}

/// m of the paper: how often a consonant follows a vowel.
int measure(Part stem) {
  int pairs = 0;
  bool after_vowel = false;
  for_each_letter(stem, [&](bool consonant) {
    pairs += after_vowel && consonant;
    after_vowel = !consonant;
  });
  return pairs;
}

/// *v*
bool has_vowel(Part stem) {
  bool found = false;
  for_each_letter(stem, [&found](bool consonant) { found = found || !consonant; });
  return found;
}

/// *d
bool ends_in_double_consonant(Part word) {
  const std::size_t n = word.size();
  return n >= 2 && word[n - 1] == word[n - 2] && is_consonant(word, n - 1);
}

/// *o: consonant, vowel, consonant other than w, x and y; or a vowel and any consonant that are the whole
/// stem.
bool ends_in_short_syllable(Part stem) {
  const std::size_t n = stem.size();
  if (n == 2) return !is_consonant(stem, 0) && is_consonant(stem, 1);
  if (n < 3) return false;
  const char32_t last = stem[n - 1];
  return is_consonant(stem, n - 3) && !is_consonant(stem, n - 2) && is_consonant(stem, n - 1) &&
         last != U'w' && last != U'x' && last != U'y';
}

struct Rule {
  Part suffix, ending;
};

/// Replaces the first suffix of the list that the word has when its stem's measure is above `least`.
bool apply_first(Word& word, std::span<const Rule> rules, int least) {
  for (const Rule& rule : rules) {
    if (!word.ends_with(rule.suffix)) continue;
    const std::size_t stem_size = word.size() - rule.suffix.size();
    if (measure(Part(word).substr(0, stem_size)) <= least) return false;
    word.replace(stem_size, rule.suffix.size(), rule.ending);
    return true;
  }
  return false;
}

/// Plurals.
void step_1a(Word& word) {
  if (word.ends_with(U"sses")) {
    word.resize(word.size() - 2);
  } else if (word.ends_with(U"ies")) {
    word.resize(word.size() - (word.size() == 4 ? 1 : 2));
  } else if (word.ends_with(U's') && !word.ends_with(U"ss")) {
    word.pop_back();
  }
}

/// What follows when "ed" or "ing" was taken off.
void restore_ending(Word& word) {
  const char32_t last = word.back();
  if (word.ends_with(U"at") || word.ends_with(U"bl") || word.ends_with(U"iz")) {
    word.push_back(U'e');
  } else if (ends_in_double_consonant(word)) {
    if (last != U'l' && last != U's' && last != U'z') word.pop_back();
  } else if (word.ends_with(U"*d")) {
    // NLTK's list of rules marks the one for double consonants "*d", which it also takes for a suffix.
    word.erase(word.size() - 2, 1);
  } else if (measure(word) == 1 && ends_in_short_syllable(word)) {
    word.push_back(U'e');
  }
}

/// Past tense and participle.
void step_1b(Word& word) {
  if (word.ends_with(U"ied")) {
    word.resize(word.size() - (word.size() == 4 ? 1 : 2));
    return;
  }
  if (word.ends_with(U"eed")) {
    if (measure(Part(word).substr(0, word.size() - 3)) > 0) word.pop_back();
    return;
  }
  for (const Part suffix : {Part(U"ed"), Part(U"ing")}) {
    if (!word.ends_with(suffix) || !has_vowel(Part(word).substr(0, word.size() - suffix.size()))) continue;
    word.resize(word.size() - suffix.size());
    restore_ending(word);
    return;
  }
}

void step_1c(Word& word) {
  const std::size_t n = word.size();
  if (n > 2 && word[n - 1] == U'y' && is_consonant(word, n - 2)) word[n - 1] = U'i';
}

constexpr auto kStep2 = std::to_array<Rule>(
    {{U"ational", U"ate"}, {U"tional", U"tion"}, {U"enci", U"ence"}, {U"anci", U"ance"}, {U"izer", U"ize"},
     {U"bli", U"ble"},     {U"alli", U"al"},     {U"entli", U"ent"}, {U"eli", U"e"},     {U"ousli", U"ous"},
     {U"ization", U"ize"}, {U"ation", U"ate"},   {U"ator", U"ate"},  {U"alism", U"al"},  {U"iveness", U"ive"},
     {U"fulness", U"ful"}, {U"ousness", U"ous"}, {U"aliti", U"al"},  {U"iviti", U"ive"}, {U"biliti", U"ble"},
     {U"fulli", U"ful"}});
constexpr auto kStep3 = std::to_array<Rule>({{U"icate", U"ic"},
                                             {U"ative", U""},
                                             {U"alize", U"al"},
                                             {U"iciti", U"ic"},
                                             {U"ical", U"ic"},
                                             {U"ful", U""},
                                             {U"ness", U""}});
constexpr auto kStep4 = std::to_array<Rule>({{U"al", U""},
                                             {U"ance", U""},
                                             {U"ence", U""},
                                             {U"er", U""},
                                             {U"ic", U""},
                                             {U"able", U""},
                                             {U"ible", U""},
                                             {U"ant", U""},
                                             {U"ement", U""},
                                             {U"ment", U""},
                                             {U"ent", U""},
                                             {U"ou", U""},
                                             {U"ism", U""},
                                             {U"ate", U""},
                                             {U"iti", U""},
                                             {U"ous", U""},
                                             {U"ive", U""},
                                             {U"ize", U""}});

void step_2(Word& word) {
  constexpr Rule kAlli{U"alli", U"al"};
  apply_first(word, std::span(&kAlli, 1), 0);  // "...ationalli" goes on below as "...ational"
  // "logi" is the last of NLTK's list and shares no ending with the others; its l belongs to the stem.
  if (word.ends_with(U"logi")) {
    if (measure(Part(word).substr(0, word.size() - 3)) > 0) word.pop_back();
    return;
  }
  apply_first(word, kStep2, 0);
}

void step_4(Word& word) {
  // No other suffix ends in "ion".
  if (word.ends_with(U"ion")) {
    const Part stem = Part(word).substr(0, word.size() - 3);
    if (measure(stem) > 1 && (stem.back() == U's' || stem.back() == U't')) word.resize(stem.size());
    return;
  }
  apply_first(word, kStep4, 1);
}

/// The final e, then a double l.
void step_5(Word& word) {
  if (word.ends_with(U'e')) {
    const Part stem = Part(word).substr(0, word.size() - 1);
    const int m = measure(stem);
    if (m > 1 || (m == 1 && !ends_in_short_syllable(stem))) word.pop_back();
  }
  if (word.ends_with(U"ll") && measure(Part(word).substr(0, word.size() - 1)) > 1) word.pop_back();
}

constexpr auto kIrregular =
    std::to_array<std::pair<std::string_view, std::string_view>>({{"sky", "sky"},
                                                                  {"skies", "sky"},
                                                                  {"dying", "die"},
                                                                  {"lying", "lie"},
                                                                  {"tying", "tie"},
                                                                  {"news", "news"},
                                                                  {"innings", "inning"},
                                                                  {"inning", "inning"},
                                                                  {"outings", "outing"},
                                                                  {"outing", "outing"},
                                                                  {"cannings", "canning"},
                                                                  {"canning", "canning"},
                                                                  {"howe", "howe"},
                                                                  {"proceed", "proceed"},
                                                                  {"exceed", "exceed"},
                                                                  {"succeed", "succeed"}});

}  // namespace

std::string porter_stem(std::string_view word) {
  const auto* const irregular =
      std::ranges::find(kIrregular, word, [](const auto& pair) { return pair.first; });
  if (irregular != kIrregular.end()) return std::string(irregular->second);
  Word letters = decode_code_points(word);
  if (letters.size() <= 2) return std::string(word);
  step_1a(letters);
  step_1b(letters);
  step_1c(letters);
  step_2(letters);
  apply_first(letters, kStep3, 0);
  step_4(letters);
  step_5(letters);
  return encode_code_points(letters);
}

}  // namespace pixelsail::detail
