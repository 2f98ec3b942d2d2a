#include "io/tables/tsv.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "io/byte_source.h"
#include "io/file_kind.h"
#include "io/utf8.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Word by word: most bytes of a table are the base64 text of its images.
bool is_ascii(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  constexpr std::size_t kWord = sizeof(std::uint64_t), kBlock = 4 * kWord;
  std::uint64_t all = 0;
  std::size_t i = 0;
  for (; i + kBlock <= text.size(); i += kBlock) {
    std::array<std::uint64_t, kBlock / kWord> words{};
    std::memcpy(words.data(), text.data() + i, kBlock);
    all |= (words[0] | words[1]) | (words[2] | words[3]);
  }
  std::uint64_t rest = 0;
  for (; i < text.size(); ++i) rest |= static_cast<unsigned char>(text[i]);
  return ((all & kHighBits) | (rest & 0x80)) == 0;
}

/// Where the next tab, \n and \r are. Each byte is looked at once for each of the three, however cells lie.
class Separators {
 public:
  explicit Separators(std::string_view text) : text_(text) {}

  /// The first tab or line end at or behind `position`; the end of the text when there is none.
  std::size_t next(std::size_t position) {
    std::size_t nearest = text_.size();
    for (auto& [character, found] : places_) {
      if (found < position || !known_) found = find(character, position);
      nearest = std::min(nearest, found);
    }
    known_ = true;
    return nearest;
  }

 private:
  std::size_t find(char character, std::size_t position) const {
    const std::size_t found = text_.find(character, position);
    return found == std::string_view::npos ? text_.size() : found;
  }
  std::string_view text_;
  bool known_ = false;
  std::array<std::pair<char, std::size_t>, 3> places_{{{'\t', 0}, {'\n', 0}, {'\r', 0}}};
};

}  // namespace

/// Cuts a text into the records of a table.
class TsvParser {
 public:
  TsvParser(std::string text, const std::string& name) {
    table_.name_ = name;
    table_.text_ = std::make_unique<const std::string>(std::move(text));
    table_.unescaped_ = std::make_unique<std::deque<std::string>>();
    text_ = *table_.text_;
    separators_ = Separators(text_);
    if (text_.starts_with(kByteOrderMark)) position_ = kByteOrderMark.size();
  }

  TsvTable parse() {
    bool header = true;
    while (skip_blank_records()) {
      const TsvTable::Row row = read_record();
      if (header) {
        table_.columns_ = std::exchange(table_.cells_, {});
        header = false;
        continue;
      }
      if (row.count > table_.columns_.size())
        fail(row.line, "expected " + std::to_string(table_.columns_.size()) +
                           " cells, as the header has, not " + std::to_string(row.count));
      table_.rows_.push_back(row);
    }
    if (header) throw DataError(table_.name_ + ": is empty: a table begins with the names of its columns");
    return std::move(table_);
  }

 private:
  bool at_end() const { return position_ >= text_.size(); }
  char here() const { return text_[position_]; }

  [[noreturn]] void fail(std::size_t line, const std::string& reason) const {
    throw DataError(table_.name_ + ':' + std::to_string(line) + ": " + reason);
  }

  /// Takes \n, \r\n or \r.
  void take_line_end() {
    const bool carriage_return = here() == '\r';
    ++position_;
    if (carriage_return && !at_end() && here() == '\n') ++position_;
    ++line_;
  }

  /// Moves to the next record; false at the end of the text.
  bool skip_blank_records() {
    while (!at_end()) {
      const std::size_t start = position_;
      while (!at_end() && here() == ' ') ++position_;
      if (at_end()) return false;
      if (here() != '\n' && here() != '\r') {
        position_ = start;
        return true;
      }
      const bool carriage_return = here() == '\r';
      take_line_end();
      // pandas drops the tab that comes right after an empty record ended by \r alone.
      if (carriage_return && text_[position_ - 1] == '\r' && !at_end() && here() == '\t') ++position_;
    }
    return false;
  }

  TsvTable::Row read_record() {
    TsvTable::Row row{.begin = table_.cells_.size(), .count = 0, .line = line_};
    for (;;) {
      const std::string_view cell = read_cell();
      if (!is_ascii(cell) && detail::find_invalid_utf8(cell) != std::string_view::npos)
        fail(row.line, "a cell of this record is not UTF-8 (cell " + std::to_string(row.count + 1) + ")");
      table_.cells_.push_back(cell);
      ++row.count;
      if (at_end()) return row;
      if (here() != '\t') {
        take_line_end();
        return row;
      }
      ++position_;
    }
  }

  /// Leaves `position_` at the tab or line end behind the cell, or at the end of the text.
  std::string_view read_cell() {
    if (!at_end() && here() == '"') return read_quoted();
    return take_plain();
  }

  std::string_view take_plain() {
    const std::size_t start = position_;
    position_ = separators_.next(position_);
    return text_.substr(start, position_ - start);
  }

  std::string_view read_quoted() {
    const std::size_t first_line = line_;
    std::string joined;
    std::string_view part;
    bool several = false;
    ++position_;
    for (;;) {
      const std::size_t quote = text_.find('"', position_);
      if (quote == std::string_view::npos) fail(first_line, "a quoted cell begins here and does not end");
      part = text_.substr(position_, quote - position_);
      line_ += count_line_ends(part);
      position_ = quote + 1;
      if (at_end() || here() != '"') break;
      several = true;
      joined += part;
      joined += '"';
      ++position_;
    }
    // Behind the closing quote.
    const std::string_view rest = take_plain();
    if (!several && rest.empty()) return part;
    joined += part;
    joined += rest;
    return table_.unescaped_->emplace_back(std::move(joined));
  }

  static std::size_t count_line_ends(std::string_view part) {
    const auto returns = static_cast<std::size_t>(std::count(part.begin(), part.end(), '\r'));
    auto count = static_cast<std::size_t>(std::count(part.begin(), part.end(), '\n'));
    if (returns == 0) return count;
    for (std::size_t i = 0; i < part.size(); ++i)
      if (part[i] == '\r' && (i + 1 == part.size() || part[i + 1] != '\n')) ++count;
    return count;
  }

  TsvTable table_;
  std::string_view text_;
  Separators separators_{std::string_view()};
  std::size_t position_ = 0, line_ = 1;
};

TsvTable TsvTable::read(const std::filesystem::path& path) {
  const auto file = detail::open_bytes(path);
  std::string text = file->read_text(0, file->size());
  refuse_foreign(text, path.string(), true);
  return parse(std::move(text), path.string());
}

TsvTable TsvTable::parse(std::string text, const std::string& name) {
  return TsvParser(std::move(text), name).parse();
}

std::optional<std::size_t> TsvTable::find_column(std::string_view name) const {
  const auto found = std::find(columns_.begin(), columns_.end(), name);
  if (found == columns_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns_.begin());
}

std::string_view TsvTable::cell(std::size_t row, std::size_t column) const {
  const Row& place = rows_[row];
  return column < place.count ? cells_[place.begin + column] : std::string_view();
}

std::string TsvTable::where(std::size_t row) const {
  return name_ + ':' + std::to_string(line(row));
}

}  // namespace pixelsail
