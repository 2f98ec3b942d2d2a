#pragma once

/// Configurations of the programs, through the lists of their fields.

#include <string>

#include "mutator.h"

namespace pixelsail::fuzz {

/// Kinds "train", "eval" and "teacher"; lines that begin with "--set " are overrides.
Material config_material();
void run_config(const std::string& input);

/// Paths as they stand in configurations.
Material path_material();
void run_path(const std::string& input);

}  // namespace pixelsail::fuzz
