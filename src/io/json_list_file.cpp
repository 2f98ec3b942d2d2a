#include "io/json_list_file.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "io/file_kind.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

Json object_of(const std::string& text, const std::string& where) {
  Json record = parse_json(text, where);
  if (!record.is_object())
    throw DataError(where + ": should be an object, not " + std::string(record.type_name()));
  return record;
}

}  // namespace

/// Walks once through the bytes and counts brackets outside of texts. What stands inside a record is not looked at.
class JsonListFile::Scanner {
 public:
  Scanner(const detail::ByteSource& bytes, const std::string& key)
      : bytes_(bytes), key_(key), buffer_(std::min<std::uint64_t>(kBuffer, bytes.size())) {}

  std::vector<detail::ByteRange> find() {
    skip_mark();
    const int first = solid();
    if (first == '[' && key_.empty()) {
      list();
    } else if (first == '{' && key_.empty()) {
      --at_;
      lines();
    } else if (first == '{') {
      member();
    } else {
      fail(key_.empty() ? "should hold a list of records" : "should hold an object with \"" + key_ + "\"");
    }
    return std::move(places_);
  }

 private:
  static constexpr int kEnd = -1;
  static constexpr std::uint64_t kBuffer = 1 << 20;

  [[noreturn]] void fail(const std::string& reason) const { throw DataError(bytes_.name() + ": " + reason); }

  int next() {
    if (at_ >= bytes_.size()) return kEnd;
    if (at_ < begin_ || at_ >= begin_ + filled_) {
      begin_ = at_;
      filled_ = std::min<std::uint64_t>(buffer_.size(), bytes_.size() - at_);
      bytes_.read(begin_, std::as_writable_bytes(std::span(buffer_)).first(filled_));
    }
    return static_cast<unsigned char>(buffer_[at_++ - begin_]);
  }

  static bool is_space(int c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

  int solid() {
    int c = next();
    while (is_space(c)) c = next();
    return c;
  }

  void skip_mark() {
    const std::string start = bytes_.read_text(0, std::min<std::uint64_t>(bytes_.size(), 512));
    refuse_foreign(start, bytes_.name(), true);
    if (start.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }

  /// Behind the opening quote; the text itself where it is wanted.
  void text(std::string* wanted = nullptr) {
    for (int c = next(); c != '"'; c = next()) {
      if (c == kEnd) fail("ends inside a text");
      if (wanted != nullptr) *wanted += static_cast<char>(c);
      if (c == '\\') next();
    }
  }

  /// The value that begins with `c`, up to the ',', ']' or '}' behind it, which is returned.
  int value(int c) {
    std::uint64_t depth = 0;
    for (;; c = next()) {
      if (c == kEnd) return kEnd;
      if (c == '"') {
        text();
      } else if (c == '[' || c == '{') {
        ++depth;
      } else if (depth == 0 && (c == ',' || c == ']' || c == '}')) {
        return c;
      } else if (c == ']' || c == '}') {
        --depth;
      }
    }
  }

  /// Behind the list's '['.
  void list() {
    int c = solid();
    if (c == ']') return;
    while (true) {
      const std::uint64_t begin = at_ - 1;
      const int end = value(c);
      if (end != ',' && end != ']')
        fail("the list does not end (behind record " + std::to_string(places_.size()) + ")");
      places_.push_back({.begin = begin, .size = at_ - 1 - begin});
      if (end == ']') return;
      c = solid();
    }
  }

  void lines() {
    std::uint64_t begin = at_;
    bool blank = true;
    const auto end_line = [&](std::uint64_t end) {
      if (!blank) places_.push_back({.begin = begin, .size = end - begin});
      blank = true;
    };
    for (int c = next(); c != kEnd; c = next()) {
      if (c == '\n') {
        end_line(at_ - 1);
        begin = at_;
      } else {
        blank = blank && is_space(c);
      }
    }
    end_line(at_);
  }

  /// Behind the object's '{': the list under the wanted name; other members are passed over.
  void member() {
    for (int c = solid(); c != '}'; c = solid()) {
      std::string name;
      if (c != '"') fail("is no JSON object");
      text(&name);
      if (solid() != ':') fail("is no JSON object");
      c = solid();
      if (name == key_) {
        if (c != '[') fail("\"" + key_ + "\" should be a list");
        return list();
      }
      const int end = value(c);
      if (end == '}') break;
      if (end != ',') fail("is no JSON object");
    }
    fail("has no list \"" + key_ + "\"");
  }

  const detail::ByteSource& bytes_;
  const std::string& key_;
  std::vector<detail::ByteRange> places_;
  std::vector<char> buffer_;
  std::uint64_t at_ = 0, begin_ = 0, filled_ = 0;
};

JsonListFile::JsonListFile(const std::filesystem::path& path, std::string key)
    : key_(std::move(key)), bytes_(detail::open_bytes(path)) {
  places_ = Scanner(*bytes_, key_).find();
}

std::string JsonListFile::where(std::size_t i) const {
  return bytes_->name() + ": " + key_ + "[" + std::to_string(i) + "]";
}

std::string JsonListFile::text(std::size_t i) const {
  const detail::ByteRange& place = places_.at(i);
  if (place.size > kMaxRecord) throw DataError(where(i) + ": is longer than 256 MiB");
  return bytes_->read_text(place.begin, place.size);
}

Json JsonListFile::read(std::size_t i) const {
  return object_of(text(i), where(i));
}

OrderedJson JsonListFile::read_ordered(std::size_t i) const {
  const std::string record = text(i);
  object_of(record, where(i));  // depth, and a message with the place
  try {
    return OrderedJson::parse(record);
  } catch (const nlohmann::json::exception& error) {
    throw DataError(where(i) + ": " + error.what());
  }
}

}  // namespace pixelsail
