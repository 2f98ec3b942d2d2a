#pragma once

/// Porter's stemmer (M. Porter, "An algorithm for suffix stripping", Program 14.3, 1980) as NLTK 3.10 changes
/// it by default (mode NLTK_EXTENSIONS). Against the paper:
///   * a dozen irregular forms have fixed stems ("dying" -> "die", "skies" -> "sky"); words of one or two
///     letters stay as they are;
///   * step 1a: "ies" of a word of four letters becomes "ie"; step 1b: "ied" becomes "ie" in a word of four
///     letters and "i" in others;
///   * step 1c: y -> i behind a consonant that is not the first letter (the paper: when the stem has a vowel);
///   * step 2: "bli" -> "ble" takes the place of "abli" -> "able"; "alli" -> "al" comes first and step 2 begins
///     again behind it; "fulli" -> "ful" and "logi" -> "log" are added, the latter's measure counts its l;
///   * a vowel and a consonant that are a whole stem count as its ending *o (the paper wants three letters).
/// Of the suffixes of one step the first that fits in the order of the list counts, also when its condition
/// then fails.

#include <string>
#include <string_view>

namespace pixelsail::detail {

/// The stem of a word in lower case (python_lower). A letter is a code point; whatever is no vowel aeiou and
/// no y, letters beyond ASCII included, is a consonant. Time is linear in the word. Throws DataError when the
/// word is not valid UTF-8.
std::string porter_stem(std::string_view word);

}  // namespace pixelsail::detail
