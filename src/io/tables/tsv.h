#pragma once

/// Tab-separated tables as pandas' `read_csv(file, sep="\t")` reads them with its defaults (C parser). The
/// cells of the first record are the names of the columns.
///
///   records   end with \n, \r\n or \r. A record that is empty or made of spaces alone is skipped. A byte
///             order mark at the start of the file is dropped.
///   cells     A cell that begins with `"` is quoted: tabs and line ends up to the next single `"` belong to
///             it, `""` stands for `"`, and what follows the closing quote up to the next tab or line end is
///             added as it is. In any other cell quotes are plain characters.
///   too few   cells at the end of a record are missing.
///   too many  cells are an error. (pandas takes those of the first record for names of rows and moves the
///             columns along; no table of ours means that.)
///
/// Which cells are missing, and what Python's str() makes of a column of numbers, is in io/tables/tsv_column.h.

#include <cstddef>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pixelsail {

class TsvTable {
 public:
  /// Throws DataError "file:line: reason" for a quoted cell that does not end, too many cells, bytes that are
  /// not UTF-8, and a file without a header. Reads the file once; cells are not copied unless they hold `""`.
  static TsvTable read(const std::filesystem::path& path);
  /// `name` stands for the file in messages.
  static TsvTable parse(std::string text, const std::string& name);

  const std::string& name() const { return name_; }
  /// Names as they are in the file; of equal ones find_column() knows the first.
  const std::vector<std::string_view>& columns() const { return columns_; }
  std::optional<std::size_t> find_column(std::string_view name) const;
  std::size_t rows() const { return rows_.size(); }
  /// The text of a cell, "" where the record has too few. Valid as long as the table lives.
  std::string_view cell(std::size_t row, std::size_t column) const;
  /// Line of the file that the record begins on, from 1.
  std::size_t line(std::size_t row) const { return rows_[row].line; }
  /// "file:line"
  std::string where(std::size_t row) const;

 private:
  struct Row {
    std::size_t begin = 0, count = 0, line = 0;
  };
  friend class TsvParser;
  TsvTable() = default;

  std::string name_;
  /// Behind pointers: cells are views of these, also after the table has moved.
  std::unique_ptr<const std::string> text_;
  std::unique_ptr<std::deque<std::string>> unescaped_;
  std::vector<std::string_view> columns_, cells_;
  std::vector<Row> rows_;
};

}  // namespace pixelsail
