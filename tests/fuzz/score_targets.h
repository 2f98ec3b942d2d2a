#pragma once

/// What scoring reads: tables of tab-separated values and captions.

#include <string>

#include "mutator.h"

namespace pixelsail::fuzz {

Material tsv_material();
/// Reads a table, types every column and decodes what may be base64.
void run_tsv(const std::string& input);

Material caption_material();
/// Tokens of a caption (any bytes), METEOR's normalization and the stems of what came out.
void run_caption(const std::string& input);

}  // namespace pixelsail::fuzz
