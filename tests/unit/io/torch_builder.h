#pragma once

/// Torch archives and their pickles put together by hand, so that tests and the fuzzer can make faulty ones.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace pixelsail::test {

inline std::string little_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i, value >>= 8) text.push_back(static_cast<char>(value & 0xFF));
  return text;
}

/// BINUNICODE.
inline std::string pickled_text(const std::string& text) {
  return "X" + little_endian(text.size(), 4) + text;
}

/// LONG1 of 8 bytes.
inline std::string pickled_number(std::int64_t value) {
  return "\x8a\x08" + little_endian(static_cast<std::uint64_t>(value), 8);
}

inline std::string pickled_tuple(const std::vector<std::int64_t>& values) {
  std::string text = "(";
  for (const std::int64_t value : values) text += pickled_number(value);
  return text + "t";
}

inline std::string pickled_storage(const std::string& type, const std::string& key, std::int64_t numel) {
  return "(" + pickled_text("storage") + "ctorch\n" + type + "\n" + pickled_text(key) + pickled_text("cpu") +
         pickled_number(numel) + "tQ";
}

/// `storage` is the pickle of one.
inline std::string pickled_tensor(const std::string& storage, std::int64_t offset,
                                  const std::vector<std::int64_t>& shape,
                                  const std::vector<std::int64_t>& stride) {
  return "ctorch._utils\n_rebuild_tensor_v2\n(" + storage + pickled_number(offset) + pickled_tuple(shape) +
         pickled_tuple(stride) + "\x89" + "ccollections\nOrderedDict\n)RtR";
}

/// An OrderedDict; the values are pickles.
inline std::string pickled_dict(const std::vector<std::pair<std::string, std::string>>& items) {
  std::string text = "ccollections\nOrderedDict\n)R(";
  for (const auto& [key, value] : items) text += pickled_text(key) + value;
  return text + "u";
}

inline std::string pickled(const std::string& value) {
  return "\x80\x02" + value + ".";
}

/// A zip archive; its checksums are 0, which readers of torch archives do not look at.
class ZipBuilder {
 public:
  /// `method` 0 is stored, 8 deflated. `is_large` writes sizes and place in 64 bits.
  void add(const std::string& name, const std::string& data, bool is_large = false, int method = 0,
           int flags = 0) {
    const std::string version = little_endian(45, 2) + little_endian(static_cast<std::uint64_t>(flags), 2) +
                                little_endian(static_cast<std::uint64_t>(method), 2) + little_endian(0, 8);
    const std::string sizes =
        is_large ? little_endian(~0ull, 8) : little_endian(data.size(), 4) + little_endian(data.size(), 4);
    const std::string sizes64 = little_endian(data.size(), 8) + little_endian(data.size(), 8);
    const std::string extra = is_large ? little_endian(1, 2) + little_endian(24, 2) + sizes64 : "";
    const std::uint64_t begin = file_.size();
    const auto name_size = little_endian(name.size(), 2);
    file_ += "PK\x03\x04" + version + sizes + name_size + little_endian(is_large ? 20 : 0, 2) + name;
    if (is_large) file_ += little_endian(1, 2) + little_endian(16, 2) + sizes64;
    file_ += data;
    directory_ += "PK\x01\x02" + little_endian(45, 2) + version + sizes + name_size +
                  little_endian(is_large ? 28 : 0, 2) + little_endian(0, 10) +
                  little_endian(is_large ? 0xFFFFFFFF : begin, 4) + name;
    if (is_large) directory_ += extra + little_endian(begin, 8);
    ++count_;
  }

  /// `entries` is promised in the 64-bit end when not 0; `is_large` writes such an end.
  std::string finish(bool is_large = false, std::uint64_t entries = 0) const {
    const std::uint64_t begin = file_.size(), end64 = begin + directory_.size();
    std::string end;
    if (is_large) {
      const std::string count = little_endian(entries != 0 ? entries : count_, 8);
      end = "PK\x06\x06" + little_endian(44, 8) + little_endian(45, 2) + little_endian(45, 2) +
            little_endian(0, 8) + count + count + little_endian(directory_.size(), 8) +
            little_endian(begin, 8) + "PK\x06\x07" + little_endian(0, 4) + little_endian(end64, 8) +
            little_endian(1, 4);
    }
    const std::string count = little_endian(is_large ? 0xFFFF : count_, 2);
    return file_ + directory_ + end + "PK\x05\x06" + little_endian(0, 4) + count + count +
           little_endian(is_large ? 0xFFFFFFFF : directory_.size(), 4) +
           little_endian(is_large ? 0xFFFFFFFF : begin, 4) + little_endian(0, 2);
  }

 private:
  std::string file_, directory_;
  std::uint64_t count_ = 0;
};

}  // namespace pixelsail::test
