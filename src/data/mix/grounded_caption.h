#pragma once

/// Captions whose phrases come with masks: "<p> A chair </p> [SEG] stands near <p> a table </p> [SEG]".

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "data/mix/published_set.h"

namespace pixelsail::detail {

/// Where a phrase stands in its caption, in code points, and what it means.
struct GroundedPhrase {
  std::int64_t begin = 0, end = 0;
  Mask mask;
};

/// Brings phrases into an order in which they can be tagged. Ends are clipped to the caption of `length` code points;
/// what is empty or begins before the caption goes, and so does a phrase without a pixel; of equal phrases one stays,
/// with all masks joined; of two that overlap the one that begins first stays, of two that begin together the longer.
std::vector<GroundedPhrase> disentangled(std::vector<GroundedPhrase> phrases, std::size_t length,
                                         Sample& sample);

/// The answer with its masks. `phrases` are disentangled().
Utterance grounded_answer(const std::string& caption, const std::vector<GroundedPhrase>& phrases,
                          const Sentences& texts);

/// A question of the grounded captions, and the answer; the end of fill() of all their data sets.
/// Throws UnusableSample: no_objects without a phrase, no_masks when none is left.
void tell_grounded_caption(const std::string& caption, std::vector<GroundedPhrase> phrases,
                           const std::string& question, const Sentences& texts, Sample& sample);

/// The caption of a record: without quotation marks and white space at its ends.
std::string stripped_caption(const Json& record, const std::string& where);

}  // namespace pixelsail::detail
