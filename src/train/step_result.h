#pragma once

/// What a training step adds up to, and the numbers of it that wait on the device: reading one makes the host
/// wait for everything that was queued, so they are read together when the step is complete.
///
/// Legend: K numbers of an objective, its total in front.

#include <torch/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "loss/by_name.h"
#include "loss/objective.h"
#include "pixelsail/error.h"

namespace pixelsail {

/// Averages over the micro-batches of a step, of all ranks.
struct StepResult {
  double loss = 0;
  ByName<double> values;  ///< what the terms of the objective give (LossValue::name)
  double grad_norm = 0;
  std::int64_t tokens = 0, masks = 0;
  /// Of this rank's host. A device works on behind it: it is waited for in optimizer_s.
  double forward_s = 0, backward_s = 0, optimizer_s = 0;
};

/// A loss or a gradient is not finite. Nothing was updated, and another step may begin.
class NonFiniteStep : public RunError {
 public:
  NonFiniteStep(const std::string& message, std::vector<std::int64_t> micro_batches)
      : RunError(message), micro_batches_(std::move(micro_batches)) {}
  /// Those of this rank that may be at fault, by their indices in the step: whose loss is not finite, or all
  /// when it is the gradient, or none when it is the loss of another rank.
  const std::vector<std::int64_t>& micro_batches() const { return micro_batches_; }

 private:
  std::vector<std::int64_t> micro_batches_;
};

/// Total and values of an objective, which stay where they are [K].
torch::Tensor numbers_of(const ObjectiveResult& objective);

class PendingNumbers {
 public:
  /// numbers_of() a shard of micro-batch `index`, which count with `share`.
  void add(std::int64_t index, double share, torch::Tensor numbers_K);
  /// Those that wait, by their indices.
  std::vector<std::int64_t> micro_batches() const;
  /// Reads all, in one copy together with the gradients' norm (undefined: 0), and adds them to `result` in the
  /// order in which they came. `names` are those of the values. Returns the micro-batches whose loss is not
  /// finite.
  std::vector<std::int64_t> read(const torch::Tensor& grad_norm, const std::vector<std::string_view>& names,
                                 StepResult& result);

 private:
  struct Entry {
    std::int64_t index;
    double share;
    torch::Tensor numbers_K;
  };
  std::vector<Entry> entries_;
};

}  // namespace pixelsail
