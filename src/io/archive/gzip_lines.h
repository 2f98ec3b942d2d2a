#pragma once

/// Text files of any size, packed with gzip or plain, line by line in little memory.

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

struct gzFile_s;

namespace pixelsail::detail {

class GzipLines {
 public:
  /// Throws DataError when the file cannot be opened.
  explicit GzipLines(const std::filesystem::path& path);
  ~GzipLines();
  GzipLines(const GzipLines&) = delete;
  GzipLines& operator=(const GzipLines&) = delete;

  /// The next line without its line feed (and the carriage return before it), valid until the next call;
  /// false at the end. Throws DataError when the packed data is damaged or cut off, and for a line above 1
  /// MB.
  bool next(std::string_view& line);
  /// Of the line that `next` gave last, from 1.
  std::size_t number() const { return number_; }

 private:
  /// Moves what is left to the front of the buffer and fills the rest. False when the file has no more.
  bool fill();

  std::string name_;
  gzFile_s* file_ = nullptr;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0, number_ = 0;
  bool at_end_ = false;
};

}  // namespace pixelsail::detail
