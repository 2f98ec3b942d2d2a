#pragma once

/// How fast a checkpoint loads, beside what the machine can do at most.

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace pixelsail {

struct LoadBenchConfig {
  std::filesystem::path checkpoint;  ///< safetensors, as load_model() takes it
  std::string dtype = "bf16";        ///< of the loaded model
  int threads = 2;
  int runs = 5;
};

/// The files are read once first, so that they lie in the page cache. Then load_model() and as many threads
/// that pread the files into fresh memory take turns. {"file_mb", "load_s", "pread_s" (medians), "speed":
/// pread_s / load_s, "peak_extra_mb": what loading adds to the resident memory at its peak,
/// "peak_over_file"}.
nlohmann::ordered_json run_load_bench(const LoadBenchConfig& config);

}  // namespace pixelsail
