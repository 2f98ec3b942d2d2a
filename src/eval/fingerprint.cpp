#include "eval/fingerprint.h"

#include <algorithm>
#include <array>
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

}  // namespace

void Fingerprint::add(std::string_view bytes) {
  std::uint64_t state = state_;
  for (const char c : bytes) {
    state ^= static_cast<unsigned char>(c);
    state *= 1099511628211ULL;
  }
  state_ = state;
}

void Fingerprint::add(std::int64_t value) {
  std::array<char, 8> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>((static_cast<std::uint64_t>(value) >> (8 * i)) & 0xFF);
  }
  add(std::string_view(bytes.data(), bytes.size()));
}

std::string Fingerprint::text() const {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4) text += kDigits[(state_ >> shift) & 0xF];
  return text;
}

std::string checkpoint_fingerprint(const fs::path& directory) {
  if (!fs::is_directory(directory)) throw DataError(directory.string() + ": no such checkpoint folder");
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.is_regular_file() && belongs_to_checkpoint(entry.path())) files.push_back(entry.path());
  }
  if (!fs::exists(directory / "config.json")) {
    throw DataError(directory.string() + ": is no checkpoint folder (it holds no config.json)");
  }
  std::ranges::sort(files);
  Fingerprint fingerprint;
  for (const fs::path& file : files) {
    fingerprint.add(file.filename().string());
    add_file(fingerprint, file);
  }
  return fingerprint.text();
}

std::string expressions_fingerprint(const ReferData& data, std::span<const ReferExpression> expressions) {
  Fingerprint fingerprint;
  for (const ReferExpression& expression : expressions) {
    fingerprint.add(expression.ref_id);
    fingerprint.add(expression.sent_id);
    fingerprint.add(expression.image_id);
    for (const std::string& text : {expression.sentence, data.image(expression.image_id).file_name}) {
      fingerprint.add(text);
      fingerprint.add(static_cast<std::int64_t>(text.size()));
    }
  }
  return fingerprint.text();
}

}  // namespace pixelsail
