#pragma once

/// data/paper_tables.json, checked member by member.

#include <filesystem>
#include <string>
#include <vector>

#include "io/json.h"

namespace pixelsail::detail {

struct PaperRow {
  std::string method, size, group;
  bool low_resolution = false;  ///< evaluated at 800 x 800
  /// As printed: numbers, a text, or null.
  std::vector<OrderedJson> values;
};

struct PaperTable {
  std::string metric, note;          ///< may be empty
  std::vector<std::string> columns;  ///< of the first table only; the others have fixed ones
  std::vector<PaperRow> rows;
};

struct PaperFile {
  PaperTable referring, captions, perbench, questions;
};

/// Throws DataError "file: place: reason" for anything missing, unknown or of another type.
PaperFile read_paper_file(const std::filesystem::path& path);

}  // namespace pixelsail::detail
