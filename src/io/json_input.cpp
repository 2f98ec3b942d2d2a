#include "io/json_input.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "io/file_kind.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr std::string_view kNumbers[] = {"NaN", "Infinity", "-Infinity"};
/// The longest of them and what follows it.
constexpr std::size_t kLookAhead = 10;

bool continues_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Which of kNumbers stands at the beginning of `text`; empty for none.
std::string_view number_at(std::string_view text) {
  for (const std::string_view number : kNumbers) {
    if (text.starts_with(number) && (text.size() == number.size() || !continues_word(text[number.size()])))
      return number;
  }
  return {};
}

std::ifstream open_text(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    throw DataError(path.string() + ": is a folder, not a file");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw DataError(path.string() + ": cannot be opened");
  refuse_foreign(file, path.string());
  return file;
}

}  // namespace

void NumberFilter::filter(std::string_view piece, bool is_last, std::string& out) {
  std::string joined;
  if (!kept_.empty()) {
    joined = std::exchange(kept_, {}) + std::string(piece);
    piece = joined;
  }
  std::size_t done = 0, i = 0;
  for (; i < piece.size(); ++i) {
    const char c = piece[i];
    if (in_text_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_text_ = false;
      }
      continue;
    }
    if (c == '"') {
      in_text_ = true;
      continue;
    }
    if (c != 'N' && c != 'I' && c != '-') continue;
    if (!is_last && piece.size() - i < kLookAhead) break;
    const std::string_view number = number_at(piece.substr(i));
    if (number.empty()) continue;
    out.append(piece.substr(done, i - done)).append("null");
    if (number.size() > 4) out.append(number.size() - 4, ' ');
    if (number.size() < 4) grown_at_.push_back(position_ + i);
    done = i + number.size();
    i = done - 1;
  }
  out.append(piece.substr(done, i - done));
  kept_ = piece.substr(i);
  position_ += i;
}

namespace detail {

JsonBuffer::JsonBuffer(const std::filesystem::path& path) : file_(open_text(path)) {}

JsonBuffer::int_type JsonBuffer::underflow() {
  constexpr std::size_t kPiece = std::size_t{1} << 16;
  std::string piece(kPiece, '\0');
  ready_.clear();
  while (ready_.empty() && file_) {
    file_.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    filter_.filter({piece.data(), static_cast<std::size_t>(file_.gcount())}, !file_, ready_);
  }
  if (ready_.empty()) return traits_type::eof();
  setg(ready_.data(), ready_.data(), ready_.data() + ready_.size());
  return traits_type::to_int_type(ready_.front());
}

}  // namespace detail

JsonRecords::JsonRecords(const std::filesystem::path& path) : name_(path.string()), file_(open_text(path)) {
  int c = file_.get();
  for (; c == ' ' || c == '\t' || c == '\r' || c == '\n'; c = file_.get()) number_ += c == '\n' ? 1 : 0;
  is_array_ = c == '[';
  if (is_array_) {
    number_ = 0;
  } else if (file_) {
    file_.unget();
  }
}

bool JsonRecords::next(std::string& text) {
  if (at_end_) return false;
  const bool found = is_array_ ? next_entry(text) : next_line(text);
  at_end_ = !found;
  if (file_.bad()) throw DataError(name_ + ": cannot be read to its end");
  return found;
}

std::string JsonRecords::place() const {
  return (is_array_ ? "entry " : "line ") + std::to_string(number_);
}

bool JsonRecords::next_line(std::string& text) {
  while (std::getline(file_, text)) {
    ++number_;
    is_ended_ = !file_.eof();
    if (text.ends_with('\r')) text.pop_back();
    if (text.find_first_not_of(" \t") != text.npos) return true;
  }
  return false;
}

/// The next character that is no white space, or the end of the file.
int JsonRecords::next_solid() {
  int c = file_.get();
  while (c == ' ' || c == '\t' || c == '\r' || c == '\n') c = file_.get();
  return c;
}

bool JsonRecords::next_entry(std::string& text) {
  constexpr int kEnd = std::char_traits<char>::eof();
  if (array_ended_) return false;
  int c = next_solid();
  if (c == ']' && number_ == 0) return false;
  text.clear();
  int depth = 0;
  bool in_text = false;
  for (; c != kEnd; c = file_.get()) {
    if (in_text) {
      text += static_cast<char>(c);
      if (c == '\\') {
        if (const int next = file_.get(); next != kEnd) text += static_cast<char>(next);
      } else if (c == '"') {
        in_text = false;
      }
      continue;
    }
    if (depth == 0 && (c == ',' || c == ']')) {
      ++number_;
      array_ended_ = c == ']';
      if (array_ended_ && next_solid() != kEnd) throw DataError(name_ + ": text follows the JSON array");
      return true;
    }
    in_text = c == '"';
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    text += static_cast<char>(c);
  }
  throw DataError(name_ + ": the JSON array does not end (behind entry " + std::to_string(number_) + ")");
}

}  // namespace pixelsail
