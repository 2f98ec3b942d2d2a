#pragma once

/// Names of regions in the texts of Osprey: "<region1>", "region12", "<Regon3>".

#include <optional>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace pixelsail::detail {

/// Writes "<PromptK>" for each name of a region, K = numbers[name - 1]. Whole numbers only: "region12" is not
/// "region1" and a 2. Names without a number stay as they are; they are noted ("unknown_region").
std::string with_prompt_marks(const std::string& text, const std::vector<std::optional<std::size_t>>& numbers,
                              Sample& sample);

/// A description without the name of its region. As published: split at colons, without the pieces that hold
/// both "<" and ">". `clean`: without a leading "<region1>:" and white space at the ends.
std::string untagged(const std::string& description, bool clean);

}  // namespace pixelsail::detail
