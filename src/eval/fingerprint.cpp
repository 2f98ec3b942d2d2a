#include "eval/fingerprint.h"

#include <algorithm>
#include <fstream>
#include <vector>

#include "pixelsail/error.h"

namespace pixelsail {
namespace fs = std::filesystem;
namespace {

bool belongs_to_checkpoint(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".json" || extension == ".safetensors" || extension == ".model";
}

void add_file(Fingerprint& fingerprint, const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw DataError(path.string() + ": cannot be opened");
  std::vector<char> buffer(std::size_t{1} << 20);
  std::int64_t size = 0;
  while (file) {
    file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    fingerprint.add(std::string_view(buffer.data(), static_cast<std::size_t>(file.gcount())));
    size += file.gcount();
  }
  if (file.bad()) throw DataError(path.string() + ": cannot be read to its end");
  fingerprint.add(size);
}

std::string folder_fingerprint(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.is_regular_file() && belongs_to_checkpoint(entry.path())) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  Fingerprint fingerprint;
  for (const fs::path& file : files) {
    fingerprint.add(file.filename().string());
    add_file(fingerprint, file);
  }
  return fingerprint.text();
}

}  // namespace

std::string checkpoint_fingerprint(const fs::path& directory) {
  if (!fs::is_directory(directory)) throw DataError(directory.string() + ": no such checkpoint folder");
  if (!fs::exists(directory / "config.json")) {
    throw DataError(directory.string() + ": is no checkpoint folder (it holds no config.json)");
  }
  return folder_fingerprint(directory);
}

std::string adapter_fingerprint(const fs::path& directory) {
  if (!fs::is_directory(directory)) throw DataError(directory.string() + ": no such adapter folder");
  return folder_fingerprint(directory);
}

}  // namespace pixelsail
