#include "metrics/ptb/ptb_rules.h"

namespace pixelsail::detail::ptb {
namespace {

constexpr unsigned kLetters = kAtLetter | kAtForeign;
constexpr unsigned kDigits = kAtDigit | kAtForeign;
constexpr unsigned kApostrophes = kAtQuote | kAtAmpersand | kAtForeign;
constexpr unsigned kAnywhere = kAtLetter | kAtDigit | kAtQuote | kAtAmpersand | kAtMark | kAtForeign;

// In the reference's order of precedence.
constexpr Rule kRules[] = {
    {kAtLetter, language_names, Form::kSame},
    {kLetters | kAtQuote, joined_words, Form::kSame},
    {kAtMark, tag, Form::kBlanksBound},
    {kAtAmpersand | kAtForeign, dash, Form::kDash},
    {kAtAmpersand, ampersand, Form::kAmpersand},
    {kAtAmpersand, named_symbol, Form::kSame},
    {kLetters | kAtAmpersand, word_before_ending, Form::kWithoutSoftHyphens},
    {kLetters, word_before_not, Form::kWithoutSoftHyphens},
    {kLetters | kAtAmpersand, word, Form::kWithoutSoftHyphens},
    {kLetters | kApostrophes, word_with_apostrophe, Form::kSame},
    {kAtLetter, y_before_word, Form::kSame},
    {kAtLetter, full_url, Form::kSame},
    {kAnywhere, likely_url, Form::kSame},
    {kAtLetter | kAtDigit | kAtMark | kAtAmpersand, email, Form::kSame},
    {kAtMark, handle_or_topic, Form::kSame},
    {kApostrophes, ending_before_other, Form::kQuote},
    {kAtLetter, not_before_other, Form::kQuote},
    {kDigits, date, Form::kSame},
    {kDigits | kAtMark, number, Form::kWithoutSoftHyphens},
    {kAtForeign, raised_number, Form::kSame},
    {kDigits, fraction, Form::kBlanksBound},
    {kAtForeign, fraction_character, Form::kFraction},
    {kLetters | kAtMark, treebank_specials, Form::kAmpersand},
    {kAtLetter | kAtDigit, alternatives, Form::kSame},
    {kAtLetter | kAtMark, dollars, Form::kSame},
    {kAtForeign, currency, Form::kCurrency},
    {kLetters, acronym_at_end, Form::kAcronymAtEnd},
    {kLetters, abbreviation_before_number, Form::kSame},
    {kLetters, company_before_limited, Form::kSame},
    {kLetters, abbreviation_at_end, Form::kPeriodTwice},
    {kLetters, abbreviation_inside, Form::kSame},
    {kLetters, abbreviation_last, Form::kPeriodTwice},
    {kLetters, title_with_period, Form::kSame},
    {kLetters, title_before_blank, Form::kSame},
    {kLetters, acronym_before_blank, Form::kSame},
    {kApostrophes, short_year, Form::kSame},
    {kLetters | kAtDigit | kAtAmpersand, file_name, Form::kSame},
    {kLetters | kAtAmpersand, word_with_period, Form::kWithoutSoftHyphens},
    {kAtDigit | kAtMark, phone_number, Form::kPhone},
    {kAtMark | kAtAmpersand, double_quote_opening, Form::kOpeningQuote},
    {kAtMark | kAtAmpersand, double_quote, Form::kQuote},
    {kAtMark | kAtAmpersand, less, Form::kLess},
    {kAtMark | kAtAmpersand, greater, Form::kGreater},
    {kAtMark, smiley, Form::kRoundBrackets},
    {kAtMark | kAtQuote | kAtLetter, face, Form::kRoundBrackets},
    {kAtMark, bracket, Form::kBracket},
    {kAtMark, hyphens, Form::kHyphens},
    {kAtMark | kAtForeign, ellipsis, Form::kEllipsis},
    {kAtMark, repeated_mark, Form::kSame},
    {kAtMark | kAtForeign, punctuation, Form::kSame},
    {kAtLetter | kAtDigit, hyphenated_with_period, Form::kWithoutSoftHyphens},
    {kAtLetter | kAtDigit, hyphenated, Form::kWithoutSoftHyphens},
    {kLetters | kAtDigit, compound_with_period, Form::kSame},
    {kLetters | kAtDigit, compound, Form::kSame},
    {kAtLetter, capitals_with_period, Form::kAmpersand},
    {kAtLetter, capitals, Form::kAmpersand},
    {kAtQuote, single_quote_opening, Form::kOpeningQuote},
    {kApostrophes, ending, Form::kQuote},
    {kAtLetter, short_not, Form::kQuote},
    {kApostrophes | kAtMark, quotes, Form::kQuote},
    {kAtMark, angle_pair, Form::kSame},
    {kAtMark | kAtAmpersand | kAtForeign, symbol, Form::kSame},
    {kAnywhere, meaningless, Form::kNothing},
};

}  // namespace

std::span<const Rule> rules() {
  return kRules;
}

}  // namespace pixelsail::detail::ptb
