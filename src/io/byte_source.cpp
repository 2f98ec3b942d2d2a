#include "io/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "io/file_kind.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

DataError fault(const std::string& name, int error) {
  return DataError(name + ": cannot read: " + std::generic_category().message(error));
}

class FileBytes final : public ByteSource {
 public:
  FileBytes(std::string name, std::uint64_t size, int fd) : ByteSource(std::move(name), size), fd_(fd) {}
  ~FileBytes() override { close(fd_); }

 private:
  void fill(std::uint64_t offset, std::span<std::byte> out) const override {
    // The kernel's own limit for one call is a little below 2 GB.
    constexpr std::size_t kMaxChunk = std::size_t{1} << 30;
    while (!out.empty()) {
      const ssize_t got = pread(fd_, out.data(), std::min(out.size(), kMaxChunk), static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw fault(name(), errno);
      if (got == 0) throw DataError(name() + ": became shorter while it was read");
      out = out.subspan(static_cast<std::size_t>(got));
      offset += static_cast<std::uint64_t>(got);
    }
  }
  int fd_;
};

class MemoryBytes final : public ByteSource {
 public:
  MemoryBytes(std::string name, std::span<const std::byte> bytes)
      : ByteSource(std::move(name), bytes.size()), bytes_(bytes) {}

 private:
  void fill(std::uint64_t offset, std::span<std::byte> out) const override {
    std::ranges::copy(bytes_.subspan(offset, out.size()), out.begin());
  }
  std::span<const std::byte> bytes_;
};

}  // namespace

ByteSource::~ByteSource() = default;

void ByteSource::require(std::uint64_t offset, std::uint64_t length) const {
  if (offset <= size_ && length <= size_ - offset) return;
  throw DataError(name_ + ": " + std::to_string(length) + " bytes from byte " + std::to_string(offset) +
                  " on are wanted, the file has " + std::to_string(size_));
}

void ByteSource::read(std::uint64_t offset, std::span<std::byte> out) const {
  require(offset, out.size());
  fill(offset, out);
}

std::string ByteSource::read_text(std::uint64_t offset, std::uint64_t length) const {
  require(offset, length);
  std::string text(length, '\0');
  fill(offset, std::as_writable_bytes(std::span(text)));
  return text;
}

std::unique_ptr<ByteSource> open_bytes(const std::filesystem::path& path) {
  // Without O_NONBLOCK a pipe would be waited for.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) throw fault(path.string(), errno);
  struct stat info = {};
  const int error = fstat(fd, &info) == 0 ? 0 : errno;
  if (error != 0 || !S_ISREG(info.st_mode)) {
    close(fd);
    if (error != 0) throw fault(path.string(), error);
    throw DataError(path.string() + ": is not a regular file");
  }
  auto file = std::make_unique<FileBytes>(path.string(), static_cast<std::uint64_t>(info.st_size), fd);
  constexpr std::uint64_t kStart = 64;
  refuse_foreign(file->read_text(0, std::min(file->size(), kStart)), path.string());
  return file;
}

std::unique_ptr<ByteSource> memory_bytes(std::span<const std::byte> bytes, std::string name) {
  return std::make_unique<MemoryBytes>(std::move(name), bytes);
}

}  // namespace pixelsail::detail
