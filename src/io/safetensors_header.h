#pragma once

/// The JSON header of a safetensors file.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "io/safetensors.h"

namespace pixelsail::detail {

struct HeaderEntry {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<std::int64_t> shape;
  /// Bytes from the start of the data.
  std::uint64_t begin = 0, end = 0;
};

struct SafetensorsHeader {
  /// In order of `begin`; they fill the data without gap or overlap.
  std::vector<HeaderEntry> entries;
  std::map<std::string, std::string> metadata;
};

/// Parses and checks the header text for `data_bytes` bytes of tensor data. Throws DataError with `name` in
/// front.
SafetensorsHeader parse_safetensors_header(std::string_view text, std::uint64_t data_bytes,
                                           const std::string& name);

/// Bytes of a tensor. False when a side is negative or the size overflows (also with the empty sides left
/// out, since strides would).
bool tensor_bytes(DType dtype, const std::vector<std::int64_t>& shape, std::uint64_t& bytes);

}  // namespace pixelsail::detail
