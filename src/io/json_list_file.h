#pragma once

/// A large JSON list of records of which one at a time is looked at. Only the places of the records are in memory,
/// so that a file of gigabytes costs some megabytes, and a record that is no JSON harms nobody but itself.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "io/byte_source.h"
#include "io/json.h"

namespace pixelsail {

class JsonListFile {
 public:
  /// `key` empty: the file is a list, or holds one object a line. Else the list is that member of the top-level
  /// object. Throws DataError naming the file when it cannot be read, is something else, has no such list, or the
  /// list does not end.
  explicit JsonListFile(const std::filesystem::path& path, std::string key = {});

  std::size_t size() const { return places_.size(); }
  /// "FILE: [12]" or "FILE: annotations[12]", for messages.
  std::string where(std::size_t i) const;
  /// The record's text. Thread-safe. Throws DataError when it cannot be read.
  std::string text(std::size_t i) const;
  /// The record. Thread-safe. Throws DataError with its place for what is no JSON object.
  Json read(std::size_t i) const;
  /// The same with members in the order of the file. Costs a second parse.
  OrderedJson read_ordered(std::size_t i) const;

 private:
  class Scanner;
  /// Records longer than this are refused: nobody writes them, and they would fill the memory.
  static constexpr std::uint64_t kMaxRecord = std::uint64_t{1} << 28;

  std::string key_;
  std::unique_ptr<detail::ByteSource> bytes_;
  std::vector<detail::ByteRange> places_;
};

}  // namespace pixelsail
