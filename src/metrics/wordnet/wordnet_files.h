#pragma once

/// The line formats of WordNet's files (wndb(5WN)), without morphology.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/byte_source.h"

namespace pixelsail::detail {

/// The fields of a line, separated by white space.
class WordNetFields {
 public:
  explicit WordNetFields(std::string_view line) : rest_(line) {}
  /// The next field; empty behind the last one.
  std::string_view next();
  /// The next field as a number; nothing when it is none.
  std::optional<std::uint32_t> next_number(int base = 10);

 private:
  std::string_view rest_;
};

/// A text file whose lines begin with a word, found by that word.
class WordNetLines {
 public:
  /// `sorted`: lines must be in strict byte order of their words (DataError otherwise). Otherwise of several
  /// lines with one word the last counts. Lines that begin with a space are comments.
  WordNetLines(const std::filesystem::path& path, bool sorted);

  /// The fields behind the word; nothing when no line has it.
  std::optional<std::string_view> find(std::string_view word) const;
  /// Throws DataError with file and line of a word that `find` found.
  [[noreturn]] void fail(std::string_view fields, const std::string& what) const;

 private:
  struct Line {
    std::uint32_t begin = 0, word_size = 0, size = 0;
  };
  std::string_view word_of(const Line& line) const;
  [[noreturn]] void fail_at(std::size_t byte, const std::string& what) const;

  std::string path_;
  std::string text_;
  std::vector<Line> lines_;
};

/// A data file, of which single lines are read.
class WordNetData {
 public:
  explicit WordNetData(const std::filesystem::path& path);
  /// The fields of the synset at this place up to its gloss. Throws DataError when no line begins there or it
  /// does not begin with its own offset.
  std::string fields_at(std::uint32_t offset) const;
  /// Throws DataError with file and line.
  [[noreturn]] void fail(std::uint32_t offset, const std::string& what) const;

 private:
  std::unique_ptr<ByteSource> bytes_;
};

}  // namespace pixelsail::detail
