#pragma once

/// What all writers do with pictures and files.

#include <filesystem>
#include <string>
#include <string_view>

#include "export/annotation_set.h"
#include "io/json.h"

namespace pixelsail {

/// Copies the picture to `to`; folders are made. Throws RunError naming it.
void copy_picture(const AnnotatedPicture& picture, const std::filesystem::path& to);

/// JSON on one line; bytes that are no UTF-8 are replaced.
std::string json_line(const OrderedJson& json);

/// The shortest text that reads back to the same number.
std::string number_text(double value);

/// "masks/a" for "masks/a.jpg".
std::string without_ending(const std::string& name);

}  // namespace pixelsail
