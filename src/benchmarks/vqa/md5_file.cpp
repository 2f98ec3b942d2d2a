#include "benchmarks/vqa/md5_file.h"

#include <md5.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <vector>

#include "pixelsail/error.h"

namespace pixelsail {

std::string md5_of_file(const std::filesystem::path& path) {
  constexpr std::size_t kBlock = std::size_t{1} << 20;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw DataError(path.string() + ": cannot be opened");
  MD5_CTX context;
  MD5Init(&context);
  std::vector<char> block(kBlock);
  while (file) {
    file.read(block.data(), static_cast<std::streamsize>(block.size()));
    const std::vector<std::uint8_t> bytes(block.begin(), block.begin() + file.gcount());
    MD5Update(&context, bytes.data(), bytes.size());
  }
  if (file.bad()) throw DataError(path.string() + ": cannot be read");
  std::array<std::uint8_t, MD5_DIGEST_LENGTH> digest{};
  MD5Final(digest.data(), &context);
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace pixelsail
