#include "core/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

DataError fault(const std::string& name, const char* what, int error) {
  return DataError(name + ": " + what + ": " + std::generic_category().message(error));
}

/// Whether somebody holds the pipe open for writing, or has written to it. Nothing is taken out of it.
bool has_writer(int pipe_fd) {
  int copy[2];
  if (pipe2(copy, O_CLOEXEC | O_NONBLOCK) != 0) return true;  // the read itself will say what is wrong
  const ssize_t seen = tee(pipe_fd, copy[1], 1, SPLICE_F_NONBLOCK);
  const bool is_empty = seen < 0 && errno == EAGAIN;
  close(copy[0]);
  close(copy[1]);
  return seen > 0 || is_empty;
}

bool wait_for_writer(int pipe_fd) {
  using std::chrono::steady_clock;
  constexpr std::chrono::seconds kPatience{2};
  constexpr std::chrono::milliseconds kPause{5};
  const auto end = steady_clock::now() + kPatience;
  while (!has_writer(pipe_fd)) {
    if (steady_clock::now() > end) return false;
    std::this_thread::sleep_for(kPause);
  }
  return true;
}

/// What cannot be read as a file; nothing for files and pipes.
const char* refused_kind(mode_t mode) {
  if (S_ISDIR(mode)) return "is a folder, not a file";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "is a device, not a file";
  if (S_ISSOCK(mode)) return "is a socket, not a file";
  return nullptr;
}

}  // namespace

InputFile::InputFile(const std::filesystem::path& path) : name_(path.string()) {
  // Without O_NONBLOCK the open itself would wait for a writer.
  fd_ = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd_ < 0 && errno == ENXIO) throw DataError(name_ + ": is a socket or a device, not a file");
  if (fd_ < 0) throw fault(name_, "cannot be opened", errno);
  struct stat info = {};
  const int error = fstat(fd_, &info) == 0 ? 0 : errno;
  const char* refused = error == 0 ? refused_kind(info.st_mode) : nullptr;
  is_regular_ = S_ISREG(info.st_mode);
  size_ = is_regular_ ? static_cast<std::uint64_t>(info.st_size) : 0;
  if (error == 0 && S_ISFIFO(info.st_mode) && !wait_for_writer(fd_))
    refused = "is a pipe that nobody writes to";
  if (error == 0 && refused == nullptr) {
    // From here on a pipe is waited for: its writer may take its time.
    fcntl(fd_, F_SETFL, fcntl(fd_, F_GETFL) & ~O_NONBLOCK);
    return;
  }
  close(fd_);
  if (refused != nullptr) throw DataError(name_ + ": " + refused);
  throw fault(name_, "cannot be opened", error);
}

InputFile::~InputFile() {
  close(fd_);
}

std::size_t InputFile::read(std::span<char> out) {
  constexpr std::size_t kMaxChunk = std::size_t{1} << 30;
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = ::read(fd_, out.data() + done, std::min(out.size() - done, kMaxChunk));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw fault(name_, "cannot read", errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
    if (!is_regular_) break;  // what has come through a pipe is handed on
  }
  return done;
}

std::string read_input(const std::filesystem::path& path) {
  InputFile file(path);
  // The size is a hint only: pipes have none and a file may grow. One byte more finds the end without a
  // regrowth.
  std::string bytes(std::max<std::uint64_t>(file.size(), 4095) + 1, '\0');
  std::size_t used = 0;
  while (const std::size_t got = file.read(std::span(bytes).subspan(used))) {
    used += got;
    if (used == bytes.size()) bytes.resize(bytes.size() * 2);
  }
  bytes.resize(used);
  return bytes;
}

namespace detail {

InputBuffer::int_type InputBuffer::underflow() {
  const std::size_t count = file_.read(bytes_);
  position_ += static_cast<std::int64_t>(count);
  setg(bytes_.data(), bytes_.data(), bytes_.data() + count);
  return count == 0 ? traits_type::eof() : traits_type::to_int_type(bytes_.front());
}

InputBuffer::pos_type InputBuffer::seekoff(off_type offset, std::ios_base::seekdir from,
                                           std::ios_base::openmode which) {
  const std::int64_t here = position_ - (egptr() - gptr());
  // Where one stands can be told of a pipe too.
  if (from == std::ios_base::cur && offset == 0) return here;
  const std::int64_t begin =
      from == std::ios_base::beg
          ? 0
          : (from == std::ios_base::cur ? here : static_cast<std::int64_t>(file_.size()));
  return seekpos(begin + offset, which);
}

InputBuffer::pos_type InputBuffer::seekpos(pos_type position, std::ios_base::openmode) {
  const off_type wanted = position;
  if (!file_.is_regular() || wanted < 0) return pos_type(off_type(-1));
  const std::int64_t first = position_ - (egptr() - eback());
  if (wanted >= first && wanted <= position_) {
    setg(eback(), eback() + (wanted - first), egptr());
    return position;
  }
  if (lseek(file_.descriptor(), wanted, SEEK_SET) < 0) return pos_type(off_type(-1));
  position_ = wanted;
  setg(nullptr, nullptr, nullptr);
  return position;
}

}  // namespace detail
}  // namespace pixelsail
