#pragma once

/// Element types, a row each: every list of them, every name that a file or a configuration gives them, and what
/// quantized weights are stored as.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pixelsail/error.h"

namespace pixelsail {

/// kI8 are integers as somebody stored them; kInt8 and kInt4 are weights with scales (kernels/matrix.h).
/// kNone stands where nothing is quantized.
enum class DType { kF64, kF32, kF16, kBF16, kI64, kI32, kI16, kI8, kU8, kBool, kInt8, kInt4, kNone };

struct DTypeRow {
  DType dtype;
  int bits;                  ///< of one value
  std::string_view name;     ///< in configurations; empty: weights cannot be held in it
  std::string_view stored;   ///< in a safetensors header; empty: as the two tensors below
  std::string_view torch;    ///< torch's name, which Hugging Face's config.json has too
  std::string_view storage;  ///< torch's class of such a storage
  bool floating = false;
  int group = 0;                ///< columns that share a scale; 0: no scales
  DType data = DType::kNone;    ///< of a quantized weight's values, as stored
  DType scales = DType::kNone;  ///< of its scales
  int scale_values = 1;         ///< scales of one group
};

/// Types of weights stand in the order in which messages list them.
inline constexpr std::array kDTypes{
    DTypeRow{DType::kF64, 64, "", "F64", "float64", "DoubleStorage", true},
    DTypeRow{DType::kF32, 32, "f32", "F32", "float32", "FloatStorage", true},
    DTypeRow{DType::kBF16, 16, "bf16", "BF16", "bfloat16", "BFloat16Storage", true},
    DTypeRow{DType::kF16, 16, "f16", "F16", "float16", "HalfStorage", true},
    DTypeRow{DType::kI64, 64, "", "I64", "int64", "LongStorage"},
    DTypeRow{DType::kI32, 32, "", "I32", "int32", "IntStorage"},
    DTypeRow{DType::kI16, 16, "", "I16", "int16", "ShortStorage"},
    DTypeRow{DType::kI8, 8, "", "I8", "int8", "CharStorage"},
    DTypeRow{DType::kU8, 8, "", "U8", "uint8", "ByteStorage"},
    DTypeRow{DType::kBool, 8, "", "BOOL", "bool", "BoolStorage"},
    DTypeRow{DType::kInt8, 8, "int8", "", "", "", false, 64, DType::kI8, DType::kF32},
    DTypeRow{DType::kInt4, 4, "int4", "", "", "", false, 32, DType::kU8, DType::kBF16, 2}};

namespace detail {

/// Where the row of each type stands.
inline constexpr auto kDTypePlace = [] {
  std::array<std::size_t, kDTypes.size()> places{};
  for (std::size_t i = 0; i < kDTypes.size(); ++i) places.at(static_cast<std::size_t>(kDTypes[i].dtype)) = i;
  return places;
}();

}  // namespace detail

/// Throws RunError for kNone.
constexpr const DTypeRow& dtype_row(DType dtype) {
  const auto index = static_cast<std::size_t>(dtype);
  if (index >= kDTypes.size()) throw RunError("unknown element type");
  return kDTypes[detail::kDTypePlace[index]];
}

/// Bytes of one element as stored. Throws RunError for a type that is stored as two tensors.
constexpr std::size_t dtype_size(DType dtype) {
  const DTypeRow& row = dtype_row(dtype);
  if (row.stored.empty()) throw RunError("a quantized type has no elements of its own");
  return static_cast<std::size_t>(row.bits) / 8;
}

/// Whether it is a floating-point type: integers in place of weights are those of somebody's quantization,
/// whose scales lie elsewhere.
constexpr bool is_floating(DType dtype) {
  return dtype != DType::kNone && dtype_row(dtype).floating;
}

constexpr bool is_quantized(DType dtype) {
  return dtype != DType::kNone && dtype_row(dtype).group > 0;
}

/// Name in a safetensors header ("F32").
constexpr std::string_view dtype_name(DType dtype) {
  return dtype_row(dtype).stored;
}

/// Names of the types that weights can be held in, quantized ones last.
inline std::vector<std::string> weight_dtype_names(bool quantized = true) {
  std::vector<std::string> names;
  for (const DTypeRow& row : kDTypes)
    if (!row.name.empty() && (quantized || row.group == 0)) names.emplace_back(row.name);
  return names;
}

/// The type of weights with this name. Throws ConfigError that lists the names.
inline DType weight_dtype(std::string_view name, bool quantized = true) {
  std::string known;
  for (const std::string& one : weight_dtype_names(quantized)) known += (known.empty() ? "" : ", ") + one;
  for (const DTypeRow& row : kDTypes)
    if (!name.empty() && row.name == name && (quantized || row.group == 0)) return row.dtype;
  throw ConfigError("dtype '" + std::string(name) + "' is not one of " + known);
}

}  // namespace pixelsail
