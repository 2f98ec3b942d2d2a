#pragma once

/// Files that are something else than their name says: what a user really has is told before a parser
/// complains about its first byte.

#include <istream>
#include <string>
#include <string_view>

namespace pixelsail {

/// What a file that begins with `start` (some hundred bytes are enough) is when it is none of the files that
/// are read here: "is a Git LFS pointer, ..."; empty for everything else. With `is_text` also what no reader
/// of text takes: packed files, UTF-16, web pages.
std::string foreign_kind(std::string_view start, bool is_text = false);

/// Throws DataError "NAME: is a Git LFS pointer, ..." for such a file.
void refuse_foreign(std::string_view start, const std::string& name, bool is_text = false);

/// The same for a stream of text that stands at its beginning, which it does afterwards too, behind a UTF-8
/// byte order mark if there is one.
void refuse_foreign(std::istream& text, const std::string& name);

}  // namespace pixelsail
