#pragma once

/// What decoding asks of the device once the prompts have been read.

#include <span>
#include <vector>

#include "counts.h"
#include "device.h"
#include "infer/generate.h"

namespace pixelsail::strict {

/// Of the second four tokens of each sequence: the first token comes with the prompt, then the device decodes four at a
/// time.
inline Counts counts_of_four_tokens(PixelSailImpl& model, std::span<const SequenceInput> prompts) {
  std::vector<Counts> after;
  generate(model, prompts, {.max_new_tokens = 10, .after_token = [&after] { after.push_back(counts()); }});
  return after.at(8) - after.at(4);
}

}  // namespace pixelsail::strict
