#pragma once

/// How the answers of visual question benchmarks are found in what a model wrote, without a judge: the rules
/// of VLMEvalKit (`YOrN_Extraction`, `process_punctuation`, `can_infer`) and of MME's own script, with their
/// quirks.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace pixelsail {

/// The two states of VLMEvalKit whose rules differ: the copy in the repository of the paper's code
/// (bytedance/Sa2VA 9832e1a), and that of today (e8e78f05).
enum class MatchRules { kBundled, kCurrent };

/// Each of  ; / [ ] " { } ( ) = + \ _ - > < @ ` , ? !  is deleted when a space stands before or behind one of
/// its kind anywhere in the text, or when a comma stands between two digits anywhere; otherwise it becomes a
/// space. Of the dots that no digit follows the first 32 are then deleted; kCurrent spares those behind a
/// digit (the bundled pattern means to, too, but has a typing error).
std::string remove_punctuation(std::string_view text, MatchRules rules);

enum class YesNo { kYes, kNo, kOther };

/// VLMEvalKit: lower case, without punctuation, split at white space: yes when "yes" is a word and "no" is
/// not, no the other way round.
YesNo match_yes_no(std::string_view answer, MatchRules rules);

/// MME's script: lower case; yes when "yes" is among the first four characters, else no when "no" is.
YesNo match_yes_no_mme_script(std::string_view answer);

/// Letter and text of an option.
using ChoiceOption = std::pair<char, std::string>;

/// The option that an answer picks, 'Z' when it refuses, nullopt when it cannot be told.
///
///   refusal   one of four phrases ("Cannot determine the answer", ...) in the answer: 'Z'
///   letter    With each of  . ( ) [ ] , : ; ! * # { }  as a space, the answer is split into words; letters of
///             options count that are words. Exactly one: it is the answer; in kCurrent only when its first
///             occurrence is one of the last four words. None, but a word "Z": 'Z'.
///             kCurrent, when no letter was found so: in the first "answer is X", X among A to D in any case
///             and perhaps behind asterisks (also as the beginning of a longer word), X when it is an option.
///   text      Otherwise the option whose text is contained in the answer, both in lower case, when it is the
///             only one; kCurrent: not when the answer is longer than twice all option texts together.
///
/// An answer with "Failed to obtain answer via API" goes to the last rule at once.
std::optional<char> match_choice(std::string_view answer, std::span<const ChoiceOption> options,
                                 MatchRules rules);

}  // namespace pixelsail
