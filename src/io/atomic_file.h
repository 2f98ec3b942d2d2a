#pragma once

/// Files and folders that appear under their final name only when complete.

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace pixelsail {

/// Writes `bytes` to a temporary name beside `path`, flushes it to disk and renames it. Parent folders are created.
/// Throws RunError (disk full, no permission) with the path; the temporary file is removed.
void write_file_atomic(const std::filesystem::path& path, std::string_view bytes);

/// Whole file as bytes. Throws DataError naming the path when it cannot be read.
std::string read_file(const std::filesystem::path& path);

/// A folder written under a temporary name; commit() renames it to its final one (which must not exist, or is
/// replaced when `replace` is set). Removed on destruction when not committed.
class AtomicDirectory {
 public:
  explicit AtomicDirectory(std::filesystem::path final_path, bool replace = false);
  ~AtomicDirectory();
  AtomicDirectory(const AtomicDirectory&) = delete;
  AtomicDirectory& operator=(const AtomicDirectory&) = delete;
  /// Where to write.
  const std::filesystem::path& path() const { return temporary_; }
  /// Flushes every file and the folder to disk, then renames.
  void commit();

 private:
  std::filesystem::path final_, temporary_;
  bool replace_, committed_ = false;
};

/// Exclusive advisory lock on `directory`/.lock for the life of the object.
/// Throws RunError naming the folder when another process holds it. The kernel drops it when the process dies.
class DirectoryLock {
 public:
  explicit DirectoryLock(const std::filesystem::path& directory);
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  int fd_ = -1;
};

}  // namespace pixelsail
