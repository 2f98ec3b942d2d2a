#pragma once

/// Captions of any kind against references, no data set: {"id":..,"text":".."} a line, against request.references,
/// lines {"id":..,"text":".."} or {"id":..,"texts":[..]}. All text metrics. A prediction that may be missing counts
/// as an empty caption.

#include "benchmarks/benchmark.h"
#include "benchmarks/protocol.h"

namespace pixelsail {

/// Throws ConfigError without references.
ScoreResult score_text(const ScoreRequest& request);

constexpr Benchmark text_benchmark() {
  return {.name = "text", .score = score_text, .options = list_options<MeteorOptions>};
}

}  // namespace pixelsail
