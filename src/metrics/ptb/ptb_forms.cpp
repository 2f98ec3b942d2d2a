// How tokens are written in the Penn Treebank.

#include "metrics/ptb/ptb_rules.h"

namespace pixelsail::detail::ptb {
namespace {

using Units = std::u16string_view;

std::u16string without_soft_hyphens(Units token) {
  std::u16string result;
  for (const char16_t c : token) {
    if (c != kSoftHyphen) result += c;
  }
  return result.empty() ? u"-" : result;
}

std::u16string bracket_name(char16_t c) {
  switch (c) {
    case u'(':
      return u"-LRB-";
    case u')':
      return u"-RRB-";
    case u'{':
      return u"-LCB-";
    case u'}':
      return u"-RCB-";
    case u'[':
      return u"-LSB-";
    case u']':
      return u"-RSB-";
    default:
      return {c};
  }
}

std::u16string with_brackets_named(Units token, bool bind_blanks) {
  std::u16string result;
  for (const char16_t c : token) {
    if (c == u'(' || c == u')') {
      result += bracket_name(c);
    } else {
      result += bind_blanks && c == u' ' ? static_cast<char16_t>(kNoBreakSpace) : c;
    }
  }
  return result;
}

std::u16string with_blanks_bound(Units token) {
  std::u16string result(token);
  for (char16_t& c : result) {
    if (c == u' ') c = static_cast<char16_t>(kNoBreakSpace);
  }
  return result;
}

bool matches_entity(Units token, std::string_view lower) {
  if (token.size() < lower.size()) return false;
  for (std::size_t i = 0; i < lower.size(); ++i) {
    const char16_t c = token[i];
    const char16_t folded = is_ascii_upper(c) ? static_cast<char16_t>(c + ('a' - 'A')) : c;
    if (folded != static_cast<char16_t>(lower[i])) return false;
  }
  return true;
}

std::u16string with_plain_ampersands(Units token) {
  constexpr std::string_view kEntity = "&amp;";
  std::u16string result;
  for (std::size_t i = 0; i < token.size();) {
    const bool entity = matches_entity(token.substr(i), kEntity);
    result += token[i];
    i += entity ? kEntity.size() : 1;
  }
  return result;
}

// Marks that say which side they are on keep it; the others take the side that their place suggests. Entities
// are known in lower case only.
std::u16string latex_quotes(Units token, bool opening) {
  std::u16string result;
  const Units single_mark = opening ? u"`" : u"'", double_mark = opening ? u"``" : u"''";
  for (std::size_t i = 0; i < token.size(); ++i) {
    switch (token[i]) {
      case u'\'':
        result += single_mark;
        break;
      case u'"':
        result += double_mark;
        break;
      case 0x0091:
      case 0x2018:
      case 0x201B:
      case 0x2039:
        result += u'`';
        break;
      case 0x0092:
      case 0x2019:
      case 0x203A:
        result += u'\'';
        break;
      case 0x0093:
      case 0x201C:
      case 0x00AB:
        result += u"``";
        break;
      case 0x0094:
      case 0x201D:
      case 0x00BB:
        result += u"''";
        break;
      case u'&':
        if (token.substr(i, 6) == u"&apos;") {
          result += single_mark;
          i += 5;
          break;
        }
        if (token.substr(i, 6) == u"&quot;") {
          result += double_mark;
          i += 5;
          break;
        }
        [[fallthrough]];
      default:
        result += token[i];
    }
  }
  return result;
}

// Eighths and the like stay one character.
std::u16string spelled_fraction(char16_t c) {
  switch (c) {
    case 0x00BC:
      return u"1/4";
    case 0x00BD:
      return u"1/2";
    case 0x00BE:
      return u"3/4";
    case 0x2153:
      return u"1/3";
    case 0x2154:
      return u"2/3";
    default:
      return {c};
  }
}

// The treebank knows dollars, cents and, for the pound, #. Yen and others stay.
std::u16string spelled_currency(char16_t c) {
  switch (c) {
    case 0x00A2:
      return u"cents";
    case 0x00A3:
      return u"#";
    case 0x0080:
    case 0x00A4:
    case 0x20A0:
    case 0x20AC:
      return u"$";
    default:
      return {c};
  }
}

}  // namespace

std::u16string write_form(Form form, Units token) {
  switch (form) {
    case Form::kSame:
    case Form::kNothing:
    case Form::kPeriodTwice:
      return std::u16string(token);
    case Form::kAcronymAtEnd:
      return std::u16string(token.size() == 2 ? token.substr(0, 1) : token);
    case Form::kWithoutSoftHyphens:
      return without_soft_hyphens(token);
    case Form::kBlanksBound:
      return with_blanks_bound(token);
    case Form::kPhone:
      return with_brackets_named(token, true);
    case Form::kRoundBrackets:
      return with_brackets_named(token, false);
    case Form::kBracket:
      return bracket_name(token.front());
    case Form::kLess:
      return u"<";
    case Form::kGreater:
      return u">";
    case Form::kAmpersand:
      return with_plain_ampersands(token);
    case Form::kDash:
      return u"--";
    case Form::kHyphens:
      return token.size() == 3 || token.size() == 4 ? u"--" : std::u16string(token);
    case Form::kEllipsis:
      return u"...";
    case Form::kQuote:
    case Form::kOpeningQuote:
      return latex_quotes(token, form == Form::kOpeningQuote);
    case Form::kFraction:
      return spelled_fraction(token.front());
    case Form::kCurrency:
      return spelled_currency(token.front());
  }
  return std::u16string(token);
}

}  // namespace pixelsail::detail::ptb
