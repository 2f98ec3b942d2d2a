#pragma once

/// Zip archives. Entries that are stored as they are, as torch writes them, are ranges of bytes of the file
/// once libzip has read the directory; any entry can be read as a whole.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "io/byte_source.h"

namespace pixelsail::detail {

/// `find` compares no checksums: torch does not check them either, and lets its writers leave them out.
class ZipArchive {
 public:
  /// Reads the directory. Throws DataError when `bytes` are no zip archive, or two entries have one name.
  explicit ZipArchive(const ByteSource& bytes);
  ~ZipArchive();
  ZipArchive(const ZipArchive&) = delete;
  ZipArchive& operator=(const ZipArchive&) = delete;

  /// In the order of the directory.
  const std::vector<std::string>& names() const { return names_; }
  bool contains(std::string_view name) const { return indices_.find(name) != indices_.end(); }
  /// Where the bytes of an entry lie in the file. Throws DataError naming the entry when it is absent,
  /// compressed, encrypted or reaches beyond the file.
  ByteRange find(const std::string& name) const;
  /// The content of an entry, unpacked; its checksum is compared. Throws DataError naming the entry when it
  /// is absent, encrypted, damaged or larger than `max_bytes`. Not for several threads at once.
  std::string read(const std::string& name, std::uint64_t max_bytes) const;

 private:
  struct Handle;
  const ByteSource& bytes_;
  std::unique_ptr<Handle> handle_;
  std::vector<std::string> names_;
  std::map<std::string, std::uint64_t, std::less<>> indices_;
};

}  // namespace pixelsail::detail
