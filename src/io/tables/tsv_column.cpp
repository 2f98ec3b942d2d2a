#include "io/tables/tsv_column.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <system_error>

namespace pixelsail {
namespace {

constexpr std::array<std::string_view, 19> kMissing{
    "",    "NA",  "N/A",  "n/a",  "#N/A", "#N/A N/A", "#NA",     "<NA>",    "null",    "NULL",
    "nan", "NaN", "-nan", "-NaN", "None", "1.#IND",   "-1.#IND", "1.#QNAN", "-1.#QNAN"};
constexpr std::size_t kLongestMissing = 8;

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool equal_ignoring_case(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

/// An integer as it may stand in a cell: spaces, sign, digits.
struct IntegerText {
  bool valid = false, negative = false;
  /// Without leading zeros; "" is 0.
  std::string_view digits;

  explicit IntegerText(std::string_view cell) {
    cell = trim(cell);
    if (!cell.empty() && (cell.front() == '-' || cell.front() == '+')) {
      negative = cell.front() == '-';
      cell.remove_prefix(1);
    }
    valid = !cell.empty() && std::all_of(cell.begin(), cell.end(), is_digit);
    digits = cell.substr(std::min(cell.find_first_not_of('0'), cell.size()));
  }
  std::optional<std::uint64_t> magnitude() const {
    std::uint64_t value = 0;
    if (digits.empty()) return value;
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (result.ec != std::errc()) return std::nullopt;
    return value;
  }
  bool fits_int64() const {
    const auto value = magnitude();
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    return value && *value <= kMost + (negative ? 1 : 0);
  }
  std::string text() const {
    if (digits.empty()) return "0";
    return (negative ? "-" : "") + std::string(digits);
  }
};

/// A number beyond the range of double: infinite or zero, by the place of its first digit that is not 0.
double out_of_range_value(std::string_view mantissa, std::string_view exponent) {
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  const std::size_t first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos) return 0;
  constexpr double kMost = 1e18;  // more than any text can be long
  double power = static_cast<double>(point) - static_cast<double>(first);
  double shift = 0;
  bool negative = false;
  for (const char c : exponent) {
    if (c == '-') negative = true;
    if (is_digit(c)) shift = std::min(shift * 10 + (c - '0'), kMost);
  }
  power += negative ? -shift : shift;
  return power > 0 ? std::numeric_limits<double>::infinity() : 0;
}

std::optional<double> parse_float(std::string_view cell) {
  for (const auto& [word, value] :
       {std::pair("inf", 1), std::pair("+inf", 1), std::pair("infinity", 1), std::pair("+infinity", 1),
        std::pair("-inf", -1), std::pair("-infinity", -1)})
    if (equal_ignoring_case(cell, word)) return value * std::numeric_limits<double>::infinity();
  cell = trim(cell);
  const bool negative = !cell.empty() && cell.front() == '-';
  if (negative || (!cell.empty() && cell.front() == '+')) cell.remove_prefix(1);
  std::size_t i = 0, digits = 0;
  const auto take_digits = [&] {
    const std::size_t start = i;
    while (i < cell.size() && is_digit(cell[i])) ++i;
    return i - start;
  };
  digits = take_digits();
  if (i < cell.size() && cell[i] == '.') {
    ++i;
    digits += take_digits();
  }
  if (digits == 0) return std::nullopt;
  const std::string_view mantissa = cell.substr(0, i);
  std::string_view exponent;
  if (i < cell.size() && (cell[i] == 'e' || cell[i] == 'E')) {
    const std::size_t start = ++i;
    if (i < cell.size() && (cell[i] == '-' || cell[i] == '+')) ++i;
    if (take_digits() == 0) return std::nullopt;
    exponent = cell.substr(start, i - start);
  }
  if (i != cell.size()) return std::nullopt;
  double value = 0;
  const auto result = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (result.ec == std::errc::result_out_of_range) value = out_of_range_value(mantissa, exponent);
  return negative ? -value : value;
}

/// Goes through the cells that are not missing until `visit` says stop (false).
template <typename Visit>
void for_present(const TsvTable& table, std::size_t column, const Visit& visit) {
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::string_view cell = table.cell(row, column);
    if (!is_missing_cell(cell) && !visit(cell)) return;
  }
}

template <typename Test>
bool all_present(const TsvTable& table, std::size_t column, const Test& test) {
  bool all = true;
  for_present(table, column, [&](std::string_view cell) { return all = test(cell); });
  return all;
}

bool has_missing(const TsvTable& table, std::size_t column) {
  for (std::size_t row = 0; row < table.rows(); ++row)
    if (is_missing_cell(table.cell(row, column))) return true;
  return false;
}

bool is_boolean(std::string_view cell) {
  return equal_ignoring_case(cell, "true") || equal_ignoring_case(cell, "false");
}

/// What the attempt at unsigned integers comes to, for a column with an integer outside int64.
enum class Unsigned { kFits, kNoIntegers, kTooWide, kConflict };

Unsigned try_unsigned(const TsvTable& table, std::size_t column) {
  bool negative = false, above_int64 = false;
  Unsigned result = Unsigned::kFits;
  for_present(table, column, [&](std::string_view cell) {
    const IntegerText integer(cell);
    const std::string_view trimmed = trim(cell);
    if (!trimmed.empty() && trimmed.front() == '-') {
      negative = true;  // pandas looks no further than the sign
      return true;
    }
    if (!integer.valid) {
      result = Unsigned::kNoIntegers;
    } else if (!integer.magnitude()) {
      result = Unsigned::kTooWide;
    } else {
      above_int64 |= !integer.fits_int64();
    }
    return result == Unsigned::kFits;
  });
  if (result != Unsigned::kFits) return result;
  if (above_int64 && (negative || has_missing(table, column))) return Unsigned::kConflict;
  return negative ? Unsigned::kTooWide : Unsigned::kFits;
}

}  // namespace

bool is_missing_cell(std::string_view text) {
  return text.size() <= kLongestMissing &&
         std::find(kMissing.begin(), kMissing.end(), text) != kMissing.end();
}

ColumnRule infer_column(const TsvTable& table, std::size_t column) {
  const auto is_integer = [](std::string_view cell) { return IntegerText(cell).valid; };
  bool integers = true, too_wide = false;
  for_present(table, column, [&](std::string_view cell) {
    const IntegerText integer(cell);
    integers = integer.valid;
    too_wide = integers && !integer.fits_int64();
    return integers && !too_wide;
  });
  if (too_wide) {
    switch (try_unsigned(table, column)) {
      case Unsigned::kFits:
        return {ColumnType::kInteger};
      case Unsigned::kConflict:
        return {ColumnType::kText, false};
      case Unsigned::kTooWide:
        if (all_present(table, column, is_integer)) return {ColumnType::kWideInteger};
        return {ColumnType::kText, false};
      case Unsigned::kNoIntegers:
        break;
    }
  } else if (integers) {
    if (has_missing(table, column)) return {.type = ColumnType::kFloat, .were_integers = true};
    return {ColumnType::kInteger};
  }
  if (all_present(table, column, [](std::string_view cell) { return parse_float(cell).has_value(); }))
    return {ColumnType::kFloat};
  if (all_present(table, column, is_boolean)) return {ColumnType::kBoolean};
  return {ColumnType::kText};
}

TsvColumn::TsvColumn(const TsvTable& table, std::size_t column)
    : table_(&table), column_(column), rule_(infer_column(table, column)) {}

std::optional<std::string> TsvColumn::text(std::size_t row) const {
  const std::string_view cell = table_->cell(row, column_);
  if (rule_.knows_missing && is_missing_cell(cell)) return std::nullopt;
  switch (rule_.type) {
    case ColumnType::kInteger:
    case ColumnType::kWideInteger:
      return IntegerText(cell).text();
    case ColumnType::kFloat:
      return python_float_text(parse_float(cell).value_or(0) + (rule_.were_integers ? 0.0 : -0.0));
    case ColumnType::kBoolean:
      return equal_ignoring_case(cell, "true") ? "True" : "False";
    case ColumnType::kText:
      break;
  }
  return std::string(cell);
}

std::string python_float_text(double value) {
  if (std::isnan(value)) return "nan";
  const std::string sign = std::signbit(value) ? "-" : "";
  if (std::isinf(value)) return sign + "inf";
  // "d.ddde+XX": 17 digits at most, and the exponent.
  std::array<char, 40> buffer{};
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(value),
                                     std::chars_format::scientific);
  const std::string scientific(buffer.data(), written.ptr);
  const std::size_t e = scientific.find('e');
  std::string digits = scientific.substr(0, 1);
  if (e > 2) digits += scientific.substr(2, e - 2);
  int exponent = 0;
  const char* first = scientific.data() + e + (scientific[e + 1] == '+' ? 2 : 1);
  std::from_chars(first, scientific.data() + scientific.size(), exponent);
  constexpr int kLowestPlain = -4, kFirstScientific = 16;
  if (exponent < kLowestPlain || exponent >= kFirstScientific) {
    const std::string power = std::to_string(std::abs(exponent));
    return sign + digits.substr(0, 1) + (digits.size() > 1 ? "." + digits.substr(1) : "") +
           (exponent < 0 ? "e-" : "e+") + (power.size() < 2 ? "0" : "") + power;
  }
  if (exponent < 0) return sign + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) return sign + digits + std::string(whole - digits.size(), '0') + ".0";
  return sign + digits.substr(0, whole) + "." + digits.substr(whole);
}

}  // namespace pixelsail
