#pragma once

/// What Python sees in the column of a table that pandas has read: missing cells (NaN), and for the others
/// the text that `str(cell)` gives. pandas gives a whole column one type, the first of these that fits all
/// cells that are not missing:
///
///   integer   int64, or uint64 when all fit that. "007", "+7" and " 7 " read 7. A column with a missing cell
///             becomes float64: 7 reads "7.0". Wider integers stay Python integers ("+007..." without its
///             +0).
///   float     float64, as str() writes it: "1.50" -> "1.5", "1e5" -> "100000.0", "1e16" -> "1e+16", "inf"
///   boolean   "true" and "false" in any case -> "True", "False"
///   text      as in the file
///
/// (pandas 3.1; earlier versions round some decimals of more than 17 digits otherwise. Tables of more than
/// 2^19 cells or so are typed by pandas in pieces; here a column is one piece at any size.)
///
/// In VLMEvalKit this reaches every cell that is compared or shown: `index` (and so the ids of predictions),
/// the options A to Z (an option column of numbers with a missing cell shows and matches "1.0"), `answer`,
/// `category`, `l2-category`, `split` and `image_path`.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/tables/tsv.h"

namespace pixelsail {

/// Whether pandas reads the cell as missing by default: "", "NA", "N/A", "n/a", "#N/A", "#N/A N/A", "#NA",
/// "<NA>", "null", "NULL", "nan", "NaN", "-nan", "-NaN", "None", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN".
bool is_missing_cell(std::string_view text);

enum class ColumnType { kInteger, kWideInteger, kFloat, kBoolean, kText };

struct ColumnRule {
  ColumnType type = ColumnType::kText;
  /// False when pandas reads missing cells of this column as the text they are: it does when an integer above
  /// int64 meets a missing cell or a negative number.
  bool knows_missing = true;
  /// kFloat: integers that became floats because of missing cells ("-0" reads "0.0", not "-0.0").
  bool were_integers = false;
};
ColumnRule infer_column(const TsvTable& table, std::size_t column);

/// The cells of one column as str() writes them.
class TsvColumn {
 public:
  TsvColumn(const TsvTable& table, std::size_t column);
  /// nullopt: missing.
  std::optional<std::string> text(std::size_t row) const;
  ColumnType type() const { return rule_.type; }

 private:
  const TsvTable* table_;
  std::size_t column_;
  ColumnRule rule_;
};

/// str() of a Python float: the shortest digits that read back the same, with an exponent from 1e16 and below
/// 1e-4.
std::string python_float_text(double value);

}  // namespace pixelsail
