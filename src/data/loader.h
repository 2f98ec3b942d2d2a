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

/// What fills a micro-batch.
struct BatchSize {
  // A plain number of samples is one. NOLINTNEXTLINE(google-explicit-constructor)
  BatchSize(std::int64_t samples_, std::int64_t tokens_ = 0) : samples(samples_), tokens(tokens_) {}
  std::int64_t samples;
  /// Above 0: whole samples in the order of the stream, as many as have so many tokens together, and one that
  /// has more alone. `samples` is 1 then.
  std::int64_t tokens;
};

/// The unit of the stream is the micro-batch of `size.samples` samples: what micro-batch m holds, every random
/// choice in it included, is a function of (seed, m) alone. Of w processes, rank r reads those with m % w == r.
/// With `size.tokens` the unit is the sample, and one process reads them all: where a micro-batch ends depends
/// on the lengths of all before it.
class Loader {
 public:
  /// Reads all annotations at once. Throws as make_dataset() does, and ConfigError for settings without sense.
  Loader(const DataConfig& config, ExampleBuilder builder, BatchSize size, std::uint64_t seed, int rank = 0,
         int world_size = 1);
  ~Loader();

  /// Blocks until the next batch is ready. Never ends. With on_error stop, a broken sample's DataError
  /// surfaces here.
  Batch next();
  /// Seconds next() waited in the last call.
  double last_wait_s() const;
  /// How far the stream is read when each rank has taken as many batches as this one (data/stream_position.h):
  /// no rank and no world size are in it. restore() continues exactly there, with any number of ranks. Throws
  /// DataError for a state of another stream.
  nlohmann::json state() const;
  void restore(const nlohmann::json& state);
  /// Samples in each data set of the mixture.
  std::vector<std::pair<std::string, std::int64_t>> sizes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pixelsail
