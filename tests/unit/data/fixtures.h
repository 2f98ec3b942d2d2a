#pragma once

/// What the tests of this room share, beside the small data sets on disk.

#include <bit>
#include <cstring>

#include "../annotations/fixtures.h"
#include "data/example.h"
#include "data/example_builder.h"
#include "io/tensors/safetensors.h"

namespace pixelsail::test {

/// A teacher's map as float32.
inline std::vector<float> values_of(const TeacherMap& map) {
  const std::size_t width = dtype_size(map.dtype);
  std::vector<float> values(map.data->size() / width);
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, map.data->data() + i * width, width);
    values[i] = map.dtype == DType::kF16
                    ? half_to_float(static_cast<std::uint16_t>(bits))
                    : std::bit_cast<float>(map.dtype == DType::kBF16 ? bits << 16 : bits);
  }
  return values;
}

/// With the demo's tokenizer, patches of 8 pixels and pictures of at most 32.
inline ExampleBuilder demo_builder() {
  static const auto kTokenizer =
      load_tokenizer(std::filesystem::path(PIXELSAIL_SOURCE_DIR) / "data/demo_tokenizer");
  ExampleBuilder builder;
  builder.processor.tokenizer = kTokenizer;
  builder.processor.special = find_special_tokens(*kTokenizer);
  builder.processor.preprocess.patch_size = 8;
  builder.processor.preprocess.max_side = 32;
  builder.processor.max_length = 2048;
  return builder;
}

}  // namespace pixelsail::test
