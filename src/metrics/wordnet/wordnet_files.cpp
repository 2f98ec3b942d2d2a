#include "metrics/wordnet/wordnet_files.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/// Length of the field that `text` begins with.
std::size_t field_size(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && !is_space(text[size])) ++size;
  return size;
}

/// A data line up to its gloss: the longest of WordNet 3.0 has 12,000 bytes.
constexpr std::uint64_t kMaxFieldBytes = 1U << 20U;
constexpr std::uint64_t kFirstRead = 1024;
/// Data lines begin with their offset, padded with zeros.
constexpr std::size_t kOffsetDigits = 8;

std::string place(const std::string& path, std::ptrdiff_t line_breaks_before) {
  return path + ":" + std::to_string(line_breaks_before + 1) + ": ";
}

}  // namespace

std::string_view WordNetFields::next() {
  while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
  const std::string_view field = rest_.substr(0, field_size(rest_));
  rest_.remove_prefix(field.size());
  return field;
}

std::optional<std::uint32_t> WordNetFields::next_number(int base) {
  const std::string_view field = next();
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value, base);
  if (error != std::errc() || end != field.data() + field.size()) return std::nullopt;
  return value;
}

WordNetLines::WordNetLines(const std::filesystem::path& path, bool sorted) : path_(path.string()) {
  const auto bytes = open_bytes(path);
  if (bytes->size() > std::numeric_limits<std::uint32_t>::max()) {
    throw DataError(path_ + ": a file of " + std::to_string(bytes->size()) + " bytes is no WordNet file");
  }
  text_ = bytes->read_text(0, bytes->size());
  const std::string_view text = text_;
  bool in_order = true;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view whole = text.substr(begin, end - begin);
    const std::string_view word = whole.substr(0, field_size(whole));
    if (!word.empty()) {
      if (!lines_.empty() && word_of(lines_.back()) >= word) {
        if (sorted) fail_at(begin, "'" + std::string(word) + "' is not in byte order");
        in_order = false;
      }
      lines_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(word.size()),
                        static_cast<std::uint32_t>(whole.size())});
    }
    begin = end + 1;
  }
  if (in_order) return;
  std::ranges::stable_sort(lines_, {}, [this](const Line& line) { return word_of(line); });
}

std::string_view WordNetLines::word_of(const Line& line) const {
  return std::string_view(text_).substr(line.begin, line.word_size);
}

std::optional<std::string_view> WordNetLines::find(std::string_view word) const {
  const auto behind =
      std::ranges::upper_bound(lines_, word, {}, [this](const Line& line) { return word_of(line); });
  if (behind == lines_.begin()) return std::nullopt;
  const Line& line = *(behind - 1);
  if (word_of(line) != word) return std::nullopt;
  return std::string_view(text_).substr(line.begin + line.word_size, line.size - line.word_size);
}

void WordNetLines::fail(std::string_view fields, const std::string& what) const {
  fail_at(static_cast<std::size_t>(fields.data() - text_.data()), what);
}

void WordNetLines::fail_at(std::size_t byte, const std::string& what) const {
  const auto end = text_.begin() + static_cast<std::ptrdiff_t>(byte);
  throw DataError(place(path_, std::count(text_.begin(), end, '\n')) + what);
}

WordNetData::WordNetData(const std::filesystem::path& path) : bytes_(open_bytes(path)) {}

std::string WordNetData::fields_at(std::uint32_t offset) const {
  if (offset >= bytes_->size()) {
    throw DataError(bytes_->name() + ": a synset is wanted at byte " + std::to_string(offset) +
                    ", the file has " + std::to_string(bytes_->size()));
  }
  const std::uint64_t left = bytes_->size() - offset;
  std::string line;
  for (std::uint64_t length = kFirstRead;; length *= 2) {
    line = bytes_->read_text(offset, std::min(length, left));
    const std::size_t end = line.find_first_of("|\n");
    if (end != std::string::npos && line[end] == '|') {
      line.resize(end);
      break;
    }
    if (end != std::string::npos || length >= left) fail(offset, "the line has no gloss");
    if (length >= kMaxFieldBytes) fail(offset, "the line has no end");
  }
  std::string expected = std::to_string(offset);
  if (expected.size() < kOffsetDigits) expected.insert(0, kOffsetDigits - expected.size(), '0');
  if (WordNetFields(line).next() != expected) {
    fail(offset, "no synset begins at byte " + std::to_string(offset));
  }
  return line;
}

void WordNetData::fail(std::uint32_t offset, const std::string& what) const {
  const std::string before = bytes_->read_text(0, offset);
  throw DataError(place(bytes_->name(), std::ranges::count(before, '\n')) + what);
}

}  // namespace pixelsail::detail
