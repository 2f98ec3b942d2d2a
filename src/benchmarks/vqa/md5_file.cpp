#include "benchmarks/vqa/md5_file.h"

#include <md5.h>

#include <array>
#include <cstdint>
#include <vector>

#include "core/input_file.h"

namespace pixelsail {

std::string md5_of_file(const std::filesystem::path& path) {
  constexpr std::size_t kBlock = std::size_t{1} << 20;
  InputFile file(path);
  MD5_CTX context;
  MD5Init(&context);
  std::vector<char> block(kBlock);
  while (const std::size_t got = file.read(block))
    MD5Update(&context, reinterpret_cast<const std::uint8_t*>(block.data()), got);
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
