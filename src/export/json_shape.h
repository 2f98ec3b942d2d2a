#pragma once

/// Numbers of JSON records that other programs write.

#include <optional>
#include <string>

#include "export/annotation_set.h"
#include "image/image_size.h"
#include "io/json.h"

namespace pixelsail::detail {

/// Throws DataError unless the member is a number that is finite (a text that looks like one is none).
double finite_member(const Json& object, const char* key);
double finite_value(const Json& value, const std::string& what);

/// [[x, y], ...]. Throws DataError for anything else, or less than `least` points.
Polygon point_list(const Json& value, std::size_t least);

/// Width and height of a picture where both are said as whole numbers; nothing where both are missing or null. Throws
/// DataError for anything else.
std::optional<ImageSize> stated_size(const Json& object, const char* width, const char* height);

/// The text of a member; throws DataError when it is none.
const std::string& text_of(const Json& object, const char* key);

}  // namespace pixelsail::detail
