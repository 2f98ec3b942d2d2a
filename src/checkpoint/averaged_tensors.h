#pragma once

/// The mean of several checkpoints of one model, which is often better on new data than each of them when they were trained one
/// from the other (Wortsman et al. 2022, "Model soups"; Izmailov et al. 2018).

#include <memory>
#include <vector>

#include "io/tensors/tensor_source.h"

namespace pixelsail {

/// Each tensor is the mean of those of its name, float32, added up in float64. At least one source is needed. Throws DataError that lists
/// the tensors that are missing in one of them, have another shape, or are no floating-point numbers (a quantized checkpoint).
std::unique_ptr<TensorSource> average_tensors(std::vector<std::unique_ptr<TensorSource>> sources);

}  // namespace pixelsail
