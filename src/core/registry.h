#pragma once

/// Rows that are known by their name: data sets, benchmarks, loss terms, optimizers.
///
/// The library's own rows are a constant table beside their code. A program that links the library adds its
/// own by a static Extension in a source file of its own (tests/extend):
///
///   const pixelsail::Extension<pixelsail::DatasetRow> kStars({.kind = "stars", .make = &make_stars});
///
/// Rows are added while the static objects of a program are constructed, before main() and by one thread;
/// afterwards they never change. Row needs a member `name` of a type that std::string_view is made from.

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pixelsail/error.h"

namespace pixelsail {

template <class Row>
class Extension {
 public:
  explicit Extension(Row row) : row_(std::move(row)), next_(first()) { first() = this; }
  Extension(const Extension&) = delete;
  Extension& operator=(const Extension&) = delete;

  const Row& row() const { return row_; }
  const Extension* next() const { return next_; }
  /// The one that was added last; null: none.
  static const Extension*& first() {
    static const Extension* first = nullptr;
    return first;
  }

 private:
  Row row_;
  const Extension* next_;
};

/// The library's rows in the order of their table, then the added ones by name.
template <class Row>
std::vector<const Row*> all_rows(std::span<const Row> own) {
  std::vector<const Row*> rows;
  for (const Row& row : own) rows.push_back(&row);
  for (const auto* added = Extension<Row>::first(); added != nullptr; added = added->next())
    rows.push_back(&added->row());
  // Of static objects in several files nobody knows the order of construction.
  std::sort(rows.begin() + static_cast<std::ptrdiff_t>(own.size()), rows.end(),
            [](const Row* a, const Row* b) { return std::string_view(a->name) < std::string_view(b->name); });
  return rows;
}

template <class Row>
std::vector<std::string> row_names(std::span<const Row> own) {
  std::vector<std::string> names;
  for (const Row* row : all_rows(own)) names.emplace_back(row->name);
  return names;
}

/// Throws ConfigError "unknown WHAT "NAME" (known: ...)".
template <class Row>
const Row& find_row(std::span<const Row> own, std::string_view name, std::string_view what) {
  std::string known;
  for (const Row* row : all_rows(own)) {
    if (std::string_view(row->name) == name) return *row;
    known += (known.empty() ? "" : ", ") + std::string(row->name);
  }
  throw ConfigError("unknown " + std::string(what) + " \"" + std::string(name) + "\" (known: " + known + ")");
}

}  // namespace pixelsail
