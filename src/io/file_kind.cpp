#include "io/file_kind.h"

#include <algorithm>
#include <cctype>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

bool is_web_page(std::string_view start) {
  const auto begin = start.find_first_not_of(" \t\r\n");
  if (begin == start.npos) return false;
  std::string text(start.substr(begin, 14));
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text.starts_with("<!doctype html") || text.starts_with("<html");
}

}  // namespace

std::string foreign_kind(std::string_view start, bool is_text) {
  using namespace std::string_view_literals;
  if (start.starts_with("version https://git-lfs.github.com/spec/") ||
      start.starts_with("version https://hawser.github.com/spec/")) {
    return "is a Git LFS pointer, a few lines of text in place of the file: fetch the file itself with \"git "
           "lfs "
           "pull\" in its repository, or download it anew";
  }
  if (!is_text) return {};
  if (start.starts_with("\x1f\x8b"sv)) return "is packed with gzip; unpack it first (gunzip)";
  if (start.starts_with("\xfd"
                        "7zXZ"sv))
    return "is packed with xz; unpack it first (unxz)";
  if (start.starts_with("\x28\xb5\x2f\xfd"sv)) return "is packed with zstd; unpack it first (unzstd)";
  if (start.starts_with("PK\x03\x04"sv)) return "is a zip archive; unpack it first (unzip)";
  if (start.starts_with("\xff\xfe"sv) || start.starts_with("\xfe\xff"sv))
    return "is text in UTF-16; save it as UTF-8";
  if (is_web_page(start))
    return "is a web page (HTML): the download was answered with a page in place of the file";
  return {};
}

void refuse_foreign(std::string_view start, const std::string& name, bool is_text) {
  if (const std::string kind = foreign_kind(start, is_text); !kind.empty())
    throw DataError(name + ": " + kind);
}

void refuse_foreign(std::istream& text, const std::string& name) {
  // Pipes cannot be positioned; what is still in the buffer can be given back.
  text.peek();
  std::streambuf& buffer = *text.rdbuf();
  std::string start(static_cast<std::size_t>(std::clamp<std::streamsize>(buffer.in_avail(), 0, 256)), '\0');
  start.resize(
      static_cast<std::size_t>(buffer.sgetn(start.data(), static_cast<std::streamsize>(start.size()))));
  refuse_foreign(start, name, true);
  const std::size_t mark = start.starts_with("\xef\xbb\xbf") ? 3 : 0;
  for (std::size_t i = start.size(); i > mark; --i) buffer.sungetc();
  text.clear();
}

}  // namespace pixelsail
