#pragma once

/// The files of RefCOCO, RefCOCO+, RefCOCOg and gRefCOCO.

#include <string>

#include "mutator.h"

namespace pixelsail::fuzz {

/// refs(unc).p, a pickle.
Material refs_material();
void run_refs(const std::string& input);

/// instances.json behind refs that are right.
Material instances_material();
void run_instances(const std::string& input);

/// grefs(unc).json before instances that are right.
Material grefs_material();
void run_grefs(const std::string& input);

}  // namespace pixelsail::fuzz
