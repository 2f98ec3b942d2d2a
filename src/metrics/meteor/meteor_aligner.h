#pragma once

/// METEOR's choice among the possible matches of two captions: one alignment in which no word is used twice.

#include <vector>

#include "metrics/meteor/meteor_matches.h"

namespace pixelsail {

/// Chosen matches in the order of the reference.
///
/// Matches that are alone (the only one that begins at its place of the reference, all its words in no other
/// one) are taken. Over the others a beam search goes from left to right through the reference, 40 paths
/// wide; at every place a path takes each match whose words are free, or none. Paths are ordered by
///   1. words covered on both sides (more first), where a match that is not exact counts half its words of a side,
///      rounded down: one of a single word counts nothing;
///   2. chunks (fewer first): a chunk ends where the next match does not follow in the hypothesis, or at a place
///      of the reference that is passed without a match;
///   3. distance (less first): sum of |place in the reference - place in the hypothesis|;
///   4. the order in which they came about: by the path they extend, then in the order of the matches, skipping
///      last.
/// The distance of a match that the search takes is added as METEOR 1.5 adds it: not to the path that takes
/// it but to those made after it from the same path.
std::vector<MeteorMatch> align_meteor(const MeteorCandidates& candidates);

/// Runs of matches that are neighbours, in the same order, on both sides. `alignment`: by place in the
/// reference.
std::size_t count_chunks(const std::vector<MeteorMatch>& alignment);

}  // namespace pixelsail
