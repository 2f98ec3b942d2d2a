#pragma once

/// A WordNet of two words and METEOR's resources, small enough to be read for every input.

#include <filesystem>

#include "scratch.h"

namespace pixelsail::fuzz {

/// Writes wordnet/{index,data}.* and *.exc; returns the folder.
std::filesystem::path put_wordnet(const Scratch& scratch);

/// Writes meteor/english.*; returns the folder.
std::filesystem::path put_meteor(const Scratch& scratch);

/// Lines as they should be of the files that a mutated one takes the place of.
inline constexpr const char* kWordNetData =
    "  1 A line of the licence.  \n"
    "00000029 03 n 02 cup 0 mug(p) 0 001 @ 00000029 n 0000 | a gloss; \"an example\"  \n";
inline constexpr const char* kWordNetIndex =
    "  1 A line of the licence.  \ncup n 1 1 @ 1 0 00000029  \n"
    "mug n 1 1 @ 1 0 00000029  \n";
inline constexpr const char* kWordNetExceptions = "mugs mug\nmice mouse\n";

}  // namespace pixelsail::fuzz
