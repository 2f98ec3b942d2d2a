#pragma once

/// The safetensors format: 8-byte little-endian header length, JSON header, raw little-endian row-major
/// tensors.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/dtype.h"

namespace pixelsail {

/// A tensor in somebody else's memory, which need not be aligned for its element type: copy before casting.
struct TensorView {
  DType dtype = DType::kF32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> data;
};

/// A file, whole in memory (tensor_source.h reads large ones in parts); views live as long as it does. Opening checks the whole header: sizes, duplicate
/// names, overlapping, out-of-range or misshapen offsets, holes; any fault is a DataError that names file and
/// tensor.
class SafetensorsFile {
 public:
  explicit SafetensorsFile(const std::filesystem::path& path);
  /// Parses a buffer that the caller keeps alive; `name` is used in messages.
  SafetensorsFile(std::span<const std::byte> bytes, const std::string& name);
  ~SafetensorsFile();
  SafetensorsFile(SafetensorsFile&&) noexcept;
  SafetensorsFile& operator=(SafetensorsFile&&) noexcept;

  /// In order of their data offsets.
  const std::vector<std::string>& names() const;
  bool contains(std::string_view name) const;
  /// Throws DataError when there is no such tensor.
  const TensorView& at(std::string_view name) const;
  const std::map<std::string, std::string>& metadata() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Writes tensors in the order given, atomically. Data begin at a multiple of 8 bytes; the bytes depend on
/// the arguments only.
void write_safetensors(const std::filesystem::path& path,
                       const std::vector<std::pair<std::string, TensorView>>& tensors,
                       const std::map<std::string, std::string>& metadata = {});

/// IEEE half <-> float (round to nearest even).
float half_to_float(std::uint16_t bits);
std::uint16_t float_to_half(float value);

}  // namespace pixelsail
