#include "perf/load_bench.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

TEST(LoadBench, MeasuresACheckpointInOneFileAndInShards) {
  for (const char* name : {"hf_mistral", "hf_qwen2_untied"}) {
    const auto result = run_load_bench(
        {.checkpoint = std::string(PIXELSAIL_SOURCE_DIR) + "/tests/golden/" + name, .threads = 1, .runs = 3});
    EXPECT_GT(result["file_mb"], 0.1) << name;
    EXPECT_GT(result["load_s"], 0) << name;
    EXPECT_GT(result["pread_s"], 0) << name;
  }
  EXPECT_THROW(run_load_bench({.checkpoint = PIXELSAIL_SOURCE_DIR}), DataError);
}

}  // namespace
}  // namespace pixelsail
