#pragma once

/// Files and folders that appear under their final name only when complete.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace pixelsail {

/// Writes `bytes` to a temporary name beside `path`, flushes it to disk and renames it. Parent folders are
/// created. Throws RunError (disk full, no permission) with the path; the temporary file is removed.
void write_file_atomic(const std::filesystem::path& path, std::string_view bytes);

/// Whole file as bytes. Throws DataError naming the path when it cannot be read.
std::string read_file(const std::filesystem::path& path);

/// The same for a file that is written piece by piece. The temporary name is `path` + ".tmp": what a killed
/// process left there is overwritten by the next one; a second writer at the same time gets a RunError.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  void write(std::string_view bytes);
  void write(std::span<const std::byte> bytes);
  /// The next write begins at this byte of the file.
  void seek(std::uint64_t offset);
  /// Flushes to disk and renames; without it the destructor removes what was written.
  void commit();

 private:
  std::filesystem::path final_, temporary_;
  int fd_ = -1;
};

/// A folder written under a temporary name (`final_path` + ".tmp", emptied first); commit() renames it to its
/// final one (which must not exist, or is replaced when that is said). Removed on destruction when not
/// committed. Throws RunError, also when another process is writing the same folder.
class AtomicDirectory {
 public:
  enum class Existing { kRefuse, kReplace };
  explicit AtomicDirectory(std::filesystem::path final_path, Existing existing = Existing::kRefuse);
  ~AtomicDirectory();
  AtomicDirectory(const AtomicDirectory&) = delete;
  AtomicDirectory& operator=(const AtomicDirectory&) = delete;
  /// Where to write.
  const std::filesystem::path& path() const { return temporary_; }
  /// Flushes every file and the folder to disk, then renames.
  void commit();

 private:
  std::filesystem::path final_, temporary_;
  Existing existing_;
  bool committed_ = false;
  int fd_ = -1;
};

/// Exclusive advisory lock on `directory`/.lock for the life of the object; the folder is created when
/// missing. Throws RunError naming the folder when another process holds it. The kernel drops it when the
/// process dies.
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
