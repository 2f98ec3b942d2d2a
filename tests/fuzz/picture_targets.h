#pragma once

/// Pictures up to the decoder: format, container, size and orientation.

#include <string>

#include "core/rng.h"
#include "mutator.h"

namespace pixelsail::fuzz {

Material picture_material();
/// Mutations break the checksums of a PNG; three times in four they are computed anew.
void repair_picture(std::string& input, Rng& rng);
void run_picture(const std::string& input);

}  // namespace pixelsail::fuzz
