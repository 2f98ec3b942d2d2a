#pragma once

/// Valid inputs made in code, up to 2 KB each, and the pieces they consist of.

#include "mutator.h"

namespace pixelsail::fuzz {

Material pickle_material();
Material safetensors_material();
Material rle_material();

}  // namespace pixelsail::fuzz
