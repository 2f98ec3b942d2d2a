#pragma once

/// How METEOR 1.5 cleans an English line before it compares words (its option -norm, punctuation kept):
/// symbols stand alone, quotes and dashes take one form, dashes inside words and dots inside abbreviations
/// vanish, contractions are cut before the apostrophe, everything becomes lower case.

#include <string>
#include <string_view>
#include <unordered_map>

namespace pixelsail {

/// Before what an abbreviation keeps its dot.
enum class KeepsDot { kAlways, kBeforeNumber };
/// Abbreviations without their final dot; upper and lower case differ.
using MeteorAbbreviations = std::unordered_map<std::string, KeepsDot>;

/// The line in lower case, words one space apart. `line` is one caption, tokenized or not. Several rules look
/// at a mark with one character on each side and go on behind both, as METEOR does: "a-b-c" becomes "a b-c".
/// Throws DataError when `line` is not valid UTF-8. Linear in the length of the line.
std::string normalize_meteor_line(std::string_view line, const MeteorAbbreviations& abbreviations);

}  // namespace pixelsail
