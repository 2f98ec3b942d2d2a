#include "scratch.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "pixelsail/error.h"

namespace pixelsail::fuzz {
namespace fs = std::filesystem;

Scratch::Scratch() {
  std::string name = (fs::temp_directory_path() / "pixelsail-fuzz-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw RunError(name + ": the folder cannot be made");
  root_ = name;
}

Scratch::~Scratch() {
  std::error_code error;
  fs::remove_all(root_, error);
}

fs::path Scratch::put(const std::string& name, std::string_view bytes) const {
  const fs::path path = root_ / name;
  const auto open_file = [&path] {
    return open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  };
  int fd = open_file();
  if (fd < 0) {
    fs::create_directories(path.parent_path());
    fd = open_file();
  }
  if (fd < 0) throw RunError(path.string() + ": cannot be opened for writing");
  const ssize_t written = write(fd, bytes.data(), bytes.size());
  close(fd);
  if (written != static_cast<ssize_t>(bytes.size())) throw RunError(path.string() + ": cannot be written");
  return path;
}

}  // namespace pixelsail::fuzz
