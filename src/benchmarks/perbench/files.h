#pragma once

/// Which of PerBench's three parts a prediction file belongs to.

#include "benchmarks/score_request.h"

namespace pixelsail {

struct PerBenchFiles {
  std::string caption, mcq, vtres;
};

/// From request.predictions, as score_perbench() documents it.
PerBenchFiles perbench_files(const ScoreRequest& request);

}  // namespace pixelsail
