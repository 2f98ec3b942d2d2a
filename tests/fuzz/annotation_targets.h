#pragma once

/// Annotations of benchmarks with masks and captions: the readers, and the checks of a data folder where they read
/// for themselves.

#include <string>

#include "mutator.h"

namespace pixelsail::fuzz {

/// Kinds "masks" and "captions", each beside the other file as it should be.
Material gcg_material();
void run_gcg(const std::string& input);

Material muse_material();
void run_muse(const std::string& input);

/// The .json beside a picture.
Material reasonseg_material();
void run_reasonseg(const std::string& input);

/// Kinds "captions", "choices" and "segmentations".
Material perbench_material();
void run_perbench(const std::string& input);

/// Kinds "captions" and "regions" of RefCOCOg.
Material captions_material();
void run_captions(const std::string& input);

}  // namespace pixelsail::fuzz
