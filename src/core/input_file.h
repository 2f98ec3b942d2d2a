#pragma once

/// Opening a file that somebody has named. Under the name may lie a folder, a device without an end, or a pipe to which
/// nobody ever writes: a plain open would wait for ever or read until the memory is full.

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <istream>
#include <span>
#include <streambuf>
#include <string>

namespace pixelsail {

/// A file or pipe that is open for reading. Throws DataError with its name for what cannot be opened, a folder, a
/// device, a socket, and a pipe that has no writer within two seconds.
class InputFile {
 public:
  explicit InputFile(const std::filesystem::path& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  int descriptor() const { return fd_; }
  /// A pipe has no size and cannot be positioned.
  bool is_regular() const { return is_regular_; }
  /// When it was opened.
  std::uint64_t size() const { return size_; }
  /// Fills `out` from where the last read ended; fewer bytes at the end only, then 0. Throws DataError.
  std::size_t read(std::span<char> out);

 private:
  std::string name_;
  int fd_ = -1;
  bool is_regular_ = false;
  std::uint64_t size_ = 0;
};

/// The whole of it. Throws DataError as InputFile does.
std::string read_input(const std::filesystem::path& path);

namespace detail {

class InputBuffer : public std::streambuf {
 public:
  explicit InputBuffer(const std::filesystem::path& path) : file_(path) {}

 private:
  int_type underflow() override;
  pos_type seekoff(off_type offset, std::ios_base::seekdir from, std::ios_base::openmode which) override;
  pos_type seekpos(pos_type position, std::ios_base::openmode which) override;

  InputFile file_;
  std::array<char, std::size_t{1} << 16> bytes_;
  /// Of the byte behind the buffer.
  std::int64_t position_ = 0;
};

}  // namespace detail

/// The same as a stream. What fails while it is read sets badbit.
class InputStream : private detail::InputBuffer, public std::istream {
 public:
  explicit InputStream(const std::filesystem::path& path)
      : InputBuffer(path), std::istream(static_cast<std::streambuf*>(this)) {}
};

}  // namespace pixelsail
