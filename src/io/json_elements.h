#pragma once

/// Reads the elements of large JSON arrays one at a time, so that a file of some hundred megabytes never
/// stands in memory as a whole.

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "io/json.h"

namespace pixelsail {

/// What to do with one array of objects.
struct JsonSection {
  /// Called for each element with its place in the array, from 0.
  std::function<void(Json&&, std::size_t)> element;
  /// Members of an element to keep; the others are not built. Empty: all.
  std::set<std::string> keep = {};
  /// Members to leave out at every depth inside an element.
  std::set<std::string> drop = {};
};

/// Streams the arrays named by `sections`: members of the top-level object, or the top-level array itself
/// under the name "". Other members of the object are skipped. Throws DataError naming file and place for
/// malformed JSON, a section that is missing, repeated or no array of objects, a repeated member, or nesting
/// deeper than 64. Exceptions of the callbacks pass through.
void read_json_elements(const std::filesystem::path& path,
                        const std::map<std::string, JsonSection>& sections);

}  // namespace pixelsail
