#include <nlohmann/json.hpp>

#include "perf/load_bench.h"
#include "pixelsail/error.h"

namespace pixelsail {

nlohmann::ordered_json run_load_bench(const LoadBenchConfig& config) {
  throw ConfigError(config.checkpoint.string() + ": the minimal build loads no checkpoints");
}

}  // namespace pixelsail
