#pragma once

/// The rules of the Penn-Treebank tokenizer. Each says how far a token of its kind reaches from a position.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "metrics/ptb/ptb_text.h"

namespace pixelsail::detail::ptb {

/// What becomes of the text of a token.
enum class Form {
  kSame,
  kNothing,             ///< no token: blanks, characters without meaning
  kWithoutSoftHyphens,  ///< "-" when nothing else is left
  kBlanksBound,         ///< blanks become U+00A0
  kPhone,               ///< as kBlanksBound, and round brackets become -LRB-, -RRB-
  kRoundBrackets,       ///< -LRB-, -RRB-
  kBracket,             ///< one bracket: -LRB-, -RCB-, ...
  kLess,
  kGreater,
  kAmpersand,  ///< &amp; becomes &
  kDash,       ///< --
  kHyphens,    ///< -- when there are 3 or 4
  kEllipsis,   ///< ...
  kQuote,      ///< '' ' `` ` by what the character says, '' or ' when it says nothing
  kOpeningQuote,
  kFraction,
  kCurrency,
  kPeriodTwice,   ///< an abbreviation at the end of a sentence: its period is a token again
  kAcronymAtEnd,  ///< the same, but one letter leaves its period to the sentence
};

/// First units that a rule is tried at.
enum Start : unsigned {
  kAtLetter = 1,  ///< ASCII letters
  kAtDigit = 2,   ///< ASCII digits
  kAtQuote = 4,   ///< the straight apostrophe
  kAtAmpersand = 8,
  kAtMark = 16,     ///< other ASCII
  kAtForeign = 32,  ///< beyond ASCII
};

struct Rule {
  unsigned starts;
  Match (*match)(Text& text, std::size_t at);
  Form form;
};

/// All rules; of those that reach equally far the first counts.
std::span<const Rule> rules();

/// Text of a token as it is written out, before lower-casing.
std::u16string write_form(Form form, std::u16string_view token);

// ptb_words.cpp
Match joined_words(Text& text, std::size_t at);        ///< cannot, gonna, 'tis: their first part
Match language_names(Text& text, std::size_t at);      ///< c++, c#, f#
Match word_before_ending(Text& text, std::size_t at);  ///< before 's, 'll, ...
Match word_before_not(Text& text, std::size_t at);     ///< before n't
Match word(Text& text, std::size_t at);
Match word_with_period(Text& text, std::size_t at);
Match file_name(Text& text, std::size_t at);
// ptb_apostrophes.cpp
Match word_with_apostrophe(Text& text, std::size_t at);
Match y_before_word(Text& text, std::size_t at);
Match ending_before_other(Text& text, std::size_t at);  ///< 's and its like before no letter
Match not_before_other(Text& text, std::size_t at);
Match ending(Text& text, std::size_t at);
Match short_not(Text& text, std::size_t at);
Match short_year(Text& text, std::size_t at);  ///< '99
// ptb_compounds.cpp
Match hyphenated(Text& text, std::size_t at);
Match hyphenated_with_period(Text& text, std::size_t at);
Match compound(Text& text, std::size_t at);
Match compound_with_period(Text& text, std::size_t at);
Match capitals(Text& text, std::size_t at);  ///< AT&T
Match capitals_with_period(Text& text, std::size_t at);
Match alternatives(Text& text, std::size_t at);  ///< and/or
Match treebank_specials(Text& text, std::size_t at);
// ptb_abbreviations.cpp
/// After acronyms that name two countries (Sino-U.S, without the last period); 0: none.
std::size_t country_acronym_end(const Text& text, std::size_t at);
Match acronym_at_end(Text& text, std::size_t at);
Match abbreviation_before_number(Text& text, std::size_t at);
Match company_before_limited(Text& text, std::size_t at);
Match abbreviation_at_end(Text& text, std::size_t at);
Match abbreviation_inside(Text& text, std::size_t at);
Match abbreviation_last(Text& text, std::size_t at);
Match title_with_period(Text& text, std::size_t at);
Match title_before_blank(Text& text, std::size_t at);
Match acronym_before_blank(Text& text, std::size_t at);
// ptb_numbers.cpp
Match date(Text& text, std::size_t at);
Match number(Text& text, std::size_t at);
Match raised_number(Text& text, std::size_t at);
Match fraction(Text& text, std::size_t at);
Match fraction_character(Text& text, std::size_t at);
Match phone_number(Text& text, std::size_t at);
Match dollars(Text& text, std::size_t at);
Match currency(Text& text, std::size_t at);
// ptb_web.cpp
Match tag(Text& text, std::size_t at);
Match full_url(Text& text, std::size_t at);
Match likely_url(Text& text, std::size_t at);
Match email(Text& text, std::size_t at);
Match handle_or_topic(Text& text, std::size_t at);
// ptb_symbols.cpp
Match dash(Text& text, std::size_t at);
Match ampersand(Text& text, std::size_t at);
Match named_symbol(Text& text, std::size_t at);
Match double_quote_opening(Text& text, std::size_t at);
Match double_quote(Text& text, std::size_t at);
Match single_quote_opening(Text& text, std::size_t at);
Match quotes(Text& text, std::size_t at);
Match less(Text& text, std::size_t at);
Match greater(Text& text, std::size_t at);
Match angle_pair(Text& text, std::size_t at);
Match smiley(Text& text, std::size_t at);
Match face(Text& text, std::size_t at);
Match bracket(Text& text, std::size_t at);
Match hyphens(Text& text, std::size_t at);
Match ellipsis(Text& text, std::size_t at);
Match repeated_mark(Text& text, std::size_t at);
Match punctuation(Text& text, std::size_t at);
Match symbol(Text& text, std::size_t at);
Match meaningless(Text& text, std::size_t at);

}  // namespace pixelsail::detail::ptb
