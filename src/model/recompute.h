#pragma once

/// Training with less memory: a part of the network keeps only its input and is computed a second time on the
/// way back (Chen et al. 2016).

#include <torch/types.h>

#include <functional>
#include <vector>

namespace pixelsail {

/// f(x), with gradients for x and for `parameters`, which must be all that f reads and that is trained.
/// Between forward and backward nothing of f's inside is held. Whether autocast is on is remembered for the
/// second time.
torch::Tensor recomputed(std::function<torch::Tensor(const torch::Tensor&)> f, const torch::Tensor& x,
                         const std::vector<torch::Tensor>& parameters);

}  // namespace pixelsail
