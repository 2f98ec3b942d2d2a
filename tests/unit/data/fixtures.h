#pragma once

/// What the tests of this room share, beside the small data sets on disk.

#include "../annotations/fixtures.h"
#include "data/example_builder.h"

namespace pixelsail::test {

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
