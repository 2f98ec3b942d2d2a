#pragma once

/// The training part of pixelsail-bench. Keys: see run_bench().

#include <nlohmann/json_fwd.hpp>

#include "core/sequence.h"
#include "model/model.h"
#include "perf/bench.h"

namespace pixelsail {

/// Times train steps of the model, which is in float32 afterwards, and adds what they took to `result`.
void bench_training(const BenchConfig& config, PixelSailImpl& model, const Patches& patches,
                    nlohmann::ordered_json& result);

/// Trains two models from the same seed on the same samples, config.repeat_steps each, and adds how far they
/// lie apart to `result`. On a GPU sums may be made in another order each time.
void bench_repeat(const BenchConfig& config, const ModelConfig& model, torch::Device device,
                  const Patches& patches, nlohmann::ordered_json& result);

}  // namespace pixelsail
