#include "io/archive/gzip_lines.h"

#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>

#include "core/input_file.h"
#include "io/file_kind.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {
constexpr std::size_t kBufferBytes = 1U << 20U;
/// zlib's own buffer for packed bytes.
constexpr unsigned kPackedBytes = 1U << 18U;
}  // namespace

GzipLines::GzipLines(const std::filesystem::path& path) : name_(path.string()), buffer_(kBufferBytes) {
  const InputFile plain(path);
  // zlib reads a file that is not packed as it is; what looks like one of Git LFS would pass for a table.
  char start[64];
  const ssize_t got = pread(plain.descriptor(), start, sizeof start, 0);
  refuse_foreign(std::string_view(start, static_cast<std::size_t>(std::max<ssize_t>(got, 0))), name_);
  const int own = dup(plain.descriptor());
  if (own >= 0) file_ = gzdopen(own, "rb");
  if (file_ == nullptr) {
    if (own >= 0) close(own);
    throw DataError(name_ + ": cannot be opened");
  }
  gzbuffer(file_, kPackedBytes);
}

GzipLines::~GzipLines() {
  gzclose_r(file_);
}

bool GzipLines::next(std::string_view& line) {
  std::size_t searched = 0;
  for (;;) {
    const char* const begin = buffer_.data() + begin_;
    const std::size_t size = end_ - begin_;
    const void* const found = std::memchr(begin + searched, '\n', size - searched);
    if (found != nullptr || (at_end_ && size > 0)) {
      const std::size_t length =
          found != nullptr ? static_cast<std::size_t>(static_cast<const char*>(found) - begin) : size;
      line = std::string_view(begin, length);
      if (line.ends_with('\r')) line.remove_suffix(1);
      begin_ += std::min(length + 1, size);
      ++number_;
      return true;
    }
    searched = size;
    if (!fill()) return false;
  }
}

bool GzipLines::fill() {
  if (at_end_) return false;
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  if (end_ == buffer_.size()) {
    throw DataError(name_ + ":" + std::to_string(number_ + 1) + ": the line has more than " +
                    std::to_string(kBufferBytes) + " bytes");
  }
  const int count = gzread(file_, buffer_.data() + end_, static_cast<unsigned>(buffer_.size() - end_));
  int error = Z_OK;
  const char* const reason = gzerror(file_, &error);
  if (count < 0 || (error != Z_OK && error != Z_STREAM_END)) {
    throw DataError(name_ + ": cannot be unpacked behind line " + std::to_string(number_) + ": " + reason);
  }
  end_ += static_cast<std::size_t>(count);
  at_end_ = count == 0;
  return count > 0 || end_ > 0;
}

}  // namespace pixelsail::detail
