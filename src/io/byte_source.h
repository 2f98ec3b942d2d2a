#pragma once

/// Where the bytes of a file come from: the file itself, or memory (tests, fuzzing).

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace pixelsail::detail {

/// A part of a file.
struct ByteRange {
  std::uint64_t begin = 0, size = 0;
};

/// Bytes that can be read from any place by several threads at once.
class ByteSource {
 public:
  explicit ByteSource(std::string name, std::uint64_t size) : name_(std::move(name)), size_(size) {}
  virtual ~ByteSource();
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// For messages: the path of a file.
  const std::string& name() const { return name_; }
  std::uint64_t size() const { return size_; }
  /// Fills `out` with the bytes from `offset` on. Throws DataError when there are not as many, or they cannot
  /// be read.
  void read(std::uint64_t offset, std::span<std::byte> out) const;
  /// The same as text. Checks before it allocates.
  std::string read_text(std::uint64_t offset, std::uint64_t length) const;

 protected:
  /// `offset` and `out` lie inside the file as it was when it was opened.
  virtual void fill(std::uint64_t offset, std::span<std::byte> out) const = 0;

 private:
  void require(std::uint64_t offset, std::uint64_t length) const;
  std::string name_;
  std::uint64_t size_;
};

/// A regular file, read with pread straight into the destination. Throws DataError when it cannot be opened.
std::unique_ptr<ByteSource> open_bytes(const std::filesystem::path& path);

/// Bytes that the caller keeps alive.
std::unique_ptr<ByteSource> memory_bytes(std::span<const std::byte> bytes, std::string name);

}  // namespace pixelsail::detail
