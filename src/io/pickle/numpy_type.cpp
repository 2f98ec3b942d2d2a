#include "io/pickle/numpy_type.h"

#include <bit>
#include <charconv>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "io/tensors/safetensors.h"
#include "io/utf8.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

template <class T>
PickleValue value_of(T value) {
  return PickleValue(PickleValue::Storage(std::move(value)));
}

std::uint64_t whole_number(std::string_view bytes, bool big_endian) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char byte = bytes[big_endian ? i : bytes.size() - 1 - i];
    value = value << 8 | static_cast<unsigned char>(byte);
  }
  return value;
}

std::int64_t with_sign(std::uint64_t value, std::size_t size) {
  const std::size_t unused = 64 - 8 * size;
  return std::bit_cast<std::int64_t>(value << unused) >> unused;
}

double real_number(std::uint64_t bits, std::size_t size) {
  if (size == 2) return half_to_float(static_cast<std::uint16_t>(bits));
  if (size == 4) return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
  return std::bit_cast<double>(bits);
}

/// Fixed-size text ends at its last character that is not NUL.
std::string text_of(const NumpyType& type, std::string_view bytes) {
  std::string text;
  if (type.kind == 'S') {
    text = bytes;
  } else {
    for (std::size_t i = 0; i + 4 <= bytes.size(); i += 4) {
      const auto code = static_cast<std::uint32_t>(whole_number(bytes.substr(i, 4), type.big_endian));
      if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        throw DataError("a text of numpy holds a character that is none");
      append_utf8(text, code);
    }
  }
  while (text.ends_with('\0')) text.pop_back();
  return text;
}

}  // namespace

std::optional<std::pair<char, std::size_t>> parse_numpy_type(std::string_view text) {
  if (text.starts_with('<') || text.starts_with('>') || text.starts_with('|') || text.starts_with('='))
    text.remove_prefix(1);
  if (text == "?") return std::pair{'b', std::size_t{1}};
  if (text.size() < 2) return std::nullopt;
  const char kind = text.front();
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), size);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  const bool is_power = size == 1 || size == 2 || size == 4 || size == 8;
  constexpr std::size_t kMaxText = std::size_t{1} << 20;
  if (((kind == 'i' || kind == 'u') && is_power) || (kind == 'f' && is_power && size > 1) ||
      (kind == 'b' && size == 1) || (kind == 'S' && size > 0 && size <= kMaxText)) {
    return std::pair{kind, size};
  }
  if (kind == 'U' && size > 0 && size <= kMaxText) return std::pair{kind, 4 * size};
  return std::nullopt;
}

PickleValue numpy_element(const NumpyType& type, std::string_view bytes) {
  if (type.kind == 'U' || type.kind == 'S') return value_of(text_of(type, bytes));
  const std::uint64_t bits = whole_number(bytes, type.big_endian);
  if (type.kind == 'b') return value_of(bits != 0);
  if (type.kind == 'f') return value_of(real_number(bits, type.size));
  if (type.kind == 'i') return value_of(with_sign(bits, type.size));
  if (bits > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    throw DataError("a number of numpy is too large");
  return value_of(static_cast<std::int64_t>(bits));
}

}  // namespace pixelsail::detail
