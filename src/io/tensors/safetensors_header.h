#pragma once

/// The JSON header of a safetensors file.

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/tensors/safetensors.h"

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

/// Bytes in front of the header: its length.
inline constexpr std::size_t kSafetensorsPrefix = 8;

/// Length of the header from the first bytes of a file of `file_bytes` bytes. Throws DataError with `name` in
/// front when it is longer than the file or than the format's own reader allows.
std::uint64_t safetensors_header_length(std::span<const std::byte, kSafetensorsPrefix> prefix,
                                        std::uint64_t file_bytes, const std::string& name);

/// Parses and checks the header text for `data_bytes` bytes of tensor data. Throws DataError with `name` in
/// front.
SafetensorsHeader parse_safetensors_header(std::string_view text, std::uint64_t data_bytes,
                                           const std::string& name);

/// What a file of these tensors (their offsets are not looked at) begins with: length and header, padded to a
/// multiple of 8 bytes. Throws RunError with `file` in front for a name that is taken or not UTF-8.
std::string safetensors_start(const std::string& file, const std::vector<HeaderEntry>& entries,
                              const std::map<std::string, std::string>& metadata);

/// Bytes of a tensor. False when a side is negative or the size overflows (also with the empty sides left
/// out, since strides would).
bool tensor_bytes(DType dtype, const std::vector<std::int64_t>& shape, std::uint64_t& bytes);

}  // namespace pixelsail::detail
