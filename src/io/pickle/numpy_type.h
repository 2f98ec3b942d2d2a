#pragma once

/// Element types of numpy as pickles name them: numpy.dtype('i8') and the byte order set afterwards.

#include <cstddef>
#include <optional>
#include <string_view>

#include "io/pickle/pickle.h"

namespace pixelsail::detail {

/// An element type of numbers, truth values or text.
struct NumpyType final : PickleObject {
  /// i, u, f, b (truth values), U (UCS-4 text), S (bytes).
  char kind = 'i';
  /// Bytes of an element.
  std::size_t size = 8;
  /// Set after the object was made, hence mutable: pickles share it before they know the order.
  mutable bool big_endian = false;
};

/// "i8", "<f4", "b1", "?", "U3"; nothing for what holds no plain values.
std::optional<std::pair<char, std::size_t>> parse_numpy_type(std::string_view text);

/// One element from its bytes (exactly type.size of them). Throws DataError for a whole number beyond 64 bits
/// with sign and for text that is none.
PickleValue numpy_element(const NumpyType& type, std::string_view bytes);

}  // namespace pixelsail::detail
