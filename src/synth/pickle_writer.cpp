#include "synth/pickle_writer.h"

#include <bit>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <unordered_map>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

void append_little_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>((value >> (8 * i)) & 0xff);
}

class Writer {
 public:
  explicit Writer(bool text) : text_(text) {}

  std::string write(const OrderedJson& value) {
    if (!text_) out_ = "\x80\x02";
    put(value);
    out_ += '.';
    return std::move(out_);
  }

 private:
  void put(const OrderedJson& value) {
    switch (value.type()) {
      case OrderedJson::value_t::null:
        out_ += 'N';
        return;
      case OrderedJson::value_t::boolean:
        out_ += text_ ? (value.get<bool>() ? "I01\n" : "I00\n") : (value.get<bool>() ? "\x88" : "\x89");
        return;
      case OrderedJson::value_t::number_integer:
      case OrderedJson::value_t::number_unsigned:
        return put_int(value.get<std::int64_t>());
      case OrderedJson::value_t::number_float:
        return put_float(value.get<double>());
      case OrderedJson::value_t::string:
        return put_text(value.get_ref<const std::string&>());
      case OrderedJson::value_t::array:
        out_ += text_ ? "(l" : "](";
        for (const auto& item : value) {
          put(item);
          if (text_) out_ += 'a';
        }
        if (!text_) out_ += 'e';
        return;
      case OrderedJson::value_t::object:
        out_ += text_ ? "(d" : "}(";
        for (const auto& [key, item] : value.items()) {
          put_text(key);
          put(item);
          if (text_) out_ += 's';
        }
        if (!text_) out_ += 'u';
        return;
      default:
        throw ConfigError("a pickle cannot hold this kind of value");
    }
  }

  void put_int(std::int64_t value) {
    if (text_) {
      out_ += 'I' + std::to_string(value) + '\n';
    } else if (value >= 0 && value < 256) {
      out_ += 'K';
      append_little_endian(out_, static_cast<std::uint64_t>(value), 1);
    } else if (value >= 0 && value < 65536) {
      out_ += 'M';
      append_little_endian(out_, static_cast<std::uint64_t>(value), 2);
    } else if (value >= std::numeric_limits<std::int32_t>::min() &&
               value <= std::numeric_limits<std::int32_t>::max()) {
      out_ += 'J';
      append_little_endian(out_, static_cast<std::uint64_t>(value), 4);
    } else {
      out_ += "\x8a\x08";
      append_little_endian(out_, static_cast<std::uint64_t>(value), 8);
    }
  }

  void put_float(double value) {
    if (text_) {
      char digits[40];
      std::snprintf(digits, sizeof digits, "%.17g", value);
      out_ += 'F' + std::string(digits) + '\n';
      return;
    }
    out_ += 'G';  // big-endian
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (int i = 7; i >= 0; --i) out_ += static_cast<char>((bits >> (8 * i)) & 0xff);
  }

  void put_text(const std::string& text) {
    const auto [entry, fresh] = memo_.try_emplace(text, memo_.size());
    const std::uint64_t slot = entry->second;
    if (!fresh) {
      put_memo('g', 'h', 'j', slot);
      return;
    }
    if (text_) {
      out_ += 'V' + escaped(text) + '\n';
    } else {
      out_ += 'X';
      append_little_endian(out_, text.size(), 4);
      out_ += text;
    }
    put_memo('p', 'q', 'r', slot);
  }

  void put_memo(char decimal, char short_form, char long_form, std::uint64_t slot) {
    if (text_) {
      out_ += decimal + std::to_string(slot) + '\n';
    } else if (slot < 256) {
      out_ += short_form;
      append_little_endian(out_, slot, 1);
    } else {
      out_ += long_form;
      append_little_endian(out_, slot, 4);
    }
  }

  /// Protocol 0 text is Latin-1 with backslash escapes; our texts are ASCII.
  static std::string escaped(const std::string& text) {
    std::string result;
    for (const char c : text) {
      if (static_cast<unsigned char>(c) >= 0x80)
        throw ConfigError("a protocol 0 pickle is written from ASCII text only");
      if (c == '\\' || c == '\n' || c == '\r' || c == '\0') {
        char code[8];
        std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
        result += code;
      } else {
        result += c;
      }
    }
    return result;
  }

  bool text_;
  std::string out_;
  std::unordered_map<std::string, std::uint64_t> memo_;
};

}  // namespace

std::string write_pickle(const OrderedJson& value, int protocol) {
  if (protocol != 0 && protocol != 2)
    throw ConfigError("pickle protocol " + std::to_string(protocol) + " is not written; 0 and 2 are");
  return Writer(protocol == 0).write(value);
}

}  // namespace pixelsail
