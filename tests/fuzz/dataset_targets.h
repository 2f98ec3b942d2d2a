#pragma once

/// Training data of one's own and of LLaVA, and maps of teachers.

#include <string>

#include "core/rng.h"
#include "mutator.h"

namespace pixelsail::fuzz {

/// An array or a record a line.
Material llava_material();
void run_llava(const std::string& input);

/// samples.jsonl beside pictures and masks: as a data set, as a benchmark, and its check.
Material own_folder_material();
void run_own_folder(const std::string& input);

/// index.json of a teacher.
Material teacher_material();
void run_teacher(const std::string& input);

/// A shard of a teacher; see repair_safetensors().
Material maps_material();
void run_maps(const std::string& input);

}  // namespace pixelsail::fuzz
