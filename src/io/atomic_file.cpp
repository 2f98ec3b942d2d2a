#include "io/atomic_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>
#include <vector>

#include "core/input_file.h"
#include "io/file_kind.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace fs = std::filesystem;
namespace {

std::string reason(int error) {
  return std::generic_category().message(error);
}

[[noreturn]] void fail(const fs::path& path, const std::string& what, int error) {
  throw RunError(path.string() + ": " + what + ": " + reason(error));
}

/// A trailing slash would make the temporary name lie inside the folder.
fs::path without_trailing_slash(fs::path path) {
  if (!path.has_filename()) path = path.parent_path();
  if (path.empty()) throw RunError("an output path is empty");
  return path;
}

void create_parents(const fs::path& path) {
  if (!path.has_parent_path()) return;
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) throw RunError(path.parent_path().string() + ": cannot create the folder: " + error.message());
}

bool same_file(int fd, const fs::path& path) {
  struct stat by_fd = {}, by_name = {};
  return fstat(fd, &by_fd) == 0 && stat(path.c_str(), &by_name) == 0 && by_fd.st_dev == by_name.st_dev &&
         by_fd.st_ino == by_name.st_ino;
}

/// Opens `temporary` and locks it. A writer that finished between our open and our lock has renamed the file
/// that we hold, so the name must still belong to it; otherwise we try again.
int open_locked(const fs::path& temporary, int flags) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    if ((flags & O_DIRECTORY) != 0 && mkdir(temporary.c_str(), 0777) != 0 && errno != EEXIST) {
      fail(temporary, "cannot create the folder", errno);
    }
    const int fd = open(temporary.c_str(), flags | O_CLOEXEC, 0666);
    if (fd < 0) {
      if (errno == ENOENT || errno == EINTR) continue;
      fail(temporary, "cannot open for writing", errno);
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
      const int error = errno;
      close(fd);
      if (error == EINTR) continue;
      if (error == EWOULDBLOCK) throw RunError(temporary.string() + ": another process is writing it");
      fail(temporary, "cannot lock", error);
    }
    if (same_file(fd, temporary)) return fd;
    close(fd);
  }
  throw RunError(temporary.string() + ": another process keeps replacing it");
}

void sync_path(const fs::path& path, int flags) {
  const int fd = open(path.c_str(), flags | O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail(path, "cannot open", errno);
  const int result = fsync(fd);
  const int error = errno;
  close(fd);
  // Some file systems cannot sync a folder and say EINVAL; there is nothing to flush then.
  if (result != 0 && error != EINVAL) fail(path, "cannot flush to disk", error);
}

void sync_parent(const fs::path& path) {
  sync_path(path.has_parent_path() ? path.parent_path() : fs::path("."), O_DIRECTORY);
}

/// One fsync a file is slow for a folder of thousands of images; then one call flushes the whole file system.
void sync_tree(const fs::path& root, int root_fd) {
  constexpr std::size_t kMaxSingle = 64;
  std::vector<std::pair<fs::path, bool>> entries;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.is_symlink()) continue;
    if (!entry.is_directory() && !entry.is_regular_file()) continue;
    entries.emplace_back(entry.path(), entry.is_directory());
    if (entries.size() > kMaxSingle) {
      if (syncfs(root_fd) != 0) fail(root, "cannot flush to disk", errno);
      return;
    }
  }
  for (const auto& [path, is_directory] : entries) sync_path(path, is_directory ? O_DIRECTORY : 0);
  if (fsync(root_fd) != 0 && errno != EINVAL) fail(root, "cannot flush to disk", errno);
}

void remove_tree(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) throw RunError(path.string() + ": cannot remove: " + error.message());
}

}  // namespace

AtomicFile::AtomicFile(fs::path path) : final_(without_trailing_slash(std::move(path))), temporary_(final_) {
  temporary_ += ".tmp";
  create_parents(final_);
  fd_ = open_locked(temporary_, O_WRONLY | O_CREAT);
  if (ftruncate(fd_, 0) != 0) {
    const int error = errno;
    unlink(temporary_.c_str());
    close(std::exchange(fd_, -1));
    fail(temporary_, "cannot empty", error);
  }
}

AtomicFile::~AtomicFile() {
  if (fd_ < 0) return;
  unlink(temporary_.c_str());
  close(fd_);
}

void AtomicFile::write(std::string_view bytes) {
  constexpr std::size_t kMaxChunk = std::size_t{1} << 30;
  if (fd_ < 0) throw RunError(final_.string() + ": written to after it was committed");
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), std::min(bytes.size(), kMaxChunk));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(final_, "cannot write", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  write(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

void AtomicFile::seek(std::uint64_t offset) {
  if (fd_ < 0) throw RunError(final_.string() + ": written to after it was committed");
  if (lseek(fd_, static_cast<off_t>(offset), SEEK_SET) < 0) fail(final_, "cannot go to another place", errno);
}

void AtomicFile::commit() {
  if (fd_ < 0) throw RunError(final_.string() + ": committed twice");
  if (fsync(fd_) != 0) fail(final_, "cannot flush to disk", errno);
  if (std::rename(temporary_.c_str(), final_.c_str()) != 0)
    fail(final_, "cannot rename the finished file", errno);
  const int result = close(std::exchange(fd_, -1));
  if (result != 0 && errno != EINTR) fail(final_, "cannot close", errno);
  sync_parent(final_);
}

void write_file_atomic(const fs::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

std::string read_file(const fs::path& path) {
  std::string bytes = read_input(path);
  refuse_foreign(bytes, path.string());
  return bytes;
}

AtomicDirectory::AtomicDirectory(fs::path final_path, Existing existing)
    : final_(without_trailing_slash(std::move(final_path))), temporary_(final_), existing_(existing) {
  temporary_ += ".tmp";
  std::error_code error;
  if (existing_ == Existing::kRefuse && fs::exists(fs::symlink_status(final_, error))) {
    throw RunError(final_.string() + ": exists already");
  }
  create_parents(final_);
  fd_ = open_locked(temporary_, O_RDONLY | O_DIRECTORY);
  try {
    for (const auto& entry : fs::directory_iterator(temporary_)) remove_tree(entry.path());
  } catch (const fs::filesystem_error& e) {
    close(fd_);
    throw RunError(temporary_.string() + ": cannot empty: " + e.code().message());
  } catch (...) {
    close(fd_);
    throw;
  }
}

AtomicDirectory::~AtomicDirectory() {
  if (!committed_) {
    std::error_code ignored;
    fs::remove_all(temporary_, ignored);
  }
  close(fd_);
}

void AtomicDirectory::commit() {
  if (committed_) throw RunError(final_.string() + ": committed twice");
  try {
    sync_tree(temporary_, fd_);
  } catch (const fs::filesystem_error& e) {
    throw RunError(temporary_.string() + ": cannot flush to disk: " + e.code().message());
  }
  const char* from = temporary_.c_str();
  const char* to = final_.c_str();
  if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) {
    committed_ = true;
  } else if (errno == EEXIST && existing_ == Existing::kReplace) {
    // Swap, then remove the old one: at no moment is there nothing, or half, under the final name.
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE) != 0) fail(final_, "cannot replace", errno);
    committed_ = true;
    sync_parent(final_);
    remove_tree(temporary_);
  } else if (errno == EEXIST) {
    throw RunError(final_.string() + ": exists already");
  } else {
    fail(final_, "cannot rename the finished folder", errno);
  }
  sync_parent(final_);
}

DirectoryLock::DirectoryLock(const fs::path& directory) {
  const fs::path path = directory / ".lock";
  create_parents(path);
  fd_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd_ < 0) fail(path, "cannot open", errno);
  int result;
  do {
    result = flock(fd_, LOCK_EX | LOCK_NB);
  } while (result != 0 && errno == EINTR);
  if (result == 0) return;
  const int error = errno;
  close(fd_);
  if (error == EWOULDBLOCK)
    throw RunError(directory.string() + ": in use by another process (it holds .lock)");
  fail(path, "cannot lock", error);
}

// The file stays: removing it would let two processes lock two different files of one name.
DirectoryLock::~DirectoryLock() {
  close(fd_);
}

}  // namespace pixelsail
