#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "io/atomic_file.h"
#include "io/json.h"
#include "pixelsail/error.h"
#include "support/temp_dir.h"
#include "text/qwen2_split.h"

namespace pixelsail::test {

inline std::filesystem::path repository() {
  return PIXELSAIL_SOURCE_DIR;
}
inline std::filesystem::path golden(const std::string& name) {
  return repository() / "tests" / "golden" / name;
}

/// The DataError of `action`, "" when it throws none.
template <typename Action>
std::string data_error_of(Action action) {
  try {
    action();
  } catch (const DataError& error) {
    return error.what();
  }
  return {};
}

/// A tokenizer.json over all bytes (id = byte) with the merges "a b" (256), "ab c" (257) and "l l" (258).
inline Json small_tokenizer_json() {
  Json vocab = Json::object();
  Json file = read_json(golden("tokenizer_bpe") / "tokenizer.json");
  const Json full = file["model"]["vocab"];
  // The golden file lists the 256 bytes first, in another order than their values; any order will do.
  for (const auto& [token, id] : full.items()) {
    if (id.get<int>() < 256) vocab[token] = id;
  }
  vocab["ab"] = 256;
  vocab["abc"] = 257;
  vocab["ll"] = 258;
  file["model"]["vocab"] = vocab;
  file["model"]["merges"] = Json::array({"a b", Json::array({"ab", "c"}), "l l"});
  file["added_tokens"] = Json::array();
  return file;
}

}  // namespace pixelsail::test
