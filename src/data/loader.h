#pragma once

/// The training stream: a weighted mixture of data sets, prepared by threads, in an order that depends on the
/// seed only (not on thread timing), with a position that can be saved and restored.

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "data/config.h"
#include "data/example_builder.h"

namespace pixelsail {

class Loader {
 public:
  /// Reads all annotations at once. `rank`/`world_size` split the stream between processes.
  Loader(const DataConfig& config, ExampleBuilder builder, std::int64_t batch_size, std::uint64_t seed,
         int rank = 0, int world_size = 1);
  ~Loader();

  /// Blocks until the next batch is ready. Never ends. With on_error stop, a broken sample's DataError
  /// surfaces here.
  Batch next();
  /// Seconds next() waited in the last call.
  double last_wait_s() const;
  /// Position after the batches handed out so far: {"batches": n, ...}; restore() continues exactly there.
  nlohmann::json state() const;
  void restore(const nlohmann::json& state);
  /// Samples in each data set of the mixture.
  std::vector<std::pair<std::string, std::int64_t>> sizes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pixelsail
