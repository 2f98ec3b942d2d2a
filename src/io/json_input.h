#pragma once

/// JSON as other programs write it, on its way to the parser.

#include <cstddef>
#include <filesystem>
#include <istream>
#include <streambuf>
#include <string>
#include <string_view>
#include <vector>

#include "core/input_file.h"

namespace pixelsail {

/// Python's json writes NaN, Infinity and -Infinity, which JSON does not have. Replaces them by null outside of
/// texts, so that they matter only to who reads them. Remembers where it is between pieces of a file.
class NumberFilter {
 public:
  /// Appends the piece to `out`. Unless it is the last one, up to 9 bytes at its end may be kept back for the
  /// next call.
  void filter(std::string_view piece, bool is_last, std::string& out);
  /// Bytes of the input at which a "NaN" was replaced by "null", which is one byte longer.
  const std::vector<std::size_t>& grown_at() const { return grown_at_; }

 private:
  std::string kept_;
  std::vector<std::size_t> grown_at_;
  std::size_t position_ = 0;
  bool in_text_ = false, escaped_ = false;
};

namespace detail {

/// The filtered bytes of a file.
class JsonBuffer : public std::streambuf {
 public:
  explicit JsonBuffer(const std::filesystem::path& path);
  bool failed() const { return file_.bad(); }

 private:
  int_type underflow() override;

  InputStream file_;
  NumberFilter filter_;
  std::string ready_;
};

}  // namespace detail

/// A file for the parser: opened, looked at (io/file_kind.h) and filtered.
class JsonInput : private detail::JsonBuffer, public std::istream {
 public:
  /// Throws DataError when the file cannot be opened or is something else.
  explicit JsonInput(const std::filesystem::path& path)
      : JsonBuffer(path), std::istream(static_cast<std::streambuf*>(this)) {}
  /// Whether reading failed before the end of the file.
  bool failed() const { return JsonBuffer::failed(); }
};

/// The records of a file with one JSON value a line, or with one JSON array of them (what json.dump(list, f)
/// writes). One record is in memory at a time.
class JsonRecords {
 public:
  /// Throws DataError when the file cannot be opened or is something else.
  explicit JsonRecords(const std::filesystem::path& path);
  /// The text of the next record; false at the end. Empty lines are left out. Throws DataError when the file
  /// cannot be read, or its array does not end.
  bool next(std::string& text);
  bool is_array() const { return is_array_; }
  /// Of the last record: its line, or its place in the array, from 1.
  std::size_t number() const { return number_; }
  /// "line 3" or "entry 3".
  std::string place() const;
  /// Whether the last line was ended; true for an array.
  bool is_ended() const { return is_ended_; }

 private:
  bool next_line(std::string& text);
  bool next_entry(std::string& text);
  int next_solid();

  std::string name_;
  InputStream file_;
  std::size_t number_ = 0;
  bool is_array_ = false, is_ended_ = true, at_end_ = false, array_ended_ = false;
};

}  // namespace pixelsail
