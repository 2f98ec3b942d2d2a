#include "io/pickle/pickle_writer.h"

#include <bit>
#include <cstdio>
#include <limits>
#include <utility>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

using detail::PickleOutput;

void append_little_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>((value >> (8 * i)) & 0xff);
}

/// Protocol 0 text is Latin-1 with backslash escapes; our texts are ASCII.
std::string escaped(const std::string& text) {
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

void put(const OrderedJson& value, PickleOutput& out) {
  const bool is_text = out.is_text();
  switch (value.type()) {
    case OrderedJson::value_t::null:
      return out.put_op("N");
    case OrderedJson::value_t::boolean:
      return out.put_bool(value.get<bool>());
    case OrderedJson::value_t::number_integer:
    case OrderedJson::value_t::number_unsigned:
      return out.put_int(value.get<std::int64_t>());
    case OrderedJson::value_t::number_float:
      return out.put_float(value.get<double>());
    case OrderedJson::value_t::string:
      return out.put_text(value.get_ref<const std::string&>());
    case OrderedJson::value_t::array:
      out.put_op(is_text ? "(l" : "](");
      for (const auto& item : value) {
        put(item, out);
        if (is_text) out.put_op("a");
      }
      if (!is_text) out.put_op("e");
      return;
    case OrderedJson::value_t::object:
      out.put_op(is_text ? "(d" : "}(");
      for (const auto& [key, item] : value.items()) {
        out.put_text(key);
        put(item, out);
        if (is_text) out.put_op("s");
      }
      if (!is_text) out.put_op("u");
      return;
    default:
      throw ConfigError("a pickle cannot hold this kind of value");
  }
}

}  // namespace

namespace detail {

PickleOutput::PickleOutput(bool is_text) : is_text_(is_text) {
  if (!is_text_) out_ = "\x80\x02";
}

void PickleOutput::put_bool(bool value) {
  out_ += is_text_ ? (value ? "I01\n" : "I00\n") : (value ? "\x88" : "\x89");
}

void PickleOutput::put_int(std::int64_t value) {
  if (is_text_) {
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

void PickleOutput::put_float(double value) {
  if (is_text_) {
    char digits[40];
    std::snprintf(digits, sizeof digits, "%.17g", value);
    out_ += 'F' + std::string(digits) + '\n';
    return;
  }
  out_ += 'G';  // big-endian
  const auto bits = std::bit_cast<std::uint64_t>(value);
  for (int i = 7; i >= 0; --i) out_ += static_cast<char>((bits >> (8 * i)) & 0xff);
}

void PickleOutput::put_text(const std::string& text) {
  if (is_text_) return put_once('V' + escaped(text) + '\n');
  std::string encoded = "X";
  append_little_endian(encoded, text.size(), 4);
  put_once(encoded + text);
}

void PickleOutput::put_global(std::string_view module, std::string_view name) {
  put_once("c" + std::string(module) + "\n" + std::string(name) + "\n");
}

std::string PickleOutput::finish() {
  out_ += '.';
  return std::move(out_);
}

void PickleOutput::put_once(std::string encoded) {
  const auto [entry, is_new] = memo_.try_emplace(std::move(encoded), memo_.size());
  if (!is_new) return put_memo('g', 'h', 'j', entry->second);
  out_ += entry->first;
  put_memo('p', 'q', 'r', entry->second);
}

void PickleOutput::put_memo(char decimal, char short_form, char long_form, std::uint64_t slot) {
  if (is_text_) {
    out_ += decimal + std::to_string(slot) + '\n';
  } else if (slot < 256) {
    out_ += short_form;
    append_little_endian(out_, slot, 1);
  } else {
    out_ += long_form;
    append_little_endian(out_, slot, 4);
  }
}

}  // namespace detail

std::string write_pickle(const OrderedJson& value, int protocol) {
  if (protocol != 0 && protocol != 2)
    throw ConfigError("pickle protocol " + std::to_string(protocol) + " is not written; 0 and 2 are");
  PickleOutput out(protocol == 0);
  put(value, out);
  return out.finish();
}

}  // namespace pixelsail
