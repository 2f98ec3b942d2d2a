#pragma once

#include "kernels/decode_step.h"

namespace pixelsail::kernels {

/// Throws RunError, which names the layer and the part, unless all sizes of a decode_step() fit.
void check_step(const StepModel& model, const StepCache& cache);

}  // namespace pixelsail::kernels
